//! Containers without a row become instances again, each when a person agrees.

use std::io::BufRead;
use std::path::PathBuf;

use control::Config;
use control::console::{ConsoleAnswer, ConsoleRequest};
use control::operator::call;
use control::store::{First, Store};
use model::id::ClusterId;
use model::node::Liveness;
use model::stranger::{OWNER, Proposal};

use super::admin::{UNSEEN, unexpected};
use super::arguments::Recover;

pub(super) async fn run(data_dir: PathBuf, database: Option<String>, asked: Recover) -> anyhow::Result<()> {
    let config = Config { data_dir, database, sign_up: Some(UNSEEN), ..Config::default() };
    if let Some(cluster) = asked.installation {
        return take_over(config, cluster).await;
    }
    if let ConsoleAnswer::Nodes(nodes) = call(config.clone(), ConsoleRequest::ListNodes).await? {
        for node in nodes.iter().filter(|node| matches!(node.liveness, Liveness::Offline | Liveness::Never)) {
            say(&format!("{} is not connected: what is on it cannot be seen", node.name));
        }
    }
    let answer = call(config.clone(), ConsoleRequest::ListProposals).await?;
    let ConsoleAnswer::Proposals(proposals) = answer else { return Err(unexpected(answer)) };
    let (all, mut taken) = (proposals.len(), 0_usize);
    for proposal in proposals {
        taken += usize::from(consider(&config, &proposal, &asked).await?);
    }
    say(&match all {
        0 => "every container on the connected nodes belongs to an instance".to_owned(),
        _ => format!("{taken} of {all} taken back"),
    });
    Ok(())
}

/// Whether it was taken back.
async fn consider(config: &Config, proposal: &Proposal, asked: &Recover) -> anyhow::Result<bool> {
    let Proposal { node, stranger, outcome } = proposal;
    let state = if stranger.running { "running" } else { "stopped" };
    let container = stranger.container.clone();
    say(&match &stranger.origin {
        Some(origin) => format!("{node}: {} ({}, {state}, container {container})", origin.row.name, origin.row.image),
        None => format!("{node}: container {container} ({state})"),
    });
    let owner = match outcome {
        Ok(to_be) => {
            let (name, whose, port) = (&to_be.name, &to_be.owner, to_be.host_ports.first.0);
            if let Some(runs_it) = &to_be.on_word_of {
                say(&format!(
                    "  ATTENTION: only the node says that it is {whose}'s, and {node} is {runs_it}'s. Whoever runs a node \
                     can write any owner there, and {whose} would be let in to whatever it is. Ask {whose}"
                ));
                if asked.yes {
                    say("  left: --yes does not answer for that; run `dockhost recover` without it, and say y here");
                    return Ok(false);
                }
            }
            let question = format!("  Take it back as {name} of {whose}, SSH on host port {port}? [y/N] ");
            if !asked.yes && !matches!(reply_to(&question)?.as_str(), "y" | "yes") {
                return Ok(false);
            }
            None
        }
        Err(refusal) => {
            say(&format!("  {}", refusal.message));
            if refusal.field.as_deref() != Some(OWNER) {
                return Ok(false);
            }
            let owner = match &asked.owner {
                Some(owner) => owner.clone(),
                None if asked.yes => return Ok(false),
                None => reply_to("  Whose shall it be? [username, or nothing to leave it] ")?,
            };
            if owner.is_empty() {
                return Ok(false);
            }
            Some(owner)
        }
    };
    let answer = call(config.clone(), ConsoleRequest::Recover { node: node.to_string(), container, owner }).await?;
    if let ConsoleAnswer::Recovered(made) = answer {
        say(&format!("  It is {} of {} again: {}", made.name, made.owner, made.ssh_command));
        return Ok(true);
    }
    say(&format!("  {}", unexpected(answer)));
    Ok(false)
}

async fn take_over(config: Config, cluster: ClusterId) -> anyhow::Result<()> {
    let now = std::time::SystemTime::now().into();
    let location = config.location();
    let before = First { cluster, ..First::new(config.first_settings())? };
    let begun = async move { Store::take_over(&location, before, now).await };
    drop(tokio::spawn(begun).await??);
    say(&format!(
        "this is {cluster} now. Start the server, sign up, and register each node again; a node takes its new key with \
         its old data directory, and `dockhost recover` then proposes what is on it"
    ));
    Ok(())
}

/// One line of standard input; nothing at its end.
fn reply_to(question: &str) -> anyhow::Result<String> {
    ask(question);
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_ascii_lowercase())
}

#[expect(clippy::print_stderr, reason = "a question to the person at the terminal")]
fn ask(question: &str) {
    eprint!("{question}");
}

#[expect(clippy::print_stdout, reason = "standard output is what a command answers on")]
fn say(line: &str) {
    println!("{line}");
}
