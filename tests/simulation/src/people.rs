//! What people ask for, and what they were promised: the model that everything else is compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::id::{InstanceId, NodeId, PersonId};
use model::refusal::RefusalCode;
use model::request::CreateInstance;
use model::verb::Verb;
use planner::actor::{Actor, Via};
use planner::command::idempotency::Key;
use planner::command::{Answer, Asker, Command};
use planner::world::World;

use crate::action::Request;
use crate::server::{Reply, Server};

#[derive(Debug, Clone, Default)]
pub struct People {
    pub all: Vec<PersonId>,
    /// Every create that was ever sent; its place in this list is its idempotency key.
    creates: Vec<Create>,
    /// What was acknowledged.
    pub promised: BTreeMap<InstanceId, Promise>,
    /// Asked to be deleted, whether or not the answer came: these may go.
    pub may_go: BTreeSet<InstanceId>,
    /// Asked to be forgotten: a container of it may be left on its node.
    pub forgotten: BTreeSet<InstanceId>,
    /// How often each was asked to stop, restart or go: it is stopped no more often than that.
    pub stops: BTreeMap<InstanceId, u32>,
}

#[derive(Debug, Clone)]
struct Create {
    person: PersonId,
    name: u8,
    answer: Option<Result<InstanceId, ()>>,
}

#[derive(Debug, Clone, Default)]
pub struct Promise {
    pub deleted: bool,
}

impl People {
    pub const fn new(all: Vec<PersonId>) -> Self {
        Self {
            all,
            creates: Vec::new(),
            promised: BTreeMap::new(),
            may_go: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            stops: BTreeMap::new(),
        }
    }

    pub fn ask(&mut self, server: &mut Server, request: Request, now: Duration) -> Result<(), String> {
        match request {
            Request::Create { person, name } => {
                let Some(person) = pick(&self.all, person) else { return Ok(()) };
                self.creates.push(Create { person, name, answer: None });
                self.create(server, self.creates.len() - 1, now)
            }
            Request::Repeat(which) => {
                let open: Vec<usize> =
                    (0..self.creates.len()).filter(|at| self.creates[*at].answer.is_none()).collect();
                pick(&open, which).map_or(Ok(()), |at| self.create(server, at, now))
            }
            Request::Unfreeze => self.unfreeze(server, now),
            Request::Wish { which, wish } => {
                let known: Vec<InstanceId> = self.promised.keys().copied().collect();
                pick(&known, which).map_or(Ok(()), |id| self.wish(server, id, wish, now))
            }
        }
    }

    fn unfreeze(&self, server: &mut Server, now: Duration) -> Result<(), String> {
        let Some(administrator) = self.all.first().copied() else { return Ok(()) };
        let frozen: Vec<NodeId> = server.stored.nodes.values().filter(|node| node.frozen).map(|node| node.id).collect();
        for id in frozen {
            let asker = asker(&server.stored, administrator);
            server.ask(now, &asker, &Command::UnfreezeNode { id }, None)?;
        }
        Ok(())
    }

    pub fn has_open(&self) -> bool {
        self.creates.iter().any(|create| create.answer.is_none())
    }

    fn create(&mut self, server: &mut Server, at: usize, now: Duration) -> Result<(), String> {
        let (person, name, key) =
            (self.creates[at].person, format!("box-{}", self.creates[at].name), format!("key-{at}"));
        let asked = CreateInstance { name: name.clone(), ..CreateInstance::default() };
        let once = Key { key: key.clone(), request_hash: name };
        let asker = asker(&server.stored, person);
        let reply = server.ask(now, &asker, &Command::CreateInstance(asked), Some(&once))?;
        let made: BTreeSet<InstanceId> = server
            .stored
            .idempotency
            .values()
            .filter(|row| row.person == person && row.key == key)
            .filter_map(|row| if let Answer::Instance(id) = row.answer { Some(id) } else { None })
            .collect();
        match reply {
            Reply::Done(Answer::Instance(id)) => {
                if made.iter().any(|made| *made != id) {
                    return Err(format!("the create {key} made {made:?} and was answered with {id}"));
                }
                self.promised.entry(id).or_default();
                self.creates[at].answer = Some(Ok(id));
            }
            // Nothing of it may be there, and the same request may fit later.
            Reply::Refused(refusal) => {
                if !made.is_empty() {
                    return Err(format!("the create {key} was refused ({}) and is there", refusal.message));
                }
                self.creates[at].answer = (refusal.code != RefusalCode::Unavailable).then_some(Err(()));
            }
            Reply::Done(other) => return Err(format!("the create {key} was answered with {other:?}")),
            Reply::Nothing => {}
        }
        Ok(())
    }

    fn wish(&mut self, server: &mut Server, id: InstanceId, wish: Verb, now: Duration) -> Result<(), String> {
        let Some(owner) = server.stored.instances.get(&id).map(|instance| instance.owner) else { return Ok(()) };
        match wish {
            Verb::Start => {}
            Verb::Forget => drop(self.forgotten.insert(id)),
            Verb::Stop | Verb::Restart | Verb::Delete => *self.stops.entry(id).or_default() += 1,
        }
        if wish == Verb::Delete {
            self.may_go.insert(id);
        }
        let asker = asker(&server.stored, owner);
        let reply = server.ask(now, &asker, &Command::Wish { id, verb: wish }, None)?;
        if wish == Verb::Delete && reply == Reply::Done(Answer::Done) {
            self.promised.entry(id).or_default().deleted = true;
        }
        Ok(())
    }
}

fn asker(world: &World, person: PersonId) -> Asker {
    Asker::Person(Actor::new(&world.people[&person], Via::Console))
}

pub fn pick<T: Copy>(all: &[T], which: u8) -> Option<T> {
    all.get(usize::from(which) % all.len().max(1)).copied()
}
