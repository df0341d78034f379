//! Steps, carried out. What fails gets the sentence that the instance's owner reads.

use std::io;
use std::sync::Arc;

use agent::converge::Step;
use agent::local::Outcome;
use agent::problem;
use agent::row_file::RowFile;
use crash::crash_at;
use model::instance::DesiredState;
use model::observed::{Init, Problem, ProblemCode};
use tokio::sync::watch;

use super::Worker;
use crate::docker::EngineError;
use crate::handshake::{
    self,
    enter::{self, Visit},
};
use crate::images;

/// A step that was not done.
pub(super) struct Failure {
    pub(super) outcome: Outcome,
    /// `None` if nothing is wrong: the step was given up because it is no longer wished.
    pub(super) problem: Option<Problem>,
}

impl Failure {
    fn failed(problem: Problem) -> Self {
        Self { outcome: Outcome::Failed, problem: Some(problem) }
    }

    fn engine(doing: &str, error: &EngineError) -> Self {
        let outcome = match error {
            EngineError::Unknown(_) => Outcome::NoAnswer,
            EngineError::NotFound
            | EngineError::Conflict(_)
            | EngineError::Refused(_)
            | EngineError::Away(_)
            | EngineError::Hung(_) => Outcome::Failed,
        };
        let problem = match error {
            EngineError::Away(reason) | EngineError::Hung(reason) => {
                Problem { code: ProblemCode::EngineAway, message: reason.clone() }
            }
            EngineError::Conflict(why) | EngineError::Unknown(why) | EngineError::Refused(why) => {
                problem::refused(doing, why.trim().trim_end_matches('.'))
            }
            EngineError::NotFound => problem::refused(doing, &error.to_string()),
        };
        Self { outcome, problem: Some(problem) }
    }
}

impl Worker {
    pub(super) async fn act(&mut self, step: Step) -> Result<(), Failure> {
        crash_at!("before-{step:?}");
        let done = self.carry_out(step).await;
        if done.is_ok() {
            crash_at!("after-{step:?}");
        }
        done
    }

    async fn carry_out(&mut self, step: Step) -> Result<(), Failure> {
        let order = self.core.current().clone();
        let (instance, name) = (order.assigned.id, self.core.name());
        let tools = self.tools.clone();
        match step {
            Step::WriteFiles => {
                let written = blocking(move || tools.files.write(&order.assigned).map(drop)).await;
                written.map_err(|why| Failure::failed(problem::storage("write the instance's keys", &why)))
            }
            Step::WriteRow => {
                let file = RowFile::of(&order.assigned, order.cluster);
                let files = tools.files.clone();
                let written = blocking(move || files.write_row(&file)).await;
                // Once, however often it is tried again.
                if let (Err(why), None) = (&written, self.core.local.row.refused()) {
                    tracing::warn!(%instance, why, "the file that tells what the instance is cannot be written");
                }
                let written = written.map_err(|why| problem::storage("write down what the instance is", &why));
                self.core.local.row_written(&order.assigned, written, tools.now());
                Ok(())
            }
            Step::DropFiles => {
                let dropped = blocking(move || tools.files.drop(instance)).await;
                dropped.map_err(|why| Failure::failed(problem::storage("delete the instance's keys", &why)))
            }
            Step::OpenPorts => {
                let block = order.assigned.host_ports;
                let opened = tools.forwards.open(instance, block, &order.assigned.closed).await;
                opened.map_err(|taken| Failure::failed(problem::ports_taken(block, &taken.reason)))
            }
            Step::SetDoors => {
                let turned = tools.forwards.set_doors(instance, &order.assigned.closed).await;
                // Also where it did not get all of it done.
                self.core.local.closed = tools.forwards.shut(instance);
                turned.map_err(|taken| Failure::failed(problem::ports_taken(order.assigned.host_ports, &taken.reason)))
            }
            Step::SetForwards => {
                let unopened = tools.forwards.set(instance, &order.assigned.forwards).await;
                for unopened in &unopened {
                    tracing::warn!(%instance, port = unopened.key.host.0, reason = unopened.reason, "a host port cannot be opened");
                }
                self.core.local.forwarded(&order.assigned, unopened, tools.now());
                Ok(())
            }
            Step::ClosePorts => {
                tools.forwards.close(instance);
                Ok(())
            }
            Step::Unroute => {
                tools.forwards.set_target(instance, None);
                Ok(())
            }
            Step::Route => {
                let address = tools.engine.address(&name).await.map_err(|error| Failure::engine("find", &error))?;
                tools.forwards.set_target(instance, address);
                if address.is_some() {
                    return Ok(());
                }
                Err(Failure::failed(problem::refused("find", "it has no address on its network yet")))
            }
            Step::EnsureImage => self.ensure_image().await,
            Step::Create => self.create().await,
            Step::Start => {
                tools.engine.start(&name, order.cluster).await.map_err(|error| Failure::engine("start", &error))
            }
            Step::OpenCgroups => self.open_cgroups().await,
            Step::LetGo(init) => self.let_go(init).await,
            Step::Stop => {
                let stopped = tools.engine.stop(&name, tools.stop_grace).await;
                stopped.map_err(|error| Failure::engine("stop", &error))
            }
            Step::Remove => tools.engine.remove(&name).await.map_err(|error| Failure::engine("remove", &error)),
        }
    }

    /// Where that cannot be, the instance goes on without: its image has another init for that.
    async fn open_cgroups(&mut self) -> Result<(), Failure> {
        let given_up = Failure { outcome: Outcome::Failed, problem: None };
        let Some((view, pid)) = self.core.container().zip(self.pid) else { return Err(given_up) };
        match enter::open_cgroups(pid, &view.container_id).await {
            Visit::Done => Ok(()),
            Visit::Gone => Err(given_up),
            Visit::Refused(why) => {
                let instance = self.core.current().assigned.id;
                tracing::warn!(%instance, why, "an instance cannot have systemd, and gets the small init of its image");
                self.core.kept_shut();
                Ok(())
            }
        }
    }

    async fn let_go(&self, init: Init) -> Result<(), Failure> {
        let Some(view) = self.core.container().cloned() else {
            return Err(Failure { outcome: Outcome::Failed, problem: None });
        };
        let (dir, pid, grace) =
            (self.tools.files.dir(self.core.current().assigned.id), self.pid, self.tools.stop_grace);
        let told = tokio::task::spawn_blocking(move || handshake::let_go(&dir, &view, pid, init, grace)).await;
        match told.map_err(io::Error::from).flatten() {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::failed(problem::refused(
                "start",
                "its first process does not come to its node, as if /bin/sh or /usr/lib/dockhost/first were changed in it; \
                 `docker cp` on the node puts them back, or copies its files out",
            ))),
            Err(error) => Err(Failure::failed(problem::storage("let the instance's init begin", &error.to_string()))),
        }
    }

    async fn create(&self) -> Result<(), Failure> {
        // Without a tag the image is no longer known, and is looked for before the next try.
        let Some(tag) = &self.image_tag else { return Err(Failure::engine("create", &EngineError::NotFound)) };
        let (order, tools) = (self.core.current(), &self.tools);
        let dir = tools.files.dir(order.assigned.id);
        let made = tools.engine.create(&order.assigned, order.cluster, order.node, tag, &dir).await;
        made.map_err(|error| Failure::engine("create", &error))
    }

    /// Finds or builds the image, tells how far it is, and gives up when it is no longer wanted.
    async fn ensure_image(&mut self) -> Result<(), Failure> {
        let (engine, builds) = (self.tools.engine.clone(), Arc::clone(&self.tools.builds));
        let image = self.core.current().assigned.image.clone();
        let (told, mut heard) = watch::channel(None);
        let on = move |activity| {
            told.send_replace(Some(activity));
        };
        let ensured = images::ensure(&engine, &builds, &image, on);
        let mut ensured = std::pin::pin!(ensured);
        let mut orders = self.orders.clone();
        let unwanted = async move {
            let _ = orders.wait_for(|order| order.assigned.desired != DesiredState::Running).await;
        };
        let mut unwanted = std::pin::pin!(unwanted);
        loop {
            tokio::select! {
                biased;
                ensured = &mut ensured => {
                    self.image_tag = Some(ensured.map_err(Failure::failed)?);
                    return Ok(());
                }
                () = &mut unwanted => return Err(Failure { outcome: Outcome::Failed, problem: None }),
                Ok(()) = heard.changed() => {
                    let doing = heard.borrow_and_update().clone();
                    let news = self.core.progress(doing, self.tools.now());
                    self.tell(news).await;
                }
            }
        }
    }
}

/// Work on files, away from the threads that serve everybody.
async fn blocking(work: impl FnOnce() -> std::io::Result<()> + Send + 'static) -> Result<(), String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
