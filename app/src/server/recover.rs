//! Containers without a row become instances again, each when a person agrees.

use std::io::BufRead;
use std::path::PathBuf;

use control::Config;
use control::console::{ConsoleAnswer, ConsoleRequest};
use control::operator::call;
use control::store::{First, OpenError, Store};
use model::id::ClusterId;
use model::node::Liveness;
use model::refusal::Refusal;
use model::stranger::{Claim, IMAGE, NAME, OWNER, Proposal};

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
    let container = &stranger.container;
    say(&match &stranger.origin {
        Some(origin) => format!("{node}: {} ({}, {state}, container {container})", origin.row.name, origin.row.image),
        None => format!("{node}: container {container} ({state})"),
    });
    let claim = match outcome {
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
            say_lost(&to_be.lost);
            let question = format!("  Take it back as {name} of {whose}, SSH on host port {port}? [y/N] ");
            if !asked.yes && !matches!(reply_to(&question)?.as_str(), "y" | "yes") {
                return Ok(false);
            }
            // Whatever the node says meanwhile, it is the one who was agreed to.
            Claim { owner: Some(whose.to_string()), ..Claim::default() }
        }
        Err(refusal) => match ask_for(refusal, Claim::default(), asked)? {
            Some(claim) => claim,
            None => return Ok(false),
        },
    };
    take_back(config, proposal, claim, asked).await
}

/// Asks for what is missing, one after the other.
async fn take_back(config: &Config, proposal: &Proposal, mut claim: Claim, asked: &Recover) -> anyhow::Result<bool> {
    loop {
        let (node, container) = (proposal.node.to_string(), proposal.stranger.container.clone());
        let request = ConsoleRequest::Recover { node, container, claim: claim.clone() };
        let answer = call(config.clone(), request).await?;
        if let ConsoleAnswer::Recovered(made) = answer {
            if proposal.outcome.is_err() {
                say_lost(&made.lost);
            }
            say(&format!("  It is {} of {} again: {}", made.name, made.owner, made.ssh_command));
            return Ok(true);
        }
        let ConsoleAnswer::Refused(refusal) = answer else {
            say(&format!("  {}", unexpected(answer)));
            return Ok(false);
        };
        match ask_for(&refusal, claim, asked)? {
            Some(more) => claim = more,
            None => return Ok(false),
        }
    }
}

/// What is claimed, and what would avoid the refusal; `None` if nothing would, or nobody says it.
fn ask_for(refusal: &Refusal, mut claim: Claim, asked: &Recover) -> anyhow::Result<Option<Claim>> {
    say(&format!("  {}", refusal.message));
    let (field, told, question) = match refusal.field.as_deref() {
        Some(OWNER) => (&mut claim.owner, &asked.owner, "  Whose shall it be? [username, or nothing to leave it] "),
        Some(NAME) => (&mut claim.name, &None, "  What shall it be called? [name, or nothing to leave it] "),
        Some(IMAGE) => (&mut claim.image, &None, "  Which image is it? [image, or nothing to leave it] "),
        Some(_) | None => return Ok(None),
    };
    // What was said once and is refused is not asked for again: the rest of the answers may be for the next container.
    if field.is_some() {
        return Ok(None);
    }
    let reply = match told {
        Some(told) => told.clone(),
        None if asked.yes => return Ok(None),
        None => reply_to(question)?,
    };
    *field = Some(reply).filter(|reply| !reply.is_empty());
    Ok(field.is_some().then_some(claim))
}

fn say_lost(lost: &[String]) {
    lost.iter().for_each(|lost| say(&format!("  {lost}")));
}

async fn take_over(config: Config, cluster: ClusterId) -> anyhow::Result<()> {
    let now = std::time::SystemTime::now().into();
    let location = config.location();
    let before = First { cluster, ..First::new(config.first_settings())? };
    let begun = async move {
        Store::take_over(&location, before, now).await?.close().await;
        Ok::<_, OpenError>(())
    };
    tokio::spawn(begun).await??;
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
