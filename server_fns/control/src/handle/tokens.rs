//! API tokens of a person.

use model::id::TokenId;
use model::refusal::Refusal;
use model::request::CreateToken;
use model::view::{Created, TokenView};
use planner::actor::Actor;
use planner::command::tokens;
use planner::view::token_view;

use super::{Handle, gone};
use crate::auth::secret::{self, Secret, SecretKind};

impl Handle {
    pub fn tokens(&self, actor: &Actor) -> Result<Vec<TokenView>, Refusal> {
        Ok(self.world().tokens_of(actor.person).map(|token| token_view(token)).collect())
    }

    /// The secret is shown this once.
    pub async fn create_token(&self, actor: &Actor, asked: CreateToken) -> Result<Created<TokenView>, Refusal> {
        let actor = actor.clone();
        let secret = Secret::generate(SecretKind::ApiToken);
        let (hint, hash) = (secret::hint(secret.expose()), secret::hash(secret.expose()));
        let id = self
            .orchestrator
            .decide(move |world, draw, now| tokens::create(world, &actor, &asked, hint, hash, draw, now))
            .await?;
        let world = self.world();
        let view = token_view(world.tokens.get(&id).ok_or_else(|| gone("token"))?);
        Ok(Created { view, secret: secret.expose().to_owned() })
    }

    pub async fn remove_token(&self, actor: &Actor, id: TokenId) -> Result<(), Refusal> {
        let actor = actor.clone();
        self.orchestrator.decide(move |world, _, _| tokens::remove(world, &actor, id)).await
    }
}
