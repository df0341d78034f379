//! The sentences of the log.

use ipnet::IpNet;
use model::event::{Entrance, EventKind, ForwardLine, Happening, Movement};
use model::forward::Place;
use model::name::{Label, NodeName};
use model::port::{PortBlock, UrlAccess};
use model::request::{Handover, Settings, SignUpMode};

use crate::view::sentence;

/// What happened, as a sentence. *It* is the subject.
pub fn text(happening: &Happening) -> String {
    let by = happening.cause.who.name();
    match &happening.kind {
        EventKind::Created { node: Some(node) } => format!("{by} asked to create it; it is placed on {node}."),
        EventKind::Created { node: None } => format!("{by} asked to create it."),
        EventKind::Asked { verb } => format!("{by} asked to {} it.", verb.word()),
        EventKind::Drained { node } => format!("{by} drains {node} and asked to stop it."),
        EventKind::PortDeclared { port, url } => format!("{by} set up port {} {}.", port.0, access(*url)),
        EventKind::PortWithdrawn { port } => format!("{by} withdrew port {}.", port.0),
        EventKind::ForwardOpened(line) => format!("{by} opened {}.", forward(line)),
        EventKind::ForwardClosed(line) => format!("{by} closed {}.", forward(line)),
        EventKind::DoorSet { host, node, port, open } => {
            let (verb, who) = if *open { ("opened", ", for everybody who reaches it") } else { ("closed", "") };
            format!("{by} {verb} host port {} of {}, which leads to port {}{who}.", host.0, place(node), port.0)
        }
        EventKind::KeysChosen { all: true, .. } => {
            format!("{by} let in all SSH keys of its owner, and those that are added later.")
        }
        EventKind::KeysChosen { names, .. } if names.is_empty() => format!("{by} let in no SSH key any more."),
        EventKind::KeysChosen { names, .. } => format!("{by} let in these SSH keys alone: {}.", listed(names)),
        EventKind::StartOnConnect { allowed: true } => format!("{by} switched “Start it on SSH login” on."),
        EventKind::StartOnConnect { allowed: false } => format!("{by} switched “Start it on SSH login” off."),
        EventKind::Recovered { container, node, lost } => {
            let told = [format!("Recovered from its container {container} on {node}.")];
            told.iter().chain(lost).map(String::as_str).collect::<Vec<_>>().join(" ")
        }
        EventKind::Entered { by: Entrance::Terminal } => format!("{by} opened a terminal of it."),
        EventKind::Entered { by: Entrance::Download } => format!("{by} took files out of it."),
        EventKind::Entered { by: Entrance::Upload } => format!("{by} put files into it."),
        EventKind::ContainerMade { node } => format!("Its container was created on {node}."),
        EventKind::Moved(movement) => moved(movement),
        EventKind::Troubled(problem) => problem.message.clone(),
        EventKind::Unopened(unopened) => sentence(unopened),
        EventKind::PortsMoved { node, from, to } => {
            let (from, to) = (span(*from), span(*to));
            format!("One of the host ports {from} on {node} is taken by another program; it has {to} now.")
        }
        EventKind::ForwardMoved { protocol, from, to, container } => format!(
            "{} host port {} is taken by another program; port {} is reached on {} now.",
            protocol.title(),
            from.0,
            container.0,
            to.0
        ),
        EventKind::ForwardGivenUp { protocol, host } => {
            format!("{} host port {} is another program's and is not tried again by itself.", protocol.title(), host.0)
        }
        EventKind::ForgottenWithNode { node } => format!("{by} gave up {node}, and with it this instance."),
        EventKind::GivenTo { to } | EventKind::NodeGivenTo { to } => format!("{by} gave it to {to}."),
        EventKind::Gone => "It is deleted.".to_owned(),
        EventKind::LeftOut { times: 1 } => "One more change within this hour is left out.".to_owned(),
        EventKind::LeftOut { times } => format!("{times} more changes within this hour are left out."),
        EventKind::Told { text, .. } => text.clone(),

        EventKind::SignedUp => format!("{by} signed up."),
        EventKind::SignedIn { .. } => format!("{by} signed in."),
        EventKind::SignInFailed { times: 1 } => "Somebody tried to sign in with a wrong password.".to_owned(),
        EventKind::SignInFailed { times } => {
            format!("Somebody tried {times} times within an hour to sign in with a wrong password.")
        }
        EventKind::SignedOut => format!("{by} signed out."),
        EventKind::SessionEnded { address } => format!("{by} ended the session of a browser at {address}."),
        EventKind::PasswordChanged { tokens, ssh_keys } => {
            let ended = match (tokens, ssh_keys) {
                (false, false) => "",
                (true, false) => ", and removed all tokens",
                (false, true) => ", and removed all SSH keys",
                (true, true) => ", and removed all tokens and SSH keys",
            };
            format!("{by} changed the password{ended}.")
        }
        EventKind::PasswordReset => format!("{by} set another password."),
        EventKind::ResetLinkMade => format!("{by} made a link that sets another password, once."),
        EventKind::PasswordSetByLink => format!("{by} set another password by a reset link."),
        EventKind::SshKeyAdded { name, fingerprint } => format!("{by} added the SSH key “{name}” ({fingerprint})."),
        EventKind::SshKeyProved { name } => format!("{by} proved to hold the SSH key “{name}”."),
        EventKind::SshKeyMayManage { name, allowed: true } => format!("{by}: the SSH key “{name}” may manage."),
        EventKind::SshKeyMayManage { name, allowed: false } => {
            format!("{by}: the SSH key “{name}” may no longer manage.")
        }
        EventKind::SshKeyRemoved { name, fingerprint } => format!("{by} removed the SSH key “{name}” ({fingerprint})."),
        EventKind::TokenCreated { name, scope } => {
            format!("{by} created the token “{name}” of the scope `{}`.", scope.as_str())
        }
        EventKind::TokenRemoved { name } => format!("{by} removed the token “{name}”."),
        EventKind::AdministratorCreated { email } => format!("{by} created this administrator, {email}."),
        EventKind::MadeAdministrator => format!("{by} made this an administrator's account."),
        EventKind::NoLongerAdministrator => format!("{by} took the rights of an administrator from this account."),
        EventKind::Suspended { stop: false } => format!("{by} suspended this account."),
        EventKind::Suspended { stop: true } => format!("{by} suspended this account, and stops what runs of it."),
        EventKind::Resumed => format!("{by} resumed this account."),
        EventKind::AccountRemoved { instances, nodes } => {
            let fates = [("instances", instances), ("nodes", nodes)];
            let fates = fates.into_iter().filter_map(|(what, word)| word.as_ref().map(|word| fate(what, word)));
            format!("{by} removed this account{}.", fates.collect::<String>())
        }
        EventKind::EmailChanged => format!("{by} changed the email address."),
        EventKind::RemovalAsked => format!("{by} asked to have this account removed."),
        EventKind::RemovalWithdrawn => format!("{by} no longer asks to have this account removed."),
        EventKind::Invited => format!("{by} created an invitation."),
        EventKind::InviteWithdrawn => format!("{by} withdrew an invitation."),
        EventKind::SettingsChanged { from, to } => format!("{by} changed the settings: {}.", settings(from, to)),

        EventKind::NodeRegistered => format!("{by} registered it."),
        EventKind::NodeChanged => format!("{by} changed its settings."),
        EventKind::NodeKeyRotated => format!("{by} rotated its key."),
        EventKind::NodeCodeIssued => format!("{by} asked for an enrolment code."),
        EventKind::NodeEnrolled => "A computer changed the enrolment code for its key.".to_owned(),
        EventKind::NodeConnected { other_machine: false } => "It connected.".to_owned(),
        EventKind::NodeConnected { other_machine: true } => "It connected from another machine than before.".to_owned(),
        EventKind::NodeDisconnected => "Its connection ended.".to_owned(),
        EventKind::NodeFrozen => {
            "Several machines took turns with its key, so none of them is let in until a person decides.".to_owned()
        }
        EventKind::NodeUnfrozen => format!("{by} let it in again."),
        EventKind::NodeCordoned => format!("{by} cordoned it: it takes no new instances."),
        EventKind::NodeUncordoned => format!("{by} uncordoned it: it takes instances again."),
        EventKind::NodeDrained { stop: true } => format!("{by} drains it and stops what runs on it."),
        EventKind::NodeDrained { stop: false } => format!("{by} drains it."),
        EventKind::NodeRemoved => format!("{by} removed it."),
        EventKind::NodeForgotten => format!("{by} gave it up, with everything on it."),
    }
}

fn fate(what: &str, word: &Handover) -> String {
    match word {
        Handover::Delete => format!("; its {what} are deleted"),
        Handover::Give(to) => format!("; its {what} are {to}'s now"),
    }
}

fn span(block: PortBlock) -> String {
    format!("{} to {}", block.first.0, block.first.0.saturating_add(PortBlock::SIZE - 1))
}

/// What differs.
fn settings(from: &Settings, to: &Settings) -> String {
    let Settings { sign_up, quota, web_ports_closed, refuse_faulty, keep_events_days } = *to;
    let mut all = Vec::new();
    if from.sign_up != sign_up {
        all.push(match sign_up {
            SignUpMode::Open => "everybody may sign up".to_owned(),
            SignUpMode::Invite => "people sign up by invitation".to_owned(),
            SignUpMode::Closed => "nobody may sign up".to_owned(),
        });
    }
    if from.quota != quota {
        all.push(format!("one person may have {quota} instances and no longer {}", from.quota));
    }
    if from.web_ports_closed != web_ports_closed {
        let how = if web_ports_closed { "closed" } else { "open" };
        all.push(format!("new instances begin with 80 and 443 {how}"));
    }
    if from.refuse_faulty != refuse_faulty {
        let how = if refuse_faulty { "no new instances" } else { "instances like others" };
        all.push(format!("nodes with a known fault take {how}"));
    }
    if from.keep_events_days != keep_events_days {
        all.push(format!("activity is kept for {keep_events_days} days and no longer {}", from.keep_events_days));
    }
    all.join(", ")
}

fn listed(names: &[Label]) -> String {
    names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ")
}

const fn access(url: UrlAccess) -> &'static str {
    match url {
        UrlAccess::Off => "without a public URL",
        UrlAccess::Owner => "with a public URL for its owner",
        UrlAccess::SignedIn => "with a public URL for everybody with an account",
        UrlAccess::Public => "with a public URL for everybody",
    }
}

fn place(node: &Option<NodeName>) -> &str {
    node.as_ref().map_or("its node", NodeName::as_str)
}

fn forward(ForwardLine { key, container, allow, node }: &ForwardLine) -> String {
    let place = match key.place {
        Place::Node => place(node),
        Place::Server => "the server",
    };
    let who = match allow.as_slice() {
        [] => "everybody".to_owned(),
        [one] => IpNet::to_string(one),
        several => format!("{} networks", several.len()),
    };
    format!("{} host port {} of {place} to port {} for {who}", key.protocol.title(), key.host.0, container.0)
}

fn moved(movement: &Movement) -> String {
    match movement {
        Movement::Runs => "It is running.".to_owned(),
        Movement::RunsPaused => "It is running, and its container is paused.".to_owned(),
        Movement::Restarted => "It was restarted.".to_owned(),
        Movement::Paused => "Somebody paused its container on its node.".to_owned(),
        Movement::Resumed => "Its container is no longer paused.".to_owned(),
        Movement::Stopped => "It stopped.".to_owned(),
        Movement::SwitchedOff => "It was switched off from inside.".to_owned(),
        Movement::Rebooted => "It was rebooted from inside.".to_owned(),
        Movement::Ended(how) => format!("It {how}."),
    }
}
