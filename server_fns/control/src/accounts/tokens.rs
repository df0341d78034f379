//! API tokens of a person.

use model::id::TokenId;
use model::refusal::Refusal;
use model::request::CreateToken;
use model::view::{Created, TokenView};
use planner::actor::Actor;
use planner::command::{Answer, Command};
use planner::view::token_view;

use crate::auth::secret::{self, Secret, SecretKind};
use crate::core::{Core, gone, strange};

pub struct Tokens {
    core: Core,
}

impl Tokens {
    pub(crate) const fn new(core: Core) -> Self {
        Self { core }
    }

    pub fn list(&self, actor: &Actor) -> Result<Vec<TokenView>, Refusal> {
        Ok(self.core.world().tokens_of(actor.person).map(|token| token_view(token)).collect())
    }

    /// The secret is shown this once.
    pub async fn create(&self, actor: &Actor, asked: CreateToken) -> Result<Created<TokenView>, Refusal> {
        let secret = Secret::generate(SecretKind::ApiToken);
        let (hint, secret_hash) = (secret::hint(secret.expose()), secret::hash(secret.expose()));
        let answer = self.core.ask(actor, Command::CreateToken { asked, hint, secret_hash }).await?;
        let Answer::Token(id) = answer else { return Err(strange(&answer)) };
        let world = self.core.world();
        let view = token_view(world.tokens.get(&id).ok_or_else(|| gone("token"))?);
        Ok(Created { view, secret: secret.expose().to_owned() })
    }

    pub async fn remove(&self, actor: &Actor, id: TokenId) -> Result<(), Refusal> {
        self.core.ask(actor, Command::RemoveToken { id }).await.map(drop)
    }
}
