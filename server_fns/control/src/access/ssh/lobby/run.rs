//! Carrying a command out: one call of a room each, as the page makes it.

use model::Timestamp;
use model::id::InstanceId;
use model::name::Username;
use model::phase::Phase;
use model::port::{ContainerPort, PortBinding, UrlAccess};
use model::refusal::Refusal;
use model::request::{CreateInstance, SetDoor, SuspendPerson};
use model::verb::Verb;
use model::view::{DoorView, ForwardView, InstanceView, UrlView};
use planner::guest::instance_of;
use planner::permission::{Action, Subject, may};
use planner::view::{instance_view, person_view};
use serde::Serialize;
use tokio::time::timeout;

use super::command::{Command, HELP, parse};
use super::people::{listed, reset, standing};
use super::table::table;
use super::words::plain;
use super::{CommandOutput, Lobby};
use crate::access::ssh::limits;

impl Lobby {
    pub(super) async fn carry_out(&self, line: &str) -> CommandOutput {
        let (command, json) = match parse(line) {
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
        let show = |view: &InstanceView| if json { as_json(view) } else { line(view, self.gateway.core.now().wall) };
        match command {
            Command::Nothing => Ok(String::new()),
            Command::Help => Ok(HELP.to_owned()),
            Command::WhoAmI => {
                let me = person_view(&self.gateway.core.world(), &*self.gateway.core.person(actor)?);
                Ok(if json { as_json(&me) } else { format!("{} ({})\n", me.username, me.email) })
            }
            Command::List { all } => {
                if all {
                    may(&self.gateway.core.world(), actor, Action::ListEverybody, Subject::Installation)?;
                }
                let mut views = self.gateway.instances.list(actor)?;
                views.retain(|view| all || view.is_of(&actor.username));
                Ok(if json { as_json(&views) } else { list(&views, &actor.username, self.gateway.core.now().wall) })
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
                    let message = format!("Its data would be lost. To delete {name}: rm {name} --yes");
                    return Err(Refusal::new(model::refusal::RefusalCode::Conflict, message));
                }
                Ok(show(&self.gateway.instances.wish(actor, id, Verb::Delete).await?))
            }
            Command::Ports { name } => {
                let view = self.gateway.instances.get(actor, self.named(&name)?)?;
                Ok(if json { as_json(&reached(&view)) } else { ports(&view) })
            }
            Command::Open { name, asked } => {
                let view = self.gateway.instances.open_forward(actor, self.named(&name)?, asked).await?;
                Ok(if json { as_json(&reached(&view)) } else { ports(&view) })
            }
            Command::Close { name, key } => {
                let view = self.gateway.instances.close_forward(actor, self.named(&name)?, key).await?;
                Ok(if json { as_json(&reached(&view)) } else { ports(&view) })
            }
            Command::Door { name, port, open } => {
                let view = self.gateway.instances.set_door(actor, self.named(&name)?, port, SetDoor { open }).await?;
                Ok(if json { as_json(&reached(&view)) } else { ports(&view) })
            }
            Command::Explain { name } => {
                let id = self.named(&name)?;
                let told = self.gateway.instances.explain(actor, id)?;
                if json {
                    return Ok(as_json(&told));
                }
                let evidence = told.evidence.iter().map(|line| format!("  {}\n", line.text)).collect::<String>();
                let view = self.gateway.instances.get(actor, id)?;
                let waits = starts_in(&view, self.gateway.core.now().wall);
                let waits = waits.map(|time| format!("It starts again in {time}.\n")).unwrap_or_default();
                Ok(format!("{}\n{evidence}{waits}{}\n", told.cause, told.next_step))
            }
            Command::People => {
                let people = self.gateway.people.list(actor)?;
                Ok(if json { as_json(&people) } else { listed(&people) })
            }
            Command::Suspend { username, stop } => {
                let person = self.gateway.people.named(actor, &plain(&username))?;
                self.gateway.people.suspend(actor, person, SuspendPerson { stop }).await?;
                let row = self.gateway.people.get(actor, person)?;
                Ok(if json { as_json(&row) } else { standing(&row) })
            }
            Command::Resume { username } => {
                let person = self.gateway.people.named(actor, &plain(&username))?;
                self.gateway.people.resume(actor, person).await?;
                let row = self.gateway.people.get(actor, person)?;
                Ok(if json { as_json(&row) } else { standing(&row) })
            }
            Command::ResetLink { username } => {
                let person = self.gateway.people.named(actor, &plain(&username))?;
                let made = self.gateway.people.make_reset_link(actor, person).await?;
                Ok(if json { as_json(&made) } else { reset(&made, &self.gateway.console) })
            }
        }
    }

    /// Somebody else's and none at all are the same.
    fn named(&self, name: &str) -> Result<InstanceId, Refusal> {
        let world = self.gateway.core.world();
        let found = instance_of(&world, self.visitor.actor.person, name).map(|instance| instance.id);
        found.ok_or_else(|| {
            let message = format!("You have no instance called {}.", plain(name));
            Refusal::new(model::refusal::RefusalCode::NotFound, message)
        })
    }

    /// What became of a wish: waits until nothing is under way, at most as long as a start may take.
    async fn settled(&self, id: InstanceId) -> Result<InstanceView, Refusal> {
        let mut worlds = self.gateway.core.orchestrator.watch();
        let settled = async {
            loop {
                let world = worlds.borrow_and_update();
                let view =
                    world.instances.get(&id).and_then(|found| instance_view(&world, found, self.gateway.core.now()));
                let under_way = view.as_ref().is_some_and(|view| match view.phase {
                    Phase::Pending | Phase::Creating | Phase::Stopping | Phase::Restarting | Phase::Rebuilding => true,
                    Phase::Running
                    | Phase::Paused
                    | Phase::Stopped
                    | Phase::Deleting
                    | Phase::Error
                    | Phase::Unknown
                    | Phase::Lost => false,
                });
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

fn as_json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).map_or_else(|error| error.to_string(), |text| text + "\n")
}

/// How long it is still to its next start, if it ended by itself and its node pauses.
pub(in crate::access::ssh) fn starts_in(view: &InstanceView, now: Timestamp) -> Option<String> {
    let left = (view.starts_at? - now).num_milliseconds().max(0);
    Some(format!("{} s", (left + 999) / 1_000))
}

fn line(view: &InstanceView, now: Timestamp) -> String {
    let message = if view.message.is_empty() { String::new() } else { format!(": {}", view.message) };
    let command = if view.phase == Phase::Running { format!("\n  {}", view.gateway_command) } else { String::new() };
    let waits =
        starts_in(view, now).map(|time| format!(" It starts again in {time}; `start {}` starts it now.", view.name));
    format!("{} is {}{message}{}{command}\n", view.name, view.phase.as_str(), waits.unwrap_or_default())
}

/// Somebody else's have their owner before the name, because names are each owner's own.
fn list(views: &[InstanceView], viewer: &Username, now: Timestamp) -> String {
    if views.is_empty() {
        return "You have no instances. `new NAME` creates one.\n".to_owned();
    }
    let heading = ["NAME", "STATE", "IMAGE", "NODE"].map(str::to_owned).to_vec();
    let rows = views.iter().map(|view| {
        let state = match starts_in(view, now) {
            Some(time) => format!("{}, starts in {time}", view.phase.as_str()),
            None => view.phase.as_str().to_owned(),
        };
        vec![view.called(viewer), state, view.image.to_string(), view.node.name.to_string()]
    });
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

/// Every way to its ports, for programs.
#[derive(Serialize)]
struct Reached<'a> {
    ports: &'a [PortBinding],
    doors: &'a [DoorView],
    forwards: &'a [ForwardView],
    urls: &'a [UrlView],
}

fn reached(view: &InstanceView) -> Reached<'_> {
    Reached { ports: &view.ports, doors: &view.doors, forwards: &view.forwards, urls: &view.urls }
}

fn ports(view: &InstanceView) -> String {
    let heading = ["PORT", "REACHED AT", "BY"].map(str::to_owned).to_vec();
    let everybody = || "everybody".to_owned();
    let block = view.doors.iter().map(|door| {
        let who = match (door.port, door.open) {
            (ContainerPort::SSH, _) => "holders of its keys".to_owned(),
            (_, true) => everybody(),
            (_, false) => "nobody".to_owned(),
        };
        let who = if door.problem.is_empty() { who } else { door.problem.clone() };
        vec![door.port.0.to_string(), door.address.clone(), who]
    });
    let forwards = view.forwards.iter().map(|forward| {
        let who = if forward.allow.is_empty() { everybody() } else { forward.allow.join(" ") };
        let who = if forward.problem.is_empty() { who } else { format!("nobody: {}", forward.problem) };
        vec![format!("{}/{}", forward.container.0, forward.protocol), forward.address.clone(), who]
    });
    let urls = view.urls.iter().filter(|url| !url.url.is_empty()).map(|url| {
        let who = match url.access {
            UrlAccess::Off => "nobody",
            UrlAccess::Owner => "you",
            UrlAccess::SignedIn => "everybody signed in",
            UrlAccess::Public => "everybody",
        };
        vec![url.port.0.to_string(), url.url.clone(), who.to_owned()]
    });
    table(&std::iter::once(heading).chain(block).chain(forwards).chain(urls).collect::<Vec<_>>())
}
