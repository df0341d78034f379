//! One arm for each command: what it is called and takes, and what comes of it.

use model::refusal::Refusal;
use model::verb::Verb;

use super::instances::{access, create, doors, forwards, keys, ports, recover, wish};
use super::{Answer, Asker, Command, Decision, nodes, people, settings, ssh_keys, tokens};
use crate::clock::Now;
use crate::draw::Draw;
use crate::event::of_object;
use crate::permission::{Action, Object, admit};
use crate::world::World;

/// What comes of a command. It is a function of what is passed alone.
///
/// # Errors
/// What is wrong with it, in words for whoever asked.
pub fn decide(
    world: &World,
    asker: &Asker,
    command: &Command,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<Answer>, Refusal> {
    let (action, object) = command.needs();
    admit(world, asker, action, object, now)?;
    let mut decision = outcome(world, asker, command, draw, now)?;
    if let Some(kind) = decision.line.take()
        && !decision.changes.is_empty()
    {
        decision.events.extend(of_object(world, asker, object, kind));
    }
    Ok(decision)
}

fn outcome(
    world: &World,
    asker: &Asker,
    command: &Command,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<Answer>, Refusal> {
    let done = |()| Answer::Done;
    match command.clone() {
        Command::SignUp { newcomer, admission, password_hash } => {
            Ok(people::sign_up(world, newcomer, admission, password_hash, draw, now)?.map(Answer::Person))
        }
        Command::OpenSession(opening) => Ok(people::open_session(world, opening, draw, now)?.map(Answer::Session)),
        Command::CloseSession => Ok(people::close_session(world, asker.person()?).map(done)),
        Command::RevokeSession { id } => Ok(people::revoke_session(world, id)?.map(done)),
        Command::NoteUse { address } => Ok(people::note_use(world, asker.person()?, address, now).map(done)),
        Command::NoteFailedSignIn { person, address } => {
            Ok(people::note_failed_sign_in(world, person, address, now)?.map(done))
        }
        Command::ProveSession { checked } => {
            Ok(people::prove_session(world, asker.person()?, &checked, now)?.map(done))
        }
        Command::ChangePassword { checked, password_hash, end } => {
            Ok(people::change_password(world, asker.person()?, &checked, password_hash, end, now)?.map(done))
        }
        Command::ChangeEmail { checked, email } => {
            Ok(people::change_email(world, asker.person()?, &checked, email, now)?.map(done))
        }
        Command::AskForRemoval => Ok(people::ask_for_removal(world, asker.person()?, now)?.map(done)),
        Command::WithdrawRemoval => Ok(people::withdraw_removal(world, asker.person()?)?.map(done)),
        Command::CreateInvite { secret_hash } => {
            Ok(people::create_invite(world, asker.person()?, secret_hash, draw, now)?.map(Answer::Invite))
        }
        Command::DropInvite { id } => Ok(people::drop_invite(world, id)?.map(done)),
        Command::ChangeSettings(asked) => Ok(settings::change(world, asked)?.map(done)),

        Command::SetAdministrator { person, administrator } => {
            Ok(people::set_administrator(world, person, administrator)?.map(done))
        }
        Command::SuspendPerson { person, stop } => Ok(people::suspend(world, asker, person, stop, now)?.map(done)),
        Command::ResumePerson { person } => Ok(people::resume(world, person)?.map(done)),
        Command::MakeResetLink { person, secret_hash } => {
            Ok(people::make_reset_link(world, person, secret_hash, now)?.map(done))
        }
        Command::UseResetLink { secret_hash, password_hash, address } => {
            Ok(people::use_reset_link(world, &secret_hash, password_hash, address, now)?.map(done))
        }
        Command::RemovePerson { person, instances, nodes } => {
            let words = (instances.as_ref(), nodes.as_ref());
            Ok(people::remove(world, asker, person, words, draw, now)?.map(done))
        }

        Command::AddSshKey { asked, key } => {
            Ok(ssh_keys::add(world, asker.person()?, &asked, key, draw, now)?.map(Answer::SshKey))
        }
        Command::ProveSshKey { id, shown } => Ok(ssh_keys::prove(world, id, shown, now)?.map(done)),
        Command::SetMayManage { id, allowed } => {
            Ok(ssh_keys::may_manage(world, asker.person()?, id, allowed)?.map(done))
        }
        Command::RemoveSshKey { id } => Ok(ssh_keys::remove(world, id)?.map(done)),
        Command::CreateToken { asked, hint, secret_hash } => {
            Ok(tokens::create(world, asker.person()?, &asked, hint, secret_hash, draw, now)?.map(Answer::Token))
        }
        Command::RemoveToken { id } => Ok(tokens::remove(world, id)?.map(done)),

        Command::CreateInstance(asked) => {
            Ok(create::create(world, asker.person()?, &asked, draw, now)?.map(Answer::Instance))
        }
        Command::Wish { id, verb } => Ok(wish::wish(world, asker.person()?, id, verb, now)?.map(done)),
        Command::DeclarePort { id, port } => Ok(ports::declare_port(world, asker.person()?, id, port)?.map(done)),
        Command::WithdrawPort { id, port } => Ok(ports::withdraw_port(world, asker.person()?, id, port)?.map(done)),
        Command::OpenForward { id, asked } => Ok(forwards::open_forward(world, asker.person()?, id, &asked)?.map(done)),
        Command::CloseForward { id, key } => Ok(forwards::close_forward(world, asker.person()?, id, key)?.map(done)),
        Command::SetDoor { id, port, open } => Ok(doors::set_door(world, asker.person()?, id, port, open)?.map(done)),
        Command::LetIn { id, asked } => Ok(keys::let_in(world, asker.person()?, id, &asked)?.map(done)),
        Command::SetStartOnConnect { id, allowed } => {
            Ok(access::start_on_connect(world, asker.person()?, id, allowed)?.map(done))
        }
        Command::NoteEntrance { id, by } => Ok(access::note_entrance(world, asker.person()?, id, by)?.map(done)),

        Command::RegisterNode { asked, key_hash, code_hash } => {
            let registered = nodes::register(world, asker.person()?, &asked, key_hash, draw, now)?;
            Ok(nodes::enrolment::offering(registered, &code_hash, now).map(Answer::Node))
        }
        Command::UpdateNode { id, asked } => Ok(nodes::update(world, id, &asked)?.map(done)),
        Command::RotateNodeKey { id, key_hash, code_hash } => {
            let rotated = nodes::rotate_key(world, id, key_hash)?;
            Ok(nodes::enrolment::offering(rotated, &code_hash, now).map(done))
        }
        Command::IssueCode { id, code_hash } => Ok(nodes::enrolment::issue(world, id, code_hash, now)?.map(done)),
        Command::RedeemCode { code_hash, key_hash, address } => {
            Ok(nodes::enrolment::redeem(world, &code_hash, key_hash, &address, now)?.map(Answer::NodeName))
        }
        Command::CordonNode { id } => Ok(nodes::cordon(world, id)?.map(done)),
        Command::UncordonNode { id } => Ok(nodes::uncordon(world, id)?.map(done)),
        Command::DrainNode { id, asked } => Ok(nodes::drain(world, asker.person()?, id, asked, now)?.map(done)),
        Command::UnfreezeNode { id } => Ok(nodes::unfreeze(world, id)?.map(done)),
        Command::RemoveNode { id } => Ok(nodes::remove(world, id)?.map(done)),
        Command::ForgetNode { id } => Ok(nodes::forget(world, asker.person()?, id, now)?.map(done)),

        Command::CreateAdministrator { newcomer, password_hash } => {
            Ok(people::create_administrator(world, newcomer, password_hash, draw, now)?.map(Answer::Person))
        }
        Command::ResetPassword { person, password_hash } => {
            Ok(people::reset_password(world, person, password_hash, None)?.map(done))
        }
        Command::InstallNode { asked, key_hash } => {
            Ok(nodes::install(world, &asked, key_hash, draw, now)?.map(Answer::Node))
        }
        Command::Recover { node, container, claim } => {
            let made = recover::recover(world, &node, &container, &claim, draw, now)?;
            Ok(made.map(Answer::Instance))
        }
    }
}

impl Command {
    /// Its name, the action of the table of permissions that it is, and on what.
    const fn about(&self) -> (&'static str, Action, Object<'_>) {
        match self {
            Self::SignUp { .. } => ("sign up", Action::SignIn, Object::Installation),
            Self::OpenSession(_) => ("open session", Action::SignIn, Object::Installation),
            Self::CloseSession => ("close session", Action::UseAccount, Object::OwnAccount),
            Self::RevokeSession { id } => ("revoke session", Action::ManageSession, Object::Session(*id)),
            Self::NoteUse { .. } => ("note use", Action::UseAccount, Object::OwnAccount),
            Self::NoteFailedSignIn { .. } => ("note failed sign-in", Action::SignIn, Object::Installation),
            Self::ProveSession { .. } => ("prove session", Action::ProveSession, Object::OwnAccount),
            Self::ChangePassword { .. } => ("change password", Action::ChangePassword, Object::OwnAccount),
            Self::ChangeEmail { .. } => ("change email", Action::ChangeEmail, Object::OwnAccount),
            Self::AskForRemoval => ("ask for removal", Action::AskRemoval, Object::OwnAccount),
            Self::WithdrawRemoval => ("withdraw removal", Action::AskRemoval, Object::OwnAccount),
            Self::CreateInvite { .. } => ("create invitation", Action::Invite, Object::Installation),
            Self::DropInvite { id } => ("drop invitation", Action::WithdrawInvite, Object::Invite(*id)),
            Self::ChangeSettings(_) => ("change settings", Action::ChangeSettings, Object::Installation),

            Self::SetAdministrator { person, .. } => {
                ("set administrator", Action::MakeAdministrator, Object::Person(*person))
            }
            Self::SuspendPerson { person, .. } => ("suspend person", Action::ManagePeople, Object::Person(*person)),
            Self::ResumePerson { person } => ("resume person", Action::ManagePeople, Object::Person(*person)),
            Self::MakeResetLink { person, .. } => ("make reset link", Action::MakeResetLink, Object::Person(*person)),
            Self::UseResetLink { .. } => ("use reset link", Action::SignIn, Object::Installation),
            Self::RemovePerson { person, .. } => ("remove person", Action::RemovePeople, Object::Person(*person)),

            Self::AddSshKey { .. } => ("add SSH key", Action::AddKey, Object::OwnAccount),
            Self::ProveSshKey { id, .. } => ("prove SSH key", Action::ProveKey, Object::SshKey(*id)),
            // A key that manages is a new way into the account.
            Self::SetMayManage { id, allowed } => {
                // What it may no more needs no proof: somebody who lost the key is in a hurry.
                let action = if *allowed { Action::AddKey } else { Action::ManageKey };
                ("set may-manage", action, Object::SshKey(*id))
            }
            Self::RemoveSshKey { id } => ("remove SSH key", Action::ManageKey, Object::SshKey(*id)),
            Self::CreateToken { .. } => ("create token", Action::CreateToken, Object::OwnAccount),
            Self::RemoveToken { id } => ("remove token", Action::ManageToken, Object::Token(*id)),

            Self::CreateInstance(_) => ("create instance", Action::CreateInstance, Object::OwnAccount),
            Self::Wish { id, verb } => (of_verb(*verb), Action::ManageInstance, Object::Instance(*id)),
            Self::DeclarePort { id, .. } => ("declare port", Action::ManageInstance, Object::Instance(*id)),
            Self::WithdrawPort { id, .. } => ("withdraw port", Action::ManageInstance, Object::Instance(*id)),
            Self::OpenForward { id, .. } => ("open forward", Action::ManageInstance, Object::Instance(*id)),
            Self::CloseForward { id, .. } => ("close forward", Action::ManageInstance, Object::Instance(*id)),
            Self::SetDoor { id, .. } => ("set door", Action::ManageInstance, Object::Instance(*id)),
            Self::LetIn { id, .. } => ("choose SSH keys", Action::ManageInstance, Object::Instance(*id)),
            Self::SetStartOnConnect { id, .. } => {
                ("set start-on-connect", Action::ManageInstance, Object::Instance(*id))
            }
            Self::NoteEntrance { id, .. } => ("note entrance", Action::EnterInstance, Object::Instance(*id)),

            Self::RegisterNode { .. } => ("register node", Action::RegisterNode, Object::OwnAccount),
            Self::UpdateNode { id, .. } => ("update node", Action::ManageNode, Object::Node(*id)),
            Self::RotateNodeKey { id, .. } => ("rotate node key", Action::GiveNodeKey, Object::Node(*id)),
            Self::IssueCode { id, .. } => ("issue enrolment code", Action::GiveNodeKey, Object::Node(*id)),
            Self::RedeemCode { .. } => ("redeem enrolment code", Action::Enrol, Object::Installation),
            Self::CordonNode { id } => ("cordon node", Action::ManageNode, Object::Node(*id)),
            Self::UncordonNode { id } => ("uncordon node", Action::ManageNode, Object::Node(*id)),
            Self::DrainNode { id, .. } => ("drain node", Action::ManageNode, Object::Node(*id)),
            Self::UnfreezeNode { id } => ("unfreeze node", Action::ManageNode, Object::Node(*id)),
            Self::RemoveNode { id } => ("remove node", Action::ManageNode, Object::Node(*id)),
            Self::ForgetNode { id } => ("forget node", Action::ManageNode, Object::Node(*id)),

            Self::CreateAdministrator { .. } => ("create administrator", Action::Operate, Object::Installation),
            Self::ResetPassword { person, .. } => ("reset password", Action::Operate, Object::Person(*person)),
            Self::InstallNode { .. } => ("install node", Action::Operate, Object::Installation),
            Self::Recover { container, .. } => {
                ("recover instance", Action::Operate, Object::Container(container.as_str()))
            }
        }
    }

    /// The protocol's verb and its object, for the log: `create instance`.
    pub const fn name(&self) -> &'static str {
        self.about().0
    }

    pub const fn needs(&self) -> (Action, Object<'_>) {
        let (_, action, object) = self.about();
        (action, object)
    }

    /// The id of the thing that it is done to; empty where there is none yet.
    pub fn subject(&self) -> String {
        self.about().2.to_string()
    }
}

const fn of_verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Start => "start instance",
        Verb::Stop => "stop instance",
        Verb::Restart => "restart instance",
        Verb::Delete => "delete instance",
        Verb::Forget => "forget instance",
    }
}
