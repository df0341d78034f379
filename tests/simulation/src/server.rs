//! The main server's process and its database: decide, commit, answer, publish, with a crash at any point between.

use std::time::Duration;

use model::Timestamp;
use model::id::NodeId;
use model::refusal::Refusal;
use planner::channel::{self, ChannelAnswer, ChannelEvent};
use planner::clock::{Instant, Now};
use planner::command::idempotency::{Key, decide_once};
use planner::command::{Answer, Asker, Command};
use planner::decision::Decision;
use planner::draw::Draw;
use planner::invariants::{check, check_step};
use planner::reconcile::{Publish, reconcile};
use planner::world::{Change, World};

use crate::action::CrashPoint;

/// When each history begins, in milliseconds of the wall clock.
const BEGUN_MS: i64 = 1_800_000_000_000;

#[derive(Debug, Clone)]
pub struct Server {
    /// What is committed: rows alone.
    pub stored: World,
    /// What the process knows, while there is one.
    pub running: Option<World>,
    pub crash_at: Option<CrashPoint>,
    pub refuse_commit: bool,
    drawn: u64,
    /// Hours by which the wall clock is wrong.
    pub skew: i64,
}

/// What an asker learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<T> {
    Done(T),
    Refused(Refusal),
    /// There is no server, or it died before it answered.
    Nothing,
}

impl Server {
    pub fn new(stored: World) -> Self {
        let running = Some(stored.clone());
        Self { stored, running, crash_at: None, refuse_commit: false, drawn: 0, skew: 0 }
    }

    pub fn now(&self, since_start: Duration) -> Now {
        let since_start_ms = i64::try_from(since_start.as_millis()).unwrap_or(i64::MAX);
        let wall = BEGUN_MS + since_start_ms + self.skew * 3_600_000;
        Now { wall: Timestamp::from_timestamp_millis(wall).unwrap_or_default(), mono: Instant(since_start) }
    }

    pub fn kill(&mut self) {
        self.running = None;
        self.crash_at = None;
        self.refuse_commit = false;
    }

    pub fn start(&mut self, now: Duration) -> Result<(), String> {
        if self.running.is_none() {
            let mut world = self.stored.clone();
            world.links.clear();
            world.telemetry.clear();
            world.published.clear();
            world.started = self.now(now).mono;
            self.running = Some(world);
            self.look_after(now)?;
        }
        Ok(())
    }

    /// A command of a person.
    pub fn ask(
        &mut self,
        now: Duration,
        asker: &Asker,
        command: &Command,
        key: Option<&Key>,
    ) -> Result<Reply<Answer>, String> {
        self.carry_out(now, |world, draw, at| decide_once(world, asker, command, key, draw, at), |_, _, _| {})
    }

    /// What the connection of a node brings.
    pub fn hear(&mut self, now: Duration, node: NodeId, event: ChannelEvent) -> Result<Reply<ChannelAnswer>, String> {
        let noted = event.clone();
        self.carry_out(
            now,
            |world, _, at| Ok(channel::decide(world, node, &event, at)),
            |world, answer, at| {
                channel::note(world, node, noted, answer, at);
            },
        )
    }

    /// One request, as the orchestrator carries it out.
    fn carry_out<T>(
        &mut self,
        now: Duration,
        decide: impl FnOnce(&World, &mut dyn Draw, Now) -> Result<Decision<T>, Refusal>,
        note: impl FnOnce(&mut World, &T, Now),
    ) -> Result<Reply<T>, String> {
        let at = self.now(now);
        let mut drawn = self.drawn;
        let mut draw = || {
            drawn += 1;
            drawn
        };
        let Some(world) = &self.running else { return Ok(Reply::Nothing) };
        let decided = decide(world, &mut draw, at).map(|decision| decision.rows(world, at));
        self.drawn = drawn;
        let (changes, answer) = match decided {
            Ok(decided) => decided,
            Err(refusal) => return Ok(Reply::Refused(refusal)),
        };
        if self.dies_at(CrashPoint::BeforeCommit) {
            return Ok(Reply::Nothing);
        }
        if std::mem::take(&mut self.refuse_commit) && !changes.is_empty() {
            return Ok(Reply::Nothing);
        }
        self.commit(changes)?;
        if self.dies_at(CrashPoint::Committed) {
            return Ok(Reply::Nothing);
        }
        if let Some(world) = &mut self.running {
            note(world, &answer, at);
        }
        if !self.dies_at(CrashPoint::Answered) {
            self.look_after(now)?;
        }
        Ok(Reply::Done(answer))
    }

    pub fn look_after(&mut self, now: Duration) -> Result<(), String> {
        let Some(world) = &self.running else { return Ok(()) };
        let plan = reconcile(world, self.now(now));
        self.commit(plan.changes)?;
        if !plan.publish.is_empty() && self.dies_at(CrashPoint::Planned) {
            return Ok(());
        }
        if let Some(world) = &mut self.running {
            for Publish { node, assignment } in plan.publish {
                world.publish(node, assignment);
            }
            world.handed_over();
        }
        Ok(())
    }

    fn dies_at(&mut self, point: CrashPoint) -> bool {
        let dies = self.crash_at == Some(point);
        if dies {
            self.kill();
        }
        dies
    }

    fn commit(&mut self, changes: Vec<Change>) -> Result<(), String> {
        if changes.is_empty() {
            return Ok(());
        }
        let before = self.stored.clone();
        self.stored.apply_all(changes.clone());
        // Connections are not rows.
        self.stored.links.clear();
        self.stored.telemetry.clear();
        self.stored.published.clear();
        if let Some(world) = &mut self.running {
            world.apply_all(changes);
            rule(check(world))?;
        }
        rule(check_step(&before, &self.stored))
    }
}

fn rule(found: Vec<planner::invariants::Violation>) -> Result<(), String> {
    found.first().map_or(Ok(()), |violation| Err(violation.to_string()))
}
