//! Images of instances: built on the node, from folders that are part of this program.
//!
//! The tag is made of the content of the files, so a changed file is another image, and an image that is there
//! under its tag is the right one.

mod context;
mod progress;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::image::{ImageName, ImageRef};
use model::observed::{Activity, Problem, ProblemCode};
use tokio::sync::watch;

use crate::docker::{Engine, EngineError};
use progress::{Layers, step};

/// Lines of a failed build that are kept for the sentence about it.
const LAST_LINES: usize = 3;

/// The builds of one engine, at most one at a time for each image.
#[derive(Default)]
pub struct Builds {
    slots: Mutex<HashMap<ImageName, Arc<Slot>>>,
}

struct Slot {
    turn: tokio::sync::Mutex<()>,
    /// What the one whose turn it is does now, for those who wait.
    doing: watch::Sender<Activity>,
    ended: Mutex<Ended>,
}

/// How many builds failed, and why the last one did.
#[derive(Clone, Default)]
struct Ended {
    failures: u64,
    last: Option<Problem>,
}

impl Builds {
    fn slot(&self, image: ImageName) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || {
            let (doing, _) = watch::channel(Activity::Creating);
            Arc::new(Slot { turn: tokio::sync::Mutex::new(()), doing, ended: Mutex::default() })
        };
        Arc::clone(slots.entry(image).or_insert_with(fresh))
    }
}

impl Slot {
    fn ended(&self) -> Ended {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn failed(&self, problem: &Problem) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        *ended = Ended { failures: ended.failures + 1, last: Some(problem.clone()) };
    }
}

/// The tag under which the engine has the image, after building it if it was not there. Callers that want the same
/// image at the same time share one build and its outcome; `on` hears how far it is.
pub async fn ensure(
    engine: &Engine,
    builds: &Builds,
    image: &ImageRef,
    on: impl FnMut(Activity),
) -> Result<String, Problem> {
    match image {
        ImageRef::Built(name) => built(engine, builds, *name, on).await,
    }
}

async fn built(
    engine: &Engine,
    builds: &Builds,
    image: ImageName,
    mut on: impl FnMut(Activity),
) -> Result<String, Problem> {
    let tag = context::tag(image);
    if present(engine, image, &tag).await? {
        return Ok(tag);
    }
    let slot = builds.slot(image);
    let failures = slot.ended().failures;
    let mut doing = slot.doing.subscribe();
    let turn = slot.turn.lock();
    let mut turn = std::pin::pin!(turn);
    let _turn = loop {
        tokio::select! {
            biased;
            turn = &mut turn => break turn,
            Ok(()) = doing.changed() => on(doing.borrow_and_update().clone()),
        }
    };
    // The one before us may have done it, or failed while we waited; trying again at once would fail alike.
    if let Ended { failures: now, last: Some(problem) } = slot.ended()
        && now > failures
    {
        return Err(problem);
    }
    if present(engine, image, &tag).await? {
        return Ok(tag);
    }
    let tell = |activity: Activity| {
        slot.doing.send_replace(activity.clone());
        on(activity);
    };
    make(engine, image, &tag, tell).await.inspect_err(|problem| slot.failed(problem))?;
    Ok(tag)
}

async fn present(engine: &Engine, image: ImageName, tag: &str) -> Result<bool, Problem> {
    engine.has_image(tag).await.map_err(|error| unavailable(image, &error, None))
}

async fn make(engine: &Engine, image: ImageName, tag: &str, mut tell: impl FnMut(Activity)) -> Result<(), Problem> {
    let base = context::base(image);
    if !engine.has_image(base).await.map_err(|error| unavailable(image, &error, None))? {
        tell(Activity::PullingBase { percent: None });
        let mut layers = Layers::default();
        let on = |layer: &str, done, of| {
            if let Some(percent) = layers.heard(layer, done, of) {
                tell(Activity::PullingBase { percent: Some(percent) });
            }
        };
        engine.pull(base, on).await.map_err(|error| unavailable(image, &error, None))?;
    }
    let mut lines: Vec<String> = Vec::new();
    let on = |line: &str| {
        if let Some((step, of)) = step(line) {
            tell(Activity::BuildingImage { step, of });
        }
        if !line.trim().is_empty() {
            lines.push(line.trim().chars().take(200).collect());
            lines.drain(..lines.len().saturating_sub(LAST_LINES));
        }
    };
    let built = engine.build(context::archive(image).into(), tag, on).await;
    built.map_err(|error| unavailable(image, &error, lines.last().map(String::as_str)))?;
    // A build may end without an error and without an image when the engine goes away in the middle.
    if present(engine, image, tag).await? {
        return Ok(());
    }
    Err(unavailable(image, &EngineError::Unknown("the build ended early".to_owned()), lines.last().map(String::as_str)))
}

/// What failed, on what, why, and what the owner of the node can do.
fn unavailable(image: ImageName, error: &EngineError, last_line: Option<&str>) -> Problem {
    if let EngineError::Away(reason) | EngineError::Hung(reason) = error {
        return Problem { code: ProblemCode::EngineAway, message: reason.clone() };
    }
    let title = image.title();
    let why = match (error, last_line) {
        (EngineError::Refused(reason) | EngineError::Unknown(reason) | EngineError::Conflict(reason), None) => {
            reason.trim().to_owned()
        }
        (EngineError::Refused(reason) | EngineError::Unknown(reason) | EngineError::Conflict(reason), Some(line)) => {
            format!("{} (after: {line})", reason.trim())
        }
        (EngineError::NotFound | EngineError::Away(_) | EngineError::Hung(_), _) => error.to_string(),
    };
    let other = ImageName::ALL.into_iter().find(|other| *other != image).map_or("another image", ImageName::as_str);
    let base = context::base(image);
    let message = format!(
        "This node cannot build {title}: {why}. If it cannot reach a registry or a package archive: load {base} on it \
         with `docker load`, or choose {other}."
    );
    Problem { code: ProblemCode::ImageUnavailable, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_why_and_what_to_do() {
        let error = EngineError::Refused("lookup registry.example: no such host".to_owned());
        let problem = unavailable(ImageName::Ubuntu2404, &error, None);
        assert_eq!(problem.code, ProblemCode::ImageUnavailable);
        for part in ["Ubuntu 24.04", "no such host", "docker load", "ubuntu:24.04", "debian-12"] {
            assert!(problem.message.contains(part), "{part} is not in: {}", problem.message);
        }
    }

    #[test]
    fn an_absent_engine_is_not_the_images_fault() {
        let problem = unavailable(ImageName::Debian12, &EngineError::Away("start it".to_owned()), None);
        assert_eq!(problem, Problem { code: ProblemCode::EngineAway, message: "start it".to_owned() });
    }
}
