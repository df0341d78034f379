use std::sync::Mutex;

use model::image::ImageName;
use model::observed::{Activity, ProblemCode};
use node::docker::Engine;
use node::images::{Builds, ensure};

use crate::bench::{IMAGE, bench, nowhere};

#[tokio::test]
async fn callers_share_one_build() {
    let Some(bench) = bench().await else { return };
    let (heard, builds) = (Mutex::new(Vec::new()), Builds::default());
    let on = |activity: Activity| heard.lock().unwrap().push(activity);
    let image = IMAGE.into();
    let (first, second) =
        tokio::join!(ensure(&bench.engine, &builds, &image, on), ensure(&bench.engine, &builds, &image, |_| {}));
    let tag = first.unwrap();
    assert_eq!(second.unwrap(), tag);
    heard.lock().unwrap().clear();
    assert_eq!(ensure(&bench.engine, &builds, &image, on).await.unwrap(), tag);
    assert!(heard.lock().unwrap().is_empty(), "an image that is there is not built again");
}

#[tokio::test]
async fn an_engine_that_is_away_is_told_as_such() {
    let problem =
        ensure(&Engine::connect(nowhere()), &Builds::default(), &ImageName::Debian12.into(), |_| {}).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::EngineAway);
}
