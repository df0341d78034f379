//! One arm for each command.

use model::refusal::{Refusal, RefusalCode};

use super::{Answer, Asker, Command, Decision, instances, nodes, people, settings, ssh_keys, tokens};
use crate::clock::Now;
use crate::draw::Draw;
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
    let done = |()| Answer::Done;
    match command.clone() {
        Command::SignUp { newcomer, admission, password_hash } => {
            Ok(people::sign_up(world, newcomer, admission, password_hash, draw, now)?.map(Answer::Person))
        }
        Command::OpenSession(opening) => Ok(people::open_session(world, opening, draw, now)?.map(Answer::Session)),
        Command::CloseSession => Ok(people::close_session(world, asker.person()?).map(done)),
        Command::RevokeSession { id } => Ok(people::revoke_session(world, asker.person()?, id)?.map(done)),
        Command::NoteUse => Ok(people::note_use(world, asker.person()?, now).map(done)),
        Command::ChangePassword { checked, password_hash } => {
            Ok(people::change_password(world, asker.person()?, &checked, password_hash)?.map(done))
        }
        Command::CreateInvite { secret_hash } => {
            Ok(people::create_invite(world, asker.person()?, secret_hash, draw, now)?.map(Answer::Invite))
        }
        Command::DropInvite { id } => Ok(people::drop_invite(world, asker.person()?, id)?.map(done)),
        Command::ChangeSettings(asked) => Ok(settings::change(world, asker.person()?, asked)?.map(done)),

        Command::AddSshKey { asked, key } => {
            Ok(ssh_keys::add(world, asker.person()?, &asked, key, draw, now)?.map(Answer::SshKey))
        }
        Command::ProveSshKey { id, shown } => {
            Ok(ssh_keys::prove(world, asker.person()?.person, id, shown, now)?.map(done))
        }
        Command::SetMayManage { id, allowed } => {
            Ok(ssh_keys::may_manage(world, asker.person()?, id, allowed)?.map(done))
        }
        Command::RemoveSshKey { id } => Ok(ssh_keys::remove(world, asker.person()?, id)?.map(done)),
        Command::CreateToken { asked, hint, secret_hash } => {
            Ok(tokens::create(world, asker.person()?, &asked, hint, secret_hash, draw, now)?.map(Answer::Token))
        }
        Command::RemoveToken { id } => Ok(tokens::remove(world, asker.person()?, id)?.map(done)),

        Command::CreateInstance(asked) => {
            Ok(instances::create(world, asker.person()?, &asked, draw, now)?.map(Answer::Instance))
        }
        Command::Wish { id, verb } => Ok(instances::wish(world, asker.person()?, id, verb, now)?.map(done)),
        Command::DeclarePort { id, port } => Ok(instances::declare_port(world, asker.person()?, id, port)?.map(done)),
        Command::WithdrawPort { id, port } => Ok(instances::withdraw_port(world, asker.person()?, id, port)?.map(done)),
        Command::OpenForward { id, asked } => {
            Ok(instances::open_forward(world, asker.person()?, id, &asked)?.map(done))
        }
        Command::CloseForward { id, key } => Ok(instances::close_forward(world, asker.person()?, id, key)?.map(done)),
        Command::SetDoor { id, port, open } => {
            Ok(instances::set_door(world, asker.person()?, id, port, open)?.map(done))
        }
        Command::SetStartOnConnect { id, allowed } => {
            Ok(instances::start_on_connect(world, asker.person()?, id, allowed)?.map(done))
        }

        Command::RegisterNode { asked, key_hash, code_hash } => {
            let registered = nodes::register(world, asker.person()?, &asked, key_hash, draw, now)?;
            Ok(nodes::enrolment::offering(registered, &code_hash, now).map(Answer::Node))
        }
        Command::UpdateNode { id, asked } => Ok(nodes::update(world, asker.person()?, id, &asked)?.map(done)),
        Command::RotateNodeKey { id, key_hash, code_hash } => {
            let rotated = nodes::rotate_key(world, asker.person()?, id, key_hash)?;
            Ok(nodes::enrolment::offering(rotated, &code_hash, now).map(done))
        }
        Command::IssueCode { id, code_hash } => {
            Ok(nodes::enrolment::issue(world, asker.person()?, id, code_hash, now)?.map(done))
        }
        Command::RedeemCode { code_hash, key_hash, address } => {
            Ok(nodes::enrolment::redeem(world, &code_hash, key_hash, &address, now)?.map(Answer::NodeName))
        }
        Command::CordonNode { id } => Ok(nodes::cordon(world, asker.person()?, id)?.map(done)),
        Command::UncordonNode { id } => Ok(nodes::uncordon(world, asker.person()?, id)?.map(done)),
        Command::DrainNode { id, asked } => Ok(nodes::drain(world, asker.person()?, id, asked, now)?.map(done)),
        Command::UnfreezeNode { id } => Ok(nodes::unfreeze(world, asker.person()?, id)?.map(done)),
        Command::RemoveNode { id } => Ok(nodes::remove(world, asker.person()?, id)?.map(done)),
        Command::ForgetNode { id } => Ok(nodes::forget(world, asker.person()?, id, now)?.map(done)),

        Command::CreateAdministrator { newcomer, password_hash } => {
            must_operate(asker)?;
            Ok(people::create_administrator(world, newcomer, password_hash, draw, now)?.map(Answer::Person))
        }
        Command::ResetPassword { person, password_hash } => {
            must_operate(asker)?;
            Ok(people::reset_password(world, person, password_hash, None)?.map(done))
        }
        Command::InstallNode { asked, key_hash } => {
            must_operate(asker)?;
            Ok(nodes::install(world, &asked, key_hash, draw, now)?.map(Answer::Node))
        }
        Command::Recover { node, container, claim } => {
            must_operate(asker)?;
            let made = instances::recover::recover(world, &node, &container, &claim, draw, now)?;
            Ok(made.map(Answer::Instance))
        }
    }
}

fn must_operate(asker: &Asker) -> Result<(), Refusal> {
    match asker {
        Asker::Operator => Ok(()),
        Asker::Person(_) | Asker::Stranger => {
            let message = "Only the operator may do that, with `dockhost admin` on the server's own computer.";
            Err(Refusal::new(RefusalCode::Forbidden, message))
        }
    }
}
