//! What an open page is told.

use std::time::Duration;

use control::Subscription;
use model::live::{LiveEvent, LiveWorld};
use model::request::CreateToken;
use model::version::Revision;

use crate::harness::{DEADLINE, Server, in_memory, run};

async fn next(told: &mut Subscription) -> Option<LiveEvent> {
    let told = tokio::time::timeout(DEADLINE, told.next()).await.unwrap()?;
    Some(serde_json::from_str(&told.text).unwrap())
}

/// Two tabs of one person: the second one skips what the first is told one by one.
#[test]
fn each_tab_is_told_what_it_lacks() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let mut tabs = [server.api.live.subscribe(&ada).unwrap(), server.api.live.subscribe(&ada).unwrap()];
        let mut seen = Vec::new();
        for tab in &mut tabs {
            let Some(LiveEvent::Snapshot { world, .. }) = next(tab).await else { panic!("no snapshot") };
            seen.push(*world);
        }
        for name in ["one", "two", "three"] {
            let asked = CreateToken { name: name.to_owned(), ..CreateToken::default() };
            server.api.tokens.create(&ada, asked).await.unwrap();
            let Some(LiveEvent::Changed { changes, .. }) = next(&mut tabs[0]).await else { panic!("no delta") };
            changes.into_iter().for_each(|change| seen[0].apply(change));
        }
        while seen[1].tokens.len() < 3 {
            let Some(LiveEvent::Changed { changes, .. }) = next(&mut tabs[1]).await else { panic!("no delta") };
            changes.into_iter().for_each(|change| seen[1].apply(change));
        }
        assert_eq!(seen[0].tokens, seen[1].tokens);
        server.stop().await;
    });
}

#[test]
fn a_subscription_tells_a_snapshot_and_then_deltas() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let mut told = server.api.live.subscribe(&ada).unwrap();
        let Some(LiveEvent::Snapshot { revision, world, .. }) = next(&mut told).await else { panic!("no snapshot") };
        let (mut revision, mut seen): (Revision, LiveWorld) = (revision, *world);
        for name in ["one", "two", "three"] {
            server
                .api
                .tokens
                .create(&ada, CreateToken { name: name.to_owned(), ..CreateToken::default() })
                .await
                .unwrap();
        }
        while seen.tokens.len() < 3 {
            let next = next(&mut told).await;
            let Some(LiveEvent::Changed { from, to, changes, .. }) = next else { panic!("no delta: {next:?}") };
            assert_eq!((from, to), (revision, revision.next()));
            revision = to;
            changes.into_iter().for_each(|change| seen.apply(change));
        }
        server.api.accounts.sign_out(&ada).await.unwrap();
        assert_eq!(next(&mut told).await, Some(LiveEvent::SignedOut));
        assert_eq!(next(&mut told).await, None);
        server.stop().await;
    });
}

/// Whoever waits may let go and wait anew, as the loop of a socket does at each tick.
#[test]
fn a_wait_that_is_given_up_loses_nothing() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let mut told = server.api.live.subscribe(&ada).unwrap();
        assert!(matches!(next(&mut told).await, Some(LiveEvent::Snapshot { .. })));
        server.api.tokens.create(&ada, CreateToken { name: "one".to_owned(), ..CreateToken::default() }).await.unwrap();
        let impatient = async {
            loop {
                if let Ok(told) = tokio::time::timeout(Duration::from_millis(1), told.next()).await {
                    return told;
                }
            }
        };
        let told = tokio::time::timeout(DEADLINE, impatient).await.unwrap().unwrap();
        assert!(matches!(serde_json::from_str(&told.text).unwrap(), LiveEvent::Changed { .. }));
        server.stop().await;
    });
}
