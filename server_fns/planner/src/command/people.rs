//! Accounts, and beside them the invitations that admit people and the sessions of their browsers.

use model::event::{Cause, EventKind, Way, Who};
use model::id::{InviteId, PersonId};
use model::name::{EmailAddress, Username};
use model::refusal::{Refusal, RefusalCode};
use model::request::{SignUp, SignUpMode};
use model::typed;

use crate::clock::Now;
use crate::command::{Asker, Decision, fresh};
use crate::draw::Draw;
use crate::event::of_account;
use crate::world::{Change, Person, World};

mod administer;
mod failed;
mod handover;
mod invites;
mod own;
mod removal;
mod reset;
mod sessions;
mod wishes;

pub use administer::{resume, set_administrator, suspend};
pub use failed::note_failed_sign_in;
pub use invites::{create_invite, drop_invite, find_invite};
pub use own::{ask_for_removal, change_email, change_password, reset_password, withdraw_removal};
pub use removal::remove;
pub use reset::{check_reset_link, make_reset_link, use_reset_link};
pub use sessions::{Opening, close_session, note_use, open_session, prove_session, revoke_session};

/// What lets a person in, once its secret was found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Nothing but the wish to sign up.
    None,
    /// The set-up link, which makes the first administrator.
    Setup,
    Invite(InviteId),
}

/// Who signs up, as checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    pub username: Username,
    pub email: EmailAddress,
}

/// Whether somebody may sign up with such names at all. Who is here already is not looked at: that is told by
/// [`sign_up`] alone, to somebody whose password was judged and hashed, so that nobody asks for names in bulk.
pub fn newcomer(world: &World, asked: &SignUp, admission: Admission) -> Result<Newcomer, Refusal> {
    check_admission(world, admission)?;
    Newcomer::read(asked)
}

impl Newcomer {
    /// # Errors
    /// With the field at fault.
    pub fn read(asked: &SignUp) -> Result<Self, Refusal> {
        Ok(Self { username: typed::username(&asked.username)?, email: typed::email(&asked.email)? })
    }
}

/// Either may be used to sign in, so each belongs to one person.
fn check_free(world: &World, Newcomer { username, email }: &Newcomer) -> Result<(), Refusal> {
    if world.people.values().any(|person| person.username == *username) {
        let message = format!("The username {username} is taken. Choose another one.");
        return Err(Refusal::new(RefusalCode::Conflict, message).at("username"));
    }
    if has_account(world, email) {
        let message = format!("There is an account for {email} already. Sign in, or use another address.");
        return Err(Refusal::new(RefusalCode::Conflict, message).at("email"));
    }
    Ok(())
}

fn has_account(world: &World, email: &EmailAddress) -> bool {
    world.people.values().any(|person| person.email == *email)
}

fn check_admission(world: &World, admission: Admission) -> Result<(), Refusal> {
    let forbidden = |message: &str| Err(Refusal::new(RefusalCode::Forbidden, message));
    let ready = world.has_administrator();
    match (admission, world.settings.sign_up) {
        (Admission::Setup, _) if ready => {
            forbidden("DockHost is set up already: the set-up link works once. Sign up without it.")
        }
        (Admission::Setup, _) => Ok(()),
        (Admission::None | Admission::Invite(_), _) if !ready => {
            forbidden("DockHost is not set up yet. Open the set-up link that the server printed when it started.")
        }
        (Admission::Invite(_) | Admission::None, SignUpMode::Closed) => {
            forbidden("Nobody can sign up at the moment. Ask an administrator.")
        }
        (Admission::None, SignUpMode::Invite) => {
            forbidden("An invitation is needed to sign up. Ask an administrator for a link.")
        }
        (Admission::Invite(id), SignUpMode::Open | SignUpMode::Invite)
            if world.invites.get(&id).is_none_or(|invite| !invites::may_admit(world, invite)) =>
        {
            forbidden("This invitation was used or withdrawn. Ask an administrator for another one.")
        }
        (Admission::Invite(_), SignUpMode::Open | SignUpMode::Invite) | (Admission::None, SignUpMode::Open) => Ok(()),
    }
}

/// Opens an account. The invitation that admitted it is used up.
pub fn sign_up(
    world: &World,
    newcomer: Newcomer,
    admission: Admission,
    password_hash: String,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<PersonId>, Refusal> {
    check_admission(world, admission)?;
    check_free(world, &newcomer)?;
    let mut changes = Vec::new();
    if let Admission::Invite(id) = admission {
        if world.invites.get(&id).is_none_or(|invite| invite.expires_at <= now.wall) {
            let message = "This invitation has expired. Ask an administrator for another one.";
            return Err(Refusal::new(RefusalCode::Forbidden, message));
        }
        changes.push(Change::DropInvite(id));
    }
    let person = opened(world, newcomer, admission == Admission::Setup, password_hash, draw, now);
    let id = person.id;
    let who = Who::Person { id, name: person.username.clone() };
    let line = of_account(&person, Cause { who, way: Way::None, address: None }, EventKind::SignedUp);
    changes.push(Change::PutPerson(person));
    Ok(Decision::new(changes, id).tells(line))
}

fn opened(
    world: &World,
    Newcomer { username, email }: Newcomer,
    administrator: bool,
    password_hash: String,
    draw: &mut dyn Draw,
    now: Now,
) -> Person {
    // What is being deleted goes on to name an account that is gone.
    let taken = |id: &PersonId| world.people.contains_key(id) || world.live_instances_of(*id).next().is_some();
    let id = fresh(draw, PersonId::from_bits, taken);
    let (suspended, asks_removal_since, reset, created_at) = (None, None, None, now.wall);
    Person { id, username, email, password_hash, administrator, suspended, asks_removal_since, reset, created_at }
}

/// An account for the operator: the settings for signing up do not hold, and it administers.
pub fn create_administrator(
    world: &World,
    newcomer: Newcomer,
    password_hash: String,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<PersonId>, Refusal> {
    check_free(world, &newcomer)?;
    let person = opened(world, newcomer, true, password_hash, draw, now);
    let (id, kind) = (person.id, EventKind::AdministratorCreated { email: person.email.clone() });
    let line = of_account(&person, Asker::Operator.cause(), kind);
    Ok(Decision::new(vec![Change::PutPerson(person)], id).tells(line))
}
