//! Carrying a command out: one call of a room each, as the page makes it.

use model::id::InstanceId;
use model::refusal::{Refusal, RefusalCode};
use model::request::{AskEvents, CreateInstance, SetAdministrator, SetDoor, SuspendPerson};
use model::verb::Verb;
use model::view::InstanceView;
use planner::guest::instance_of;
use planner::permission::{Action, Subject, may};
use planner::view::{instance_view, person_view};
use tokio::time::timeout;
use verbs::told::{self, as_json};
use verbs::{Command, EXIT, Shown, help, parse, plain};

use super::{CommandOutput, Lobby};
use crate::access::ssh::limits;

impl Lobby {
    pub(super) async fn carry_out(&self, line: &str) -> CommandOutput {
        // There is no shell: words are separated by spaces, and quotes mean nothing.
        let (command, json) = match parse(&line.split_whitespace().collect::<Vec<_>>()) {
            Ok(parsed) => parsed,
            Err(sentence) => return failed(sentence, false),
        };
        match self.run(command, json).await {
            Ok(out) => CommandOutput { out, error: String::new(), status: 0 },
            Err(refusal) if json => failed(as_json(&refusal), true),
            Err(Refusal { message, next_step, .. }) => {
                failed([message].into_iter().chain(next_step).collect::<Vec<_>>().join(" "), false)
            }
        }
    }

    async fn run(&self, command: Command, json: bool) -> Result<String, Refusal> {
        self.must_manage(&command)?;
        let actor = &self.visitor.actor;
        let show = |view: &InstanceView| {
            if json { as_json(view) } else { told::line(view, &view.gateway_command, self.gateway.core.now().wall) }
        };
        let ports = |view: &InstanceView| if json { as_json(&told::reached(view)) } else { told::ports(view) };
        match command {
            Command::Nothing => Ok(String::new()),
            Command::Help => Ok(help(&[EXIT]) + " To log in to an instance: ssh -p PORT NAME@HOST\n"),
            Command::WhoAmI => {
                let me = person_view(&self.gateway.core.world(), &*self.gateway.core.person(actor)?);
                Ok(if json { as_json(&me) } else { told::who(me.username.as_str(), me.email.as_str()) })
            }
            Command::List { all } => {
                if all {
                    may(&self.gateway.core.world(), actor, Action::ListEverybody, Subject::Installation)?;
                }
                let mut views = self.gateway.instances.list(actor)?;
                views.retain(|view| all || view.is_of(&actor.username));
                Ok(if json {
                    as_json(&views)
                } else {
                    told::list(&views, &actor.username, self.gateway.core.now().wall)
                })
            }
            Command::New { name, image, limits } => {
                let asked = CreateInstance { name, image, limits, ..CreateInstance::default() };
                let made = self.gateway.instances.create(actor, asked).await?;
                Ok(show(&self.settled(made.id).await?))
            }
            Command::Start { name } => {
                let id = self.named(&name)?;
                self.gateway.instances.wish(actor, id, Verb::Start).await?;
                Ok(show(&self.settled(id).await?))
            }
            Command::Stop { name } => {
                let id = self.named(&name)?;
                self.gateway.instances.wish(actor, id, Verb::Stop).await?;
                Ok(show(&self.settled(id).await?))
            }
            Command::Restart { name } => {
                let id = self.named(&name)?;
                self.gateway.instances.wish(actor, id, Verb::Restart).await?;
                Ok(show(&self.settled(id).await?))
            }
            Command::Remove { name, yes } => {
                let id = self.named(&name)?;
                if !yes {
                    return Err(Refusal::new(RefusalCode::Conflict, told::would_be_lost(&name)));
                }
                Ok(show(&self.gateway.instances.wish(actor, id, Verb::Delete).await?))
            }
            Command::Ports { name } => {
                let view = self.gateway.instances.get(actor, self.named(&name)?)?;
                Ok(ports(&view))
            }
            Command::Open { name, asked } => {
                let view = self.gateway.instances.open_forward(actor, self.named(&name)?, asked).await?;
                Ok(ports(&view))
            }
            Command::Close { name, key } => {
                let view = self.gateway.instances.close_forward(actor, self.named(&name)?, key).await?;
                Ok(ports(&view))
            }
            Command::Door { name, port, open } => {
                let view = self.gateway.instances.set_door(actor, self.named(&name)?, port, SetDoor { open }).await?;
                Ok(ports(&view))
            }
            Command::Explain { name } => {
                let id = self.named(&name)?;
                let explanation = self.gateway.instances.explain(actor, id)?;
                if json {
                    return Ok(as_json(&explanation));
                }
                let view = self.gateway.instances.get(actor, id)?;
                Ok(told::explained(&explanation, &view, self.gateway.core.now().wall))
            }
            Command::Events(Shown { name, all, limit }) => {
                let of = match name {
                    Some(name) => Some(self.named(&name)?.to_string()),
                    None => all.then(|| "everybody".to_owned()),
                };
                let page = self.gateway.activity.list(actor, AskEvents { of, limit, ..AskEvents::default() }).await?;
                Ok(if json { as_json(&page) } else { told::happened(&page.events) })
            }
            Command::Keys => {
                let keys = self.gateway.keys.list(actor)?;
                Ok(if json { as_json(&keys) } else { told::keys(&keys) })
            }
            Command::KeysOf { name, asked } => {
                let id = self.named(&name)?;
                let view = match asked {
                    Some(asked) => self.gateway.instances.let_in(actor, id, asked).await?,
                    None => self.gateway.instances.get(actor, id)?,
                };
                Ok(if json { as_json(&told::let_in(&view)) } else { told::keys_of(&view) })
            }
            Command::Nodes => {
                let nodes = self.gateway.nodes.list(actor)?;
                Ok(if json { as_json(&nodes) } else { told::nodes(&nodes) })
            }
            Command::People => {
                let people = self.gateway.people.list(actor)?;
                Ok(if json { as_json(&people) } else { told::listed(&people) })
            }
            Command::Administer { username, administrator } => {
                let person = self.gateway.people.named(actor, &plain(&username))?;
                self.gateway.people.set_administrator(actor, person, SetAdministrator { administrator }).await?;
                let row = self.gateway.people.get(actor, person)?;
                Ok(if json { as_json(&row) } else { told::role(&row) })
            }
            Command::RemovePerson { username, asked, yes } => {
                let person = self.gateway.people.named(actor, &plain(&username))?;
                if !yes {
                    return Err(Refusal::new(RefusalCode::Conflict, told::account_would_be_lost(&username)));
                }
                self.gateway.people.remove(actor, person, asked).await?;
                Ok(if json { "{}\n".to_owned() } else { told::removed(&username) })
            }
            Command::Suspend { username, stop } => {
                let person = self.gateway.people.named(actor, &plain(&username))?;
                self.gateway.people.suspend(actor, person, SuspendPerson { stop }).await?;
                let row = self.gateway.people.get(actor, person)?;
                Ok(if json { as_json(&row) } else { told::standing(&row) })
            }
            Command::Resume { username } => {
                let person = self.gateway.people.named(actor, &plain(&username))?;
                self.gateway.people.resume(actor, person).await?;
                let row = self.gateway.people.get(actor, person)?;
                Ok(if json { as_json(&row) } else { told::standing(&row) })
            }
            Command::ResetLink { username } => {
                let person = self.gateway.people.named(actor, &plain(&username))?;
                let made = self.gateway.people.make_reset_link(actor, person).await?;
                Ok(if json { as_json(&made) } else { told::reset(&made, &self.gateway.console) })
            }
        }
    }

    /// Somebody else's and none at all are the same.
    fn named(&self, name: &str) -> Result<InstanceId, Refusal> {
        let world = self.gateway.core.world();
        let found = instance_of(&world, self.visitor.actor.person, name).map(|instance| instance.id);
        found.ok_or_else(|| Refusal::new(RefusalCode::NotFound, told::no_instance(name)))
    }

    /// What became of a wish: waits until nothing is under way, at most as long as a start may take.
    async fn settled(&self, id: InstanceId) -> Result<InstanceView, Refusal> {
        let mut worlds = self.gateway.core.orchestrator.watch();
        let settled = async {
            loop {
                let world = worlds.borrow_and_update();
                let view =
                    world.instances.get(&id).and_then(|found| instance_view(&world, found, self.gateway.core.now()));
                let under_way = view.as_ref().is_some_and(|view| !told::is_settled(view.phase));
                if !under_way || worlds.changed().await.is_err() {
                    return;
                }
            }
        };
        // Whoever waits longer is told how it is now.
        let _ = timeout(limits::START, settled).await;
        self.gateway.instances.get(&self.visitor.actor, id)
    }
}

fn failed(sentence: String, json: bool) -> CommandOutput {
    let error = if json || sentence.ends_with('\n') { sentence } else { format!("{sentence}\n") };
    CommandOutput { out: String::new(), error, status: 1 }
}
