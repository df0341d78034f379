//! What an open page is told.

use model::live::{LiveEvent, LiveWorld};
use model::request::CreateToken;
use model::version::Revision;

use crate::harness::{DEADLINE, Server, in_memory, run};

#[test]
fn a_subscription_tells_a_snapshot_and_then_deltas() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let mut told = server.api.live.subscribe(&ada).unwrap();
        let Some(LiveEvent::Snapshot { revision, world, .. }) = told.next().await else { panic!("no snapshot") };
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
            let next = tokio::time::timeout(DEADLINE, told.next()).await.unwrap();
            let Some(LiveEvent::Changed { from, to, changes, .. }) = next else { panic!("no delta: {next:?}") };
            assert_eq!((from, to), (revision, revision.next()));
            revision = to;
            changes.into_iter().for_each(|change| seen.apply(change));
        }
        server.api.accounts.sign_out(&ada).await.unwrap();
        assert_eq!(tokio::time::timeout(DEADLINE, told.next()).await.unwrap(), Some(LiveEvent::SignedOut));
        assert_eq!(told.next().await, None);
        server.stop().await;
    });
}
