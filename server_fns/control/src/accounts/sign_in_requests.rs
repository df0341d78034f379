//! Programs on people's computers that are signed in with a browser. The program asks and shows a code, a person sees what
//! asks and gives it a token, and the program fetches that.

use std::sync::Arc;

use model::plain::plain;
use model::refusal::Refusal;
use model::request::{AskSignIn, CreateToken, FetchToken, GrantSignIn};
use model::view::{Created, SignInAnswer, SignInAsked, SignInRequestView};
use planner::actor::Actor;
use planner::permission::{Action, Subject, may};
use planner::world::World;

use super::Tokens;
use crate::auth::attempts::network;
use crate::auth::peer::Peer;
use crate::auth::sign_in_requests::{self as requests, Shown};
use crate::core::Core;

/// Characters of a computer's name in the name of its token.
const HOST: usize = 40;

pub struct SignInRequests {
    core: Core,
    tokens: Arc<Tokens>,
    open: requests::SignInRequests,
}

impl SignInRequests {
    pub(crate) fn new(core: Core, tokens: Arc<Tokens>) -> Self {
        Self { core, tokens, open: requests::SignInRequests::default() }
    }

    /// By anybody: what comes of it is a person's to say.
    pub fn ask(&self, asked: &AskSignIn, peer: &Peer) -> Result<SignInAsked, Refusal> {
        self.open.ask(asked, peer.address, network(peer.address), self.core.now())
    }

    /// What asks, for the person who is to answer.
    pub fn look(&self, actor: &Actor, code: &str) -> Result<SignInRequestView, Refusal> {
        let world = self.answering(actor)?;
        let Shown { code, program, host, address, asked_at, expires_at } =
            self.open.look(actor.person, code, self.core.now())?;
        let name = free_name(&world, actor, &host);
        Ok(SignInRequestView { code, program, host, address, asked_at, expires_at, name })
    }

    /// Makes a token for the program, as a person makes one.
    pub async fn grant(&self, actor: &Actor, code: &str, asked: GrantSignIn) -> Result<(), Refusal> {
        self.answering(actor)?;
        self.open.look(actor.person, code, self.core.now())?;
        let GrantSignIn { name, scope, expires_in_days } = asked;
        let Created { view, secret } = self.tokens.create(actor, CreateToken { name, scope, expires_in_days }).await?;
        let username = actor.username.clone();
        let token = SignInAnswer::Granted { username, id: view.id, token: secret, scope: view.scope };
        let granted = self.open.grant(actor.person, code, token, self.core.now());
        if granted.is_err() {
            // Somebody answered in the meantime, or it has expired: nobody will fetch the token.
            self.tokens.remove(&Actor { once: None, ..actor.clone() }, view.id).await?;
        }
        granted
    }

    pub fn refuse(&self, actor: &Actor, code: &str) -> Result<(), Refusal> {
        self.answering(actor)?;
        self.open.refuse(actor.person, code, self.core.now())
    }

    /// For the program itself.
    pub fn fetch(&self, asked: &FetchToken) -> Result<SignInAnswer, Refusal> {
        self.open.fetch(&asked.secret, self.core.now())
    }

    fn answering(&self, actor: &Actor) -> Result<Arc<World>, Refusal> {
        let world = self.core.world();
        let person = self.core.person(actor)?;
        may(&world, actor, Action::AnswerProgram, Subject::Account(&person)).map(|()| world)
    }
}

/// One that no token of the person has yet: somebody signs in twice from one computer, too.
fn free_name(world: &World, actor: &Actor, host: &str) -> String {
    let host = plain(host, HOST);
    let first = if host.is_empty() { "command line".to_owned() } else { format!("dockhost on {host}") };
    let is_taken = |name: &str| world.tokens_of(actor.person).any(|token| token.name.as_str() == name);
    let further = (2..).map(|number| format!("{first} ({number})"));
    std::iter::once(first.clone()).chain(further).find(|name| !is_taken(name)).unwrap_or(first)
}
