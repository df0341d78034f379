//! A browser's session: what its cookie is worth without the key, and the key without the cookie.

use std::slice::from_ref;

use control::auth::secret::{Secret, SecretKind};
use control::http::Exposure;
use control::http::exposure::Certificate;
use control::{Config, ConsoleHosts, Credential, SessionSecrets};
use model::refusal::RefusalCode;
use model::request::{RegisterNode, SignIn};

use crate::harness::{PASSWORD, Server, in_memory, peer, run, shows};

async fn sign_in(server: &Server, username: &str) -> SessionSecrets {
    let asked = SignIn { username: username.to_owned(), password: PASSWORD.to_owned(), ..SignIn::default() };
    server.api.accounts.sign_in(asked, peer()).await.unwrap().1
}

fn cookie(secrets: &SessionSecrets) -> String {
    secrets.cookie.expose().to_owned()
}

fn session(cookies: &[String], key: &str) -> Credential {
    Credential::Session { cookies: cookies.to_vec(), key: key.to_owned() }
}

#[test]
fn neither_the_cookie_nor_the_key_opens_anything_alone() {
    run(async {
        let server = Server::start(in_memory()).await;
        server.sign_up("ada").await;
        server.sign_up("bob").await;
        let (ada, bob) = (sign_in(&server, "ada").await, sign_in(&server, "bob").await);
        let other = sign_in(&server, "ada").await;
        let made_up = Secret::generate(SecretKind::SessionKey);
        let (own, key) = (cookie(&ada), ada.key.expose());
        for (what, credential) in [
            ("the cookie", Credential::Cookie(vec![own.clone()])),
            ("the cookie as a token", Credential::Bearer(own.clone())),
            ("the key as a token", Credential::Bearer(key.to_owned())),
            ("no key", session(from_ref(&own), "")),
            ("the cookie as a key", session(from_ref(&own), &own)),
            ("the key as a cookie", session(&[key.to_owned()], key)),
            ("a key that was made up", session(from_ref(&own), made_up.expose())),
            ("another person's key", session(from_ref(&own), bob.key.expose())),
            ("the key of another session", session(from_ref(&own), other.key.expose())),
            ("a cookie that was planted", session(&[cookie(&bob)], key)),
            ("no cookie", session(&[], key)),
        ] {
            let refusal = server.api.credentials.authenticate(credential, None).await.expect_err(what);
            assert_eq!(refusal.code, RefusalCode::Unauthenticated, "{what}");
        }
        // Whatever else was planted beside it.
        let jar = [cookie(&bob), cookie(&other), own];
        let actor = server.api.credentials.authenticate(session(&jar, key), None).await.unwrap();
        assert_eq!(actor.username.as_str(), "ada");
        server.stop().await;
    });
}

#[test]
fn a_ticket_opens_one_feed_for_whoever_is_still_signed_in() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let ticket = server.api.live.ticket(&ada).unwrap().secret;
        assert_eq!(server.api.live.admission(&ticket).unwrap().person, ada.person);
        assert!(server.api.live.admission(&ticket).is_err(), "a ticket opened twice");
        let late = server.api.live.ticket(&ada).unwrap().secret;
        server.api.accounts.sign_out(&ada).await.unwrap();
        assert!(server.api.live.admission(&late).is_err(), "a ticket outlived its session");
        server.stop().await;
    });
}

#[test]
fn the_first_page_is_drawn_by_cookie_where_no_instance_can_have_it() {
    run(async {
        for (exposure, node, draws) in [
            (Exposure::Loopback, "127.0.0.2", true),
            (Exposure::Loopback, "127.0.0.1", false),
            (Exposure::Loopback, "localhost", false),
            (Exposure::Proxied, "127.0.0.1", true),
            (Exposure::Tls(Certificate::Made), "127.0.0.2", false),
            (Exposure::Insecure, "127.0.0.2", false),
        ] {
            let hosts = ConsoleHosts::of("127.0.0.1".parse().unwrap(), []);
            let sign_up = Some(model::request::SignUpMode::Open);
            let server = Server::start(Config { exposure, hosts, sign_up, ..in_memory() }).await;
            let ada = server.sign_up("ada").await;
            let asked = RegisterNode { name: "lab".into(), address: Some(node.to_owned()), ..RegisterNode::default() };
            server.api.nodes.register(&ada, asked).await.unwrap();
            let (own, other) = (sign_in(&server, "ada").await, sign_in(&server, "ada").await);
            let alone =
                |cookies: &[String]| server.api.credentials.drawn_for(Credential::Cookie(cookies.to_vec()), None);
            assert_eq!(alone(&[cookie(&own)]).await.is_ok(), draws, "{exposure:?} {node}");
            assert!(alone(&[cookie(&own), cookie(&other)]).await.is_err(), "of two cookies one is planted");
            assert!(alone(&[Secret::generate(SecretKind::Session).expose().to_owned()]).await.is_err());
            assert!(
                server.api.credentials.drawn_for(shows(&own), None).await.is_ok(),
                "with its key it is a session everywhere"
            );
            let told = server.api.accounts.welcome(Some(&ada));
            assert_eq!(told.plain_http, exposure == Exposure::Insecure);
            let named = exposure == Exposure::Loopback && !draws;
            assert_eq!(told.sharing_host, if named { vec!["the node lab".to_owned()] } else { Vec::new() });
            let stranger = server.api.accounts.welcome(None);
            assert_eq!((stranger.sharing_host.len(), stranger.me), (0, None), "a stranger was told of nodes");
            server.stop().await;
        }
    });
}

#[test]
fn a_name_that_is_taken_is_told_after_the_password() {
    run(async {
        let server = Server::start(in_memory()).await;
        server.sign_up("ada").await;
        let ask = |password: &str| model::request::SignUp {
            username: "ada".to_owned(),
            email: "ada@example.org".to_owned(),
            password: password.to_owned(),
            ..Default::default()
        };
        let weak = server.api.accounts.sign_up(ask("short"), peer()).await.unwrap_err();
        assert_eq!((weak.code, weak.field.as_deref()), (RefusalCode::Invalid, Some("password")));
        let taken = server.api.accounts.sign_up(ask(PASSWORD), peer()).await.unwrap_err();
        assert_eq!((taken.code, taken.field.as_deref()), (RefusalCode::Conflict, Some("username")));
        server.stop().await;
    });
}
