//! The verbs of the lobby, carried out by the API: one call each, as the page makes it.

use std::io::{IsTerminal as _, stderr};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::Utc;
use model::event::EventPage;
use model::explain::Explanation;
use model::refusal::{Refusal, RefusalCode};
use model::request::{CreateInstance, SetAdministrator, SetDoor, SuspendPerson};
use model::view::{Created, InstanceView, NodeView, PersonRow, PersonView, ResetLink, SshKeyView};
use serde_json::Value;
use verbs::told::{self, as_json};
use verbs::{Command, Shown, plain};

use crate::accounts::{Account, Accounts};
use crate::client::Client;
use crate::exit::Failure;
use crate::{grammar, login, print};

/// How long a wish is waited for, as in the lobby, and how often it is looked.
const WAIT: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(crate) fn run(wanted: Option<&str>, command: Command, json: bool) -> Result<ExitCode, Failure> {
    if command == Command::Help || command == Command::Nothing {
        print::out(&grammar::help());
        return Ok(ExitCode::SUCCESS);
    }
    let account = login::account(&Accounts::read()?, wanted)?;
    let text = Call { client: Client::of(&account)?, account, json }.answer(command)?;
    print::out(&text);
    Ok(ExitCode::SUCCESS)
}

/// One's own instance of that name, as the API says it.
pub(crate) fn named(client: &Client, account: &Account, name: &str) -> Result<Value, Failure> {
    let of = |view: &Value, field: &str, is: &str| view.get(field).and_then(Value::as_str) == Some(is);
    let is_it = |view: &Value| of(view, "name", name) && of(view, "owner", account.username.as_str());
    let Value::Array(all) = client.get("/instances")? else {
        return Err(Failure::failed("The server's list of instances is none."));
    };
    // One that is being deleted may have left its name to another one.
    let found = all.into_iter().find(|view| is_it(view) && !of(view, "desired", "deleted"));
    found.ok_or_else(|| Refusal::new(RefusalCode::NotFound, told::no_instance(name)).into())
}

struct Call {
    client: Client,
    account: Account,
    json: bool,
}

impl Call {
    fn answer(&self, command: Command) -> Result<String, Failure> {
        match command {
            // The caller has answered these.
            Command::Nothing | Command::Help => Ok(String::new()),
            Command::WhoAmI => {
                self.told(self.client.get("/me")?, |me: &PersonView| told::who(me.username.as_str(), me.email.as_str()))
            }
            Command::List { all } => self.list(all),
            Command::New { name, image, limits } => {
                let asked = CreateInstance { name, image, limits, ..CreateInstance::default() };
                self.settled(self.client.post_with("/instances", &asked)?)
            }
            Command::Start { name } => self.wish(&name, "start"),
            Command::Stop { name } => self.wish(&name, "stop"),
            Command::Restart { name } => self.wish(&name, "restart"),
            Command::Remove { name, yes } => {
                let id = self.id(&name)?;
                if !yes {
                    return Err(Refusal::new(RefusalCode::Conflict, told::would_be_lost(&name)).into());
                }
                self.shown(self.client.delete(&format!("/instances/{id}"))?)
            }
            Command::Ports { name } => self.ports(named(&self.client, &self.account, &name)?),
            Command::Open { name, asked } => {
                self.ports(self.client.post_with(&format!("/instances/{}/forwards", self.id(&name)?), &asked)?)
            }
            Command::Close { name, key } => {
                let place = serde_json::to_value(key.place).unwrap_or_default();
                let place = place.as_str().unwrap_or_default();
                let path = format!("{place}/{}/{}", key.protocol, key.host.0);
                self.ports(self.client.delete(&format!("/instances/{}/forwards/{path}", self.id(&name)?))?)
            }
            Command::Door { name, port, open } => {
                let path = format!("/instances/{}/doors/{}", self.id(&name)?, port.0);
                self.ports(self.client.put_with(&path, &SetDoor { open })?)
            }
            Command::Explain { name } => {
                let view = named(&self.client, &self.account, &name)?;
                let explanation = self.client.get(&format!("/instances/{}/explain", id_of(&view)))?;
                let view: InstanceView = self.client.read(view)?;
                self.told(explanation, |told: &Explanation| told::explained(told, &view, Utc::now()))
            }
            Command::Events(shown) => self.events(shown),
            Command::Keys => self.told(self.client.get("/ssh-keys")?, |keys: &Vec<SshKeyView>| told::keys(keys)),
            Command::KeysOf { name, asked } => {
                let mut view = named(&self.client, &self.account, &name)?;
                if let Some(asked) = asked {
                    view = self.client.put_with(&format!("/instances/{}/ssh-keys", id_of(&view)), &asked)?;
                }
                if self.json { Ok(as_json(&told::let_in(&view))) } else { self.told(view, told::keys_of) }
            }
            Command::Nodes => self.told(self.client.get("/nodes")?, |nodes: &Vec<NodeView>| told::nodes(nodes)),
            Command::People => self.told(self.client.get("/people")?, |people: &Vec<PersonRow>| told::listed(people)),
            Command::Administer { username, administrator } => {
                let path = format!("/people/{}/administrator", id_of(&self.person(&username)?));
                self.client.put_with(&path, &SetAdministrator { administrator })?;
                self.told(self.person(&username)?, told::role)
            }
            Command::RemovePerson { username, asked, yes } => {
                let path = format!("/people/{}", id_of(&self.person(&username)?));
                if !yes {
                    return Err(Refusal::new(RefusalCode::Conflict, told::account_would_be_lost(&username)).into());
                }
                let answer = self.client.delete_with(&path, &asked)?;
                Ok(if self.json { as_json(&answer) } else { told::removed(&username) })
            }
            Command::Suspend { username, stop } => {
                let person = self.person(&username)?;
                self.client.post_with(&format!("/people/{}/suspend", id_of(&person)), &SuspendPerson { stop })?;
                self.told(self.person(&username)?, told::standing)
            }
            Command::Resume { username } => {
                let person = self.person(&username)?;
                self.client.post(&format!("/people/{}/resume", id_of(&person)))?;
                self.told(self.person(&username)?, told::standing)
            }
            Command::ResetLink { username } => {
                let person = self.person(&username)?;
                let made = self.client.post(&format!("/people/{}/reset-link", id_of(&person)))?;
                self.told(made, |made: &Created<ResetLink>| told::reset(made, self.account.server.as_str()))
            }
        }
    }

    /// The API's own words, or those for people.
    fn told<T: serde::de::DeserializeOwned>(
        &self,
        answer: Value,
        say: impl FnOnce(&T) -> String,
    ) -> Result<String, Failure> {
        if self.json { Ok(as_json(&answer)) } else { Ok(print::plain(&say(&self.client.read(answer)?))) }
    }

    fn shown(&self, answer: Value) -> Result<String, Failure> {
        self.told(answer, |view: &InstanceView| told::line(view, &format!("dockhost ssh {}", view.name), Utc::now()))
    }

    fn ports(&self, view: Value) -> Result<String, Failure> {
        if self.json { Ok(as_json(&told::reached(&view))) } else { self.told(view, told::ports) }
    }

    fn list(&self, all: bool) -> Result<String, Failure> {
        let mut answer = self.client.get("/instances")?;
        let own = |view: &Value| view.get("owner").and_then(Value::as_str) == Some(self.account.username.as_str());
        if let Value::Array(views) = &mut answer {
            views.retain(|view| all || own(view));
        }
        self.told(answer, |views: &Vec<InstanceView>| told::list(views, &self.account.username, Utc::now()))
    }

    fn events(&self, Shown { name, all, limit }: Shown) -> Result<String, Failure> {
        let of = match name {
            Some(name) => Some(self.id(&name)?),
            None => all.then(|| "everybody".to_owned()),
        };
        let (of, limit) = (of.map(|of| format!("of={of}")), limit.map(|limit| format!("limit={limit}")));
        let query = of.into_iter().chain(limit).collect::<Vec<_>>().join("&");
        let path = if query.is_empty() { "/events".to_owned() } else { format!("/events?{query}") };
        self.told(self.client.get(&path)?, |page: &EventPage| told::happened(&page.events))
    }

    fn wish(&self, name: &str, verb: &str) -> Result<String, Failure> {
        self.settled(self.client.post(&format!("/instances/{}/{verb}", self.id(name)?))?)
    }

    /// What became of a wish: waits until nothing is under way, and then tells how it is.
    fn settled(&self, mut answer: Value) -> Result<String, Failure> {
        let path = format!("/instances/{}", id_of(&answer));
        let (end, mut said) = (Instant::now() + WAIT, String::new());
        loop {
            let view: InstanceView = self.client.read(answer.clone())?;
            if told::is_settled(view.phase) || Instant::now() > end {
                return self.shown(answer);
            }
            let doing = print::plain(&format!("{} is {}. {}", view.name, view.phase.as_str(), view.message));
            if stderr().is_terminal() && doing != said {
                print::note(doing.trim_end());
                said = doing;
            }
            sleep(LOOK_EVERY);
            answer = self.client.get(&path)?;
        }
    }

    fn id(&self, name: &str) -> Result<String, Failure> {
        named(&self.client, &self.account, name).map(|view| id_of(&view).to_owned())
    }

    fn person(&self, username: &str) -> Result<Value, Failure> {
        let people = self.client.get("/people")?;
        let is = |person: &Value, field: &str| person.get(field).and_then(Value::as_str) == Some(username);
        let is_it = |person: &&Value| is(person, "username") || is(person, "email");
        let found = people.as_array().and_then(|all| all.iter().find(is_it)).cloned();
        let nobody = || Refusal::new(RefusalCode::NotFound, format!("Nobody is called {}.", plain(username)));
        found.ok_or_else(|| nobody().into())
    }
}

/// Of whatever the API has answered with. It is a part of an address, so it is taken only as the server makes them.
fn id_of(answer: &Value) -> &str {
    let id = answer.get("id").and_then(Value::as_str).unwrap_or_default();
    if id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') { id } else { "" }
}
