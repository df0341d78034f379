//! The line that a command leaves in the log.

use model::event::{Cause, EventKind, Happening, Subject, Way, Who};
use model::id::{NodeId, PersonId, SshKeyId};
use model::name::Username;
use model::request::EndOthers;

use super::{of_account, of_installation, of_node};
use crate::actor::Via;
use crate::command::people::Opening;
use crate::command::{Answer, Asker, Command};
use crate::world::{Person, SshKey, World};

/// What happened by it, with the world as it was before. `None` of a command that leaves none, and of those whose own
/// files know more of it and made their lines: such as those of instances.
pub(crate) fn of_command(world: &World, asker: &Asker, command: &Command, answer: &Answer) -> Option<Happening> {
    let cause = asker.cause();
    let own = |kind| Some(of_account(asked_by(world, asker)?, cause.clone(), kind));
    let person = |id: PersonId, kind| Some(of_account(world.people.get(&id)?, cause.clone(), kind));
    let node = |id: NodeId, kind| Some(of_node(world.nodes.get(&id)?, cause.clone(), kind));
    let key = |id: &SshKeyId| world.ssh_keys.get(id);
    let newcomer = |name: &Username, kind| {
        let Answer::Person(id) = answer else { return None };
        let subject = Subject::Account { id: *id, name: name.clone() };
        let who = Who::Person { id: *id, name: name.clone() };
        let cause = match asker {
            Asker::Stranger => Cause { who, ..cause.clone() },
            Asker::Person(_) | Asker::Operator => cause.clone(),
        };
        Some(Happening { cause, subject, owner: Some(*id), node: None, kind })
    };
    match command {
        Command::SignUp { newcomer: who, .. } => newcomer(&who.username, EventKind::SignedUp),
        Command::CreateAdministrator { newcomer: who, .. } => {
            newcomer(&who.username, EventKind::AdministratorCreated { email: who.email.clone() })
        }
        Command::OpenSession(opening) => signed_in(world, opening),
        Command::CloseSession => own(left(world, asker)),
        Command::RevokeSession { id } => {
            own(EventKind::SessionEnded { address: world.sessions.get(id)?.address.clone() })
        }
        // That it was used, or that somebody gave their own password once more, is no news. Failed sign-ins have a line
        // that is counted up.
        Command::NoteUse { .. } | Command::ProveSession { .. } | Command::NoteFailedSignIn { .. } => None,
        Command::ChangePassword { end: EndOthers { tokens, ssh_keys }, .. } => {
            own(EventKind::PasswordChanged { tokens: *tokens, ssh_keys: *ssh_keys })
        }
        // Where it is the same address, only the password was given once more.
        Command::ChangeEmail { email, .. } => {
            asked_by(world, asker).filter(|person| person.email != *email)?;
            own(EventKind::EmailChanged)
        }
        Command::AskForRemoval => own(EventKind::RemovalAsked),
        Command::WithdrawRemoval => own(EventKind::RemovalWithdrawn),
        Command::ResetPassword { person: id, .. } => person(*id, EventKind::PasswordReset),
        Command::MakeResetLink { person: id, .. } => person(*id, EventKind::ResetLinkMade),
        Command::UseResetLink { secret_hash, address, .. } => set_by_link(world, secret_hash, address),
        Command::CreateInvite { .. } => Some(of_installation(cause, EventKind::Invited)),
        Command::DropInvite { .. } => Some(of_installation(cause, EventKind::InviteWithdrawn)),
        Command::ChangeSettings(to) => {
            Some(of_installation(cause, EventKind::SettingsChanged { from: world.settings, to: to.of(world.settings) }))
        }
        Command::SetAdministrator { person: id, administrator: true } => person(*id, EventKind::MadeAdministrator),
        Command::SetAdministrator { person: id, administrator: false } => person(*id, EventKind::NoLongerAdministrator),
        Command::ResumePerson { person: id } => person(*id, EventKind::Resumed),

        Command::AddSshKey { asked, key } => {
            own(EventKind::SshKeyAdded { name: asked.name.parse().ok()?, fingerprint: key.fingerprint.clone() })
        }
        Command::ProveSshKey { id, .. } => own(EventKind::SshKeyProved { name: key(id)?.name.clone() }),
        Command::SetMayManage { id, allowed } => {
            own(EventKind::SshKeyMayManage { name: key(id)?.name.clone(), allowed: *allowed })
        }
        Command::RemoveSshKey { id } => {
            let SshKey { name, fingerprint, .. } = SshKey::clone(key(id)?);
            own(EventKind::SshKeyRemoved { name, fingerprint })
        }
        Command::CreateToken { asked, .. } => {
            own(EventKind::TokenCreated { name: asked.name.parse().ok()?, scope: asked.scope })
        }
        Command::RemoveToken { id } => own(EventKind::TokenRemoved { name: world.tokens.get(id)?.name.clone() }),

        Command::RegisterNode { asked, .. } | Command::InstallNode { asked, .. } => {
            let Answer::Node(id) = answer else { return None };
            let subject = Subject::Node { id: *id, name: asked.name.parse().ok()? };
            let owner = asker.person().ok().map(|actor| actor.person);
            Some(Happening { cause, subject, owner, node: Some(*id), kind: EventKind::NodeRegistered })
        }
        Command::UpdateNode { id, .. } => node(*id, EventKind::NodeChanged),
        Command::RotateNodeKey { id, .. } => node(*id, EventKind::NodeKeyRotated),
        Command::IssueCode { id, .. } => node(*id, EventKind::NodeCodeIssued),
        Command::RedeemCode { code_hash, address, .. } => enrolled(world, code_hash, address),
        Command::CordonNode { id } => node(*id, EventKind::NodeCordoned),
        Command::UncordonNode { id } => node(*id, EventKind::NodeUncordoned),
        Command::UnfreezeNode { id } => node(*id, EventKind::NodeUnfrozen),
        Command::RemoveNode { id } => node(*id, EventKind::NodeRemoved),

        Command::SuspendPerson { .. }
        | Command::RemovePerson { .. }
        | Command::CreateInstance(_)
        | Command::Wish { .. }
        | Command::DeclarePort { .. }
        | Command::WithdrawPort { .. }
        | Command::OpenForward { .. }
        | Command::CloseForward { .. }
        | Command::SetDoor { .. }
        | Command::SetStartOnConnect { .. }
        | Command::NoteEntrance { .. }
        | Command::DrainNode { .. }
        | Command::ForgetNode { .. }
        | Command::Recover { .. } => None,
    }
}

fn asked_by<'w>(world: &'w World, asker: &Asker) -> Option<&'w Person> {
    world.people.get(&asker.person().ok()?.person).map(|row| &**row)
}

/// What ended with it.
fn left(world: &World, asker: &Asker) -> EventKind {
    let token = asker.person().ok().and_then(|actor| match actor.via {
        Via::Token(id) => world.tokens.get(&id),
        Via::Session(_) | Via::SshKey(_) | Via::Console => None,
    });
    token.map_or(EventKind::SignedOut, |token| EventKind::TokenRemoved { name: token.name.clone() })
}

/// Whoever signs in is nobody yet while they ask.
fn signed_in(world: &World, opening: &Opening) -> Option<Happening> {
    let person = world.people.get(&opening.person)?;
    let who = Who::Person { id: person.id, name: person.username.clone() };
    let cause = Cause { who, way: Way::Session, address: Some(opening.address.clone()) };
    Some(of_account(person, cause, EventKind::SignedIn { agent: opening.agent() }))
}

/// Whoever has the link stands for the person: nobody else is given one.
fn set_by_link(world: &World, secret_hash: &str, address: &str) -> Option<Happening> {
    let person = world.person_by_reset(secret_hash)?;
    let who = Who::Person { id: person.id, name: person.username.clone() };
    let cause = Cause { who, way: Way::None, address: Some(address.to_owned()) };
    Some(of_account(person, cause, EventKind::PasswordSetByLink))
}

/// A machine shows a code, and is the node from then on.
fn enrolled(world: &World, code_hash: &str, address: &str) -> Option<Happening> {
    let (node, _) = world.node_by_code_hash(code_hash)?;
    let cause = Cause { address: Some(address.to_owned()), ..super::by_node(node) };
    Some(of_node(node, cause, EventKind::NodeEnrolled))
}
