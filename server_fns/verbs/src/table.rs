//! The list of verbs: what `help` says of each, and what a shell completes after it.

/// What stands right after the verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    Nothing,
    /// One of the person's instances.
    Instance,
    /// Something that nobody can list here, such as a name that is to be given.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    pub word: &'static str,
    pub first: First,
    /// Those of it alone; `--json` every verb takes.
    pub options: &'static [&'static str],
    /// How it is typed; further lines are behind a line break.
    pub usage: &'static str,
    pub says: &'static str,
}

const fn verb(
    word: &'static str,
    first: First,
    options: &'static [&'static str],
    usage: &'static str,
    says: &'static str,
) -> Verb {
    Verb { word, first, options, usage, says }
}

/// Those that both know.
pub const OF_THE_LOBBY: [Verb; 22] = [
    verb("ls", First::Nothing, &["--all"], "ls", "your instances; an administrator lists everybody's with --all"),
    verb(
        "new",
        First::Other,
        &["--memory", "--cpus"],
        "new NAME [IMAGE]",
        "create an instance and wait until it runs; --memory 256m and --cpus 0.5 say how much of its\n\
         node it gets at most",
    ),
    verb(
        "start",
        First::Instance,
        &[],
        "start NAME",
        "start it; one that ended by itself starts now and waits for no pause",
    ),
    verb("stop", First::Instance, &[], "stop NAME", "stop it; its data stay"),
    verb("restart", First::Instance, &[], "restart NAME", "restart it"),
    verb("rm", First::Instance, &["--yes"], "rm NAME --yes", "delete it with its data"),
    verb("ports", First::Instance, &[], "ports NAME", "where its ports are reached"),
    verb(
        "open",
        First::Instance,
        &["--on-server", "--host-port", "--from", "--listen"],
        "open NAME PORT[/udp]",
        "open a host port of its node that leads to that port; with --on-server one of this server,\n\
         --host-port N a certain one, --from NETWORK,... for these callers, --listen ADDRESS there alone",
    ),
    verb(
        "close",
        First::Instance,
        &["--on-server"],
        "close NAME HOST-PORT",
        "close it again; with --on-server one of this server",
    ),
    verb(
        "door",
        First::Instance,
        &[],
        "door NAME 80 close",
        "let nobody in at the node's host port of 80, or of 443; `door NAME 80 open` lets in everybody\n\
         who reaches the node",
    ),
    verb("explain", First::Instance, &[], "explain NAME", "why it is as it is, and what can be done"),
    verb(
        "events",
        First::Instance,
        &["--all", "--limit"],
        "events [NAME]",
        "what happened to your things, or to that one; an administrator sees everybody's with --all,\n\
         --limit N says how many lines",
    ),
    verb(
        "keys",
        First::Instance,
        &["--all", "--none"],
        "keys [NAME [KEY...]]",
        "your SSH keys, and whether they open anything; with NAME those that it lets in, and with KEYs it\n\
         lets in these alone: names or ids, or --all, also those that you add later, or --none",
    ),
    verb("nodes", First::Nothing, &[], "nodes", "the nodes that you may use"),
    verb("people", First::Nothing, &[], "people", "for administrators: who has an account"),
    verb(
        "suspend",
        First::Other,
        &["--stop"],
        "suspend USERNAME",
        "for administrators: nothing of theirs opens anything any more; with --stop, what runs of theirs\n\
         is stopped, too",
    ),
    verb("resume", First::Other, &[], "resume USERNAME", "for administrators: what they had opens again"),
    verb(
        "reset-link",
        First::Other,
        &[],
        "reset-link USERNAME",
        "for administrators: a link by which they set another password, once, within an hour",
    ),
    verb(
        "make-administrator",
        First::Other,
        &[],
        "make-administrator USERNAME",
        "for administrators: they are one, too",
    ),
    verb(
        "no-longer-administrator",
        First::Other,
        &[],
        "no-longer-administrator USERNAME",
        "for administrators: they are none any more; the last one stays",
    ),
    verb(
        "remove-person",
        First::Other,
        &["--instances", "--nodes", "--yes"],
        "remove-person USERNAME --yes",
        "for administrators: their account goes; --instances and --nodes say what becomes of those,\n\
         each with delete or give:USERNAME",
    ),
    verb("whoami", First::Nothing, &[], "whoami", "who you are here"),
];

/// What only the shell of the lobby has.
pub const EXIT: Verb = verb("exit", First::Nothing, &[], "exit", "leave");

const HELP: Verb = verb("help", First::Nothing, &[], "help", "this list");
/// Columns of what is typed.
const WIDTH: usize = 23;

/// The list of these and of those that both know.
pub fn help(more: &[Verb]) -> String {
    let lines = OF_THE_LOBBY.iter().chain([&HELP]).chain(more).map(line);
    lines.collect::<String>() + "\nEvery command takes --json."
}

fn line(Verb { usage, says, .. }: &Verb) -> String {
    let indented = says.replace('\n', &format!("\n{:WIDTH$}", ""));
    let gap = if usage.len() < WIDTH { format!("{usage:<WIDTH$}") } else { format!("{usage}\n{:WIDTH$}", "") };
    format!("{gap}{indented}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn every_verb_of_the_list_is_one_of_the_grammar() {
        for verb in OF_THE_LOBBY {
            let words: Vec<&str> = match verb.word {
                "new"
                | "start"
                | "stop"
                | "restart"
                | "rm"
                | "ports"
                | "explain"
                | "suspend"
                | "resume"
                | "reset-link"
                | "make-administrator"
                | "no-longer-administrator"
                | "remove-person" => {
                    vec![verb.word, "web-1"]
                }
                "open" | "close" => vec![verb.word, "web-1", "80"],
                "door" => vec![verb.word, "web-1", "80", "close"],
                other => vec![other],
            };
            assert!(parse(&words).is_ok(), "{words:?}: {:?}", parse(&words));
            for option in verb.options {
                assert!(verb.usage.contains(option) || verb.says.contains(option), "help does not tell of {option}");
            }
        }
    }

    #[test]
    fn the_list_is_for_a_terminal_of_a_usual_width() {
        let text = help(&[EXIT]);
        assert!(text.lines().all(|line| line.chars().count() <= 120 && line == line.trim_end()), "{text}");
        assert!(text.contains("stop NAME              stop it; its data stay\n"), "{text}");
        assert!(text.contains("node it gets at most\n"));
    }
}
