//! Engines that are not there, not ours to use, or do not answer. These need no Docker.

use model::node::EngineState;
use node::docker::{Engine, EngineError};
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixListener;

use crate::bench::nowhere;

async fn reason(engine: &Engine) -> String {
    match engine.check().await {
        EngineState::Away { reason } => reason,
        EngineState::Hung { .. } | EngineState::Up { .. } | EngineState::Unknown => panic!("there is no engine"),
    }
}

#[tokio::test]
async fn each_cause_has_its_own_sentence() {
    let folder = tempfile::tempdir().unwrap();

    let missing = reason(&Engine::connect(nowhere())).await;
    assert!(missing.contains("no Docker socket") && missing.contains("install"), "{missing}");

    let path = folder.path().join("stopped.sock");
    drop(UnixListener::bind(&path).unwrap());
    let stopped = reason(&Engine::connect(&path)).await;
    assert!(stopped.contains("start it"), "{stopped}");

    let path = folder.path().join("hung.sock");
    let hung = UnixListener::bind(&path).unwrap();
    let told = Engine::connect(&path).check().await;
    assert!(matches!(&told, EngineState::Hung { reason } if reason.contains("hangs")), "{told:?}");
    drop(hung);
}

#[tokio::test]
async fn an_engine_that_hangs_up_is_not_taken_for_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let cuts = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 64];
            assert!(stream.read(&mut request).await.unwrap() > 0);
        }
    };
    let engine = Engine::connect(&path);
    let asked = async {
        let cluster = model::id::ClusterId::from_bits(1);
        assert!(matches!(engine.list(cluster).await, Err(EngineError::Away(_))));
        assert!(matches!(engine.inspect("dockhost-i-1-1").await, Err(EngineError::Away(_))));
    };
    tokio::select! {
        () = asked => {}
        never = cuts => never,
    }
}
