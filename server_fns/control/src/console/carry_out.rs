//! What each of the administrator's requests does.

use model::engine::known;
use model::node::NodeFacts;
use model::plain::plain;
use model::refusal::{Refusal, RefusalCode};
use model::request::{CreateToken, RegisterNode, SignUp};
use model::stranger::Claim;
use model::view::{InstanceView, PersonView};
use planner::actor::{Actor, Via};
use planner::command::instances::recover::{proposals, proposed};
use planner::command::people::Newcomer;
use planner::command::{Answer, Asker, Command};
use planner::liveness::liveness;
use planner::view::{instance_view, people, person_view};
use planner::world::Node;

use super::{Console, ConsoleAnswer, ConsoleRequest, NodeState, Recovered};
use crate::auth::secret::{self, Secret, SecretKind};
use crate::core::strange;
use crate::store::Backup;

/// Characters of an address that are shown.
const ADDRESS: usize = 253;

impl Console {
    pub(crate) async fn carry_out(&self, request: ConsoleRequest) -> ConsoleAnswer {
        let answer = match request {
            ConsoleRequest::CreateAdministrator { username, email, password } => {
                let asked = SignUp { username, email, password, setup: None, invite: None };
                self.create_administrator(asked).await.map(ConsoleAnswer::Person)
            }
            ConsoleRequest::ResetPassword { username, password } => self.reset_password(&username, password).await,
            ConsoleRequest::MakeResetLink { username } => self.reset_link(&username).await,
            ConsoleRequest::CreateToken { username, name } => self.console_token(&username, name).await,
            ConsoleRequest::ListPeople => Ok(ConsoleAnswer::People(people(&self.core.world(), self.core.now()))),
            ConsoleRequest::SetAdministrator { username, administrator } => {
                self.of_person(&username, |person| Command::SetAdministrator { person, administrator }).await
            }
            ConsoleRequest::SuspendPerson { username, stop } => {
                self.of_person(&username, |person| Command::SuspendPerson { person, stop }).await
            }
            ConsoleRequest::ResumePerson { username } => {
                self.of_person(&username, |person| Command::ResumePerson { person }).await
            }
            ConsoleRequest::RemovePerson { username, instances, nodes } => {
                self.of_person(&username, |person| Command::RemovePerson { person, instances, nodes }).await
            }
            ConsoleRequest::Backup { activity } => self.backup(activity).await,
            ConsoleRequest::ListNodes => Ok(ConsoleAnswer::Nodes(self.node_states())),
            ConsoleRequest::ListProposals => {
                Ok(ConsoleAnswer::Proposals(proposals(&self.core.world(), self.core.now())))
            }
            ConsoleRequest::Recover { node, container, claim } => self.recover(node, container, claim).await,
            ConsoleRequest::SetupLink => Ok(ConsoleAnswer::SetupToken(self.accounts.setup_token())),
            ConsoleRequest::ServerFingerprint => {
                Ok(ConsoleAnswer::Fingerprint(self.core.world().identity.server_fingerprint.clone()))
            }
            ConsoleRequest::EnrolNode { name, address } => self.enrol_node(name, address).await,
        };
        answer.unwrap_or_else(ConsoleAnswer::Refused)
    }

    async fn recover(&self, node: String, container: String, claim: Claim) -> Result<ConsoleAnswer, Refusal> {
        let lost = proposed(&self.core.world(), &node, &container, &claim, self.core.now())?.lost;
        let answer = self.core.orchestrator.ask(Asker::Operator, Command::Recover { node, container, claim }).await?;
        let Answer::Instance(id) = answer else { return Err(strange(&answer)) };
        let world = self.core.world();
        let view = world.instances.get(&id).and_then(|instance| instance_view(&world, instance, self.core.now()));
        let InstanceView { name, owner, ssh_command, .. } = view.ok_or_else(|| Refusal::not_found("instance"))?;
        Ok(ConsoleAnswer::Recovered(Recovered { name, owner, ssh_command, lost }))
    }

    async fn backup(&self, activity: bool) -> Result<ConsoleAnswer, Refusal> {
        let failed =
            |error: &dyn std::fmt::Display| Refusal::new(RefusalCode::Internal, format!("The backup failed: {error}."));
        let world = self.core.world();
        let mut backup = Backup::of(&world, self.core.now().wall);
        if activity {
            backup.activity = self.log.all(world.log.newest).await.map_err(|error| failed(&error))?;
        }
        backup.write().map(ConsoleAnswer::Backup).map_err(|error| failed(&error))
    }

    fn node_states(&self) -> Vec<NodeState> {
        let (world, now) = (self.core.world(), self.core.now());
        let state = |node: &std::sync::Arc<Node>| NodeState {
            name: node.settings.name.clone(),
            liveness: liveness(&world, node.id, now.mono),
            engine: world.node_facts(node).map(|facts| facts.engine.clone()).unwrap_or_default(),
            instances: world.node_instances(node.id).count(),
            max_instances: node.settings.max_instances,
            address: plain(node.address(), ADDRESS),
            faults: faults(world.node_facts(node)),
        };
        world.nodes.values().map(state).collect()
    }

    async fn create_administrator(&self, asked: SignUp) -> Result<PersonView, Refusal> {
        let newcomer = Newcomer::read(&asked)?;
        let names = [newcomer.username.as_str(), newcomer.email.as_str()];
        let password_hash = self.accounts.hash_password(asked.password, &names).await?;
        let command = Command::CreateAdministrator { newcomer, password_hash };
        let answer = self.core.orchestrator.ask(Asker::Operator, command).await?;
        let Answer::Person(id) = answer else { return Err(strange(&answer)) };
        let world = self.core.world();
        world.people.get(&id).map(|person| person_view(&world, person)).ok_or_else(|| Refusal::not_found("person"))
    }

    async fn reset_password(&self, login: &str, password: String) -> Result<ConsoleAnswer, Refusal> {
        let person = self.by_login(login)?;
        let names = [person.username.as_str(), person.email.as_str()];
        let password_hash = self.accounts.hash_password(password, &names).await?;
        self.core
            .orchestrator
            .ask(Asker::Operator, Command::ResetPassword { person: person.id, password_hash })
            .await?;
        Ok(ConsoleAnswer::Done)
    }

    async fn console_token(&self, login: &str, name: String) -> Result<ConsoleAnswer, Refusal> {
        let actor = Actor::new(&*self.by_login(login)?, Via::Console);
        Ok(ConsoleAnswer::Secret(
            self.tokens.create(&actor, CreateToken { name, ..CreateToken::default() }).await?.secret,
        ))
    }

    async fn enrol_node(&self, name: String, address: Option<String>) -> Result<ConsoleAnswer, Refusal> {
        let key = Secret::generate(SecretKind::NodeKey);
        let asked = RegisterNode { name, address, ..RegisterNode::default() };
        let command = Command::InstallNode { asked, key_hash: secret::hash(key.expose()) };
        self.core.orchestrator.ask(Asker::Operator, command).await?;
        Ok(ConsoleAnswer::Secret(key.expose().to_owned()))
    }
}

/// One short line each.
fn faults(facts: Option<&NodeFacts>) -> Vec<String> {
    // One that is not there has said nothing yet.
    let Some(facts) = facts.filter(|facts| facts.engine.is_up()) else { return Vec::new() };
    let found = known(&facts.components);
    let faults = found.faults.iter().map(|fault| format!("{} {}: {}", fault.component, fault.version, fault.cve));
    faults.chain(found.unknown.iter().map(|name| format!("{name}: version unknown"))).collect()
}
