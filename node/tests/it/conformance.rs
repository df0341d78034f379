//! The engine of the simulation against a real one: whatever is asked of both in the same order, both answer alike
//! and are left alike. What the simulation proves of the deciding cores counts only as far as this holds.

use std::io::Write;
use std::time::Duration;

use agent::facts::{ContainerView, Labels, container_name};
use agent::local::Outcome;
use bollard::Docker;
use fastrand::Rng;
use futures_util::{StreamExt as _, stream};
use model::assignment::AssignedInstance;
use model::id::{ClusterId, InstanceId};
use model::observed::ContainerState;
use node::docker::EngineError;
use node::images::Builds;
use simulation::action::Fault;
use simulation::engine::Engine as Simulated;

use crate::bench::{Bench, IMAGE, bench, random, socket};

const TRACES: u64 = 60;
const STEPS: usize = 12;
/// Containers of each trace.
const NAMES: usize = 2;
/// Traces at a time; each has a cluster of its own.
const AT_ONCE: usize = 4;

#[derive(Debug, Clone, Copy)]
enum Step {
    Create(usize),
    Start(usize),
    Stop(usize),
    Remove(usize),
    /// It ends by itself.
    Exit(usize),
    List,
}

/// What is asked does not depend on what is there, so half of it makes no sense, as after a crash.
fn drawn(seed: u64) -> Vec<Step> {
    let mut rng = Rng::with_seed(seed);
    let step = |_| {
        let which = rng.usize(0..NAMES);
        match rng.u8(0..20) {
            0..5 => Step::Create(which),
            5..10 => Step::Start(which),
            10..13 => Step::Stop(which),
            13..16 => Step::Remove(which),
            16..19 => Step::Exit(which),
            _ => Step::List,
        }
    };
    (0..STEPS).map(step).collect()
}

/// One of the two engines after a step: of each name what is there, and whether the step made or started it.
type Picture = Vec<Option<(Shown, bool, bool)>>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shown {
    Created,
    Running,
    Exited,
    Dead,
}

fn shown(state: ContainerState) -> Shown {
    match state {
        ContainerState::Created => Shown::Created,
        ContainerState::Running => Shown::Running,
        // The code is the image's affair.
        ContainerState::Exited { .. } => Shown::Exited,
        ContainerState::Dead => Shown::Dead,
    }
}

fn picture(before: &[Option<ContainerView>], after: &[Option<ContainerView>]) -> Picture {
    let one = |(before, after): (&Option<ContainerView>, &Option<ContainerView>)| {
        let after = after.as_ref()?;
        let made = before.as_ref().is_none_or(|before| before.container_id != after.container_id);
        let started = after.started_at.is_some()
            && (made || before.as_ref().is_some_and(|before| before.started_at != after.started_at));
        Some((shown(after.state), made, started))
    };
    before.iter().zip(after).map(one).collect()
}

struct Both<'a> {
    bench: &'a Bench,
    docker: &'a Docker,
    tag: &'a str,
    cluster: ClusterId,
    instances: Vec<AssignedInstance>,
    simulated: Simulated,
}

impl Both<'_> {
    fn name(&self, which: usize) -> String {
        container_name(self.instances[which].id, self.instances[which].incarnation)
    }

    /// Plays a trace to its first difference.
    async fn play(&mut self, steps: &[Step]) -> Result<(), String> {
        let mut before = (self.real_views().await?, self.simulated_views());
        for (at, step) in steps.iter().enumerate() {
            let real = self.real(*step).await?;
            let simulated = self.simulated(*step);
            let after = (self.real_views().await?, self.simulated_views());
            let real = (real, picture(&before.0, &after.0));
            let simulated = (simulated, picture(&before.1, &after.1));
            if real != simulated {
                return Err(format!("{:?}\nthe engine: {real:?}\nsimulated:  {simulated:?}", &steps[..=at]));
            }
            before = after;
        }
        Ok(())
    }

    /// As the worker takes it; a listing is part of the answer.
    async fn real(&self, step: Step) -> Result<(Outcome, usize), String> {
        let engine = &self.bench.engine;
        let done = match step {
            Step::Create(which) => {
                let instance = &self.instances[which];
                let dir = self.bench.files.dir(instance.id);
                engine.create(instance, self.cluster, self.bench.node, self.tag, &dir).await
            }
            Step::Start(which) => engine.start(&self.name(which), self.cluster).await,
            Step::Stop(which) => engine.stop(&self.name(which), Duration::ZERO).await,
            Step::Remove(which) => engine.remove(&self.name(which)).await,
            Step::Exit(which) => {
                // One that does not run cannot end.
                let _ = self.docker.kill_container(&self.name(which), None).await;
                Ok(())
            }
            Step::List => return Ok((Outcome::Done, engine.list(self.cluster).await.map_err(told)?.len())),
        };
        Ok((outcome(done)?, 0))
    }

    fn simulated(&mut self, step: Step) -> (Outcome, usize) {
        let engine = &mut self.simulated;
        let named = |which: usize| container_name(self.instances[which].id, self.instances[which].incarnation);
        let outcome = match step {
            Step::Create(which) => {
                let view = ContainerView {
                    name: named(which),
                    container_id: String::new(),
                    labels: Some(Labels::of(&self.instances[which], self.cluster)),
                    state: ContainerState::Created,
                    started_at: None,
                    paused: false,
                    first: None,
                    own_end: None,
                };
                engine.create(view, Fault::None, Duration::ZERO)
            }
            Step::Start(which) => engine.start(&named(which), Fault::None),
            Step::Stop(which) => engine.stop(&named(which), Fault::None),
            Step::Remove(which) => engine.remove(&named(which), Fault::None),
            Step::Exit(which) => {
                engine.end(&named(which), 1);
                Outcome::Done
            }
            Step::List => return (Outcome::Done, engine.list().unwrap().len()),
        };
        (outcome, 0)
    }

    async fn real_views(&self) -> Result<Vec<Option<ContainerView>>, String> {
        let mut views = Vec::new();
        for which in 0..NAMES {
            views.push(self.bench.engine.inspect(&self.name(which)).await.map_err(told)?);
        }
        Ok(views)
    }

    fn simulated_views(&self) -> Vec<Option<ContainerView>> {
        (0..NAMES).map(|which| self.simulated.inspect(&self.name(which)).unwrap()).collect()
    }
}

/// An engine that gave no answer proves nothing.
fn outcome(done: Result<(), EngineError>) -> Result<Outcome, String> {
    match done {
        Ok(()) => Ok(Outcome::Done),
        Err(EngineError::NotFound | EngineError::Conflict(_) | EngineError::Refused(_)) => Ok(Outcome::Failed),
        Err(error @ (EngineError::Unknown(_) | EngineError::Away(_) | EngineError::Hung(_))) => Err(told(error)),
    }
}

fn told(error: EngineError) -> String {
    format!("the engine did not answer: {error}")
}

async fn trace(bench: &Bench, docker: &Docker, tag: &str, seed: u64) -> Result<(), String> {
    let instance = |_| AssignedInstance { id: InstanceId::from_bits(random()), ..bench.instance.clone() };
    let instances: Vec<_> = (0..NAMES).map(instance).collect();
    for instance in &instances {
        bench.files.write(instance).map_err(|error| error.to_string())?;
    }
    let cluster = ClusterId::from_bits(random());
    let mut both = Both { bench, docker, tag, cluster, instances, simulated: Simulated::default() };
    let played = both.play(&drawn(seed)).await.map_err(|why| format!("trace {seed}: {why}"));
    for which in 0..NAMES {
        bench.engine.remove(&both.name(which)).await.map_err(told)?;
    }
    played
}

#[tokio::test]
async fn the_simulated_engine_does_as_a_real_one() {
    let (Some(bench), Some(socket)) = (bench().await, socket()) else { return };
    let docker = Docker::connect_with_unix(&socket.to_string_lossy(), 60, bollard::API_DEFAULT_VERSION).unwrap();
    let docker = docker.negotiate_version().await.unwrap();
    let tag = node::images::ensure(&bench.engine, &Builds::default(), &IMAGE.into(), |_| {}).await.unwrap();
    let traces = stream::iter(0..TRACES).map(|seed| trace(&bench, &docker, &tag, seed));
    let played: Vec<_> = traces.buffer_unordered(AT_ONCE).collect().await;
    let differ: Vec<String> = played.into_iter().filter_map(Result::err).collect();
    assert!(differ.is_empty(), "{} of {TRACES} traces differ:\n{}", differ.len(), differ.join("\n"));
    let line = format!("conformance: {TRACES} traces of {STEPS} steps, differences 0");
    // Past the harness, which hides what a test that passes prints.
    writeln!(std::io::stdout(), "{line}").expect("a stdout");
}
