//! Accounts as they are looked after: by their holders with the password, and by administrators.

use control::Credential;
use model::refusal::RefusalCode;
use model::request::{ChangeEmail, CreateToken, ProveSession, SetAdministrator, SignIn, SuspendPerson};
use model::scope::Scope;
use tokio::time::timeout;

use crate::harness::{DEADLINE, PASSWORD, Server, in_memory, peer, run};

fn email(current: &str) -> ChangeEmail {
    ChangeEmail { email: "ada@new.example".to_owned(), current: current.to_owned() }
}

fn proof(password: &str) -> ProveSession {
    ProveSession { password: password.to_owned() }
}

fn bobs() -> SignIn {
    SignIn { username: "bob".to_owned(), password: PASSWORD.to_owned(), ..SignIn::default() }
}

#[test]
fn an_account_is_changed_with_its_password_and_never_by_a_token() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let accounts = &server.api.accounts;
        let wrong = accounts.change_email(&ada, email("wrong")).await.unwrap_err();
        assert_eq!((wrong.code, wrong.field.as_deref()), (RefusalCode::Invalid, Some("current")));
        let wrong = accounts.prove_session(&ada, proof("wrong")).await.unwrap_err();
        assert_eq!((wrong.code, wrong.field.as_deref()), (RefusalCode::Invalid, Some("password")));
        accounts.prove_session(&ada, proof(PASSWORD)).await.unwrap();
        accounts.change_email(&ada, email(PASSWORD)).await.unwrap();
        assert_eq!(accounts.me(&ada).unwrap().email.as_str(), "ada@new.example");

        let asked = CreateToken { name: "build".to_owned(), scope: Scope::All, expires_in_days: Some(1) };
        let made = server.api.tokens.create(&ada, asked).await.unwrap();
        assert!(made.view.expires_at.is_some_and(|end| end > made.view.created_at));
        let program = server.api.credentials.authenticate(Credential::Bearer(made.secret), None).await.unwrap();
        for guess in [PASSWORD, "wrong"] {
            let told = [
                accounts.prove_session(&program, proof(guess)).await,
                accounts.change_email(&program, email(guess)).await,
            ];
            for refused in told {
                assert_eq!(refused.unwrap_err().code, RefusalCode::Forbidden, "a token was told of a password");
            }
        }
        server.stop().await;
    });
}

#[test]
fn whoever_is_suspended_is_signed_out_at_once_and_comes_back() {
    run(async {
        let server = Server::start(in_memory()).await;
        let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
        let people = server.api.people.clone();
        assert_eq!(people.list(&bob).unwrap_err().code, RefusalCode::Forbidden);
        let mut feed = server.api.live.subscribe(&bob).unwrap();
        assert!(!feed.next().await.unwrap().last, "a snapshot first");
        people.suspend(&ada, bob.person, SuspendPerson { stop: false }).await.unwrap();
        let ended = async { while feed.next().await.is_some_and(|told| !told.last) {} };
        timeout(DEADLINE, ended).await.unwrap();
        let row = people.list(&ada).unwrap().into_iter().find(|row| row.id == bob.person).unwrap();
        assert!(row.suspended.is_some());
        let refused = server.api.accounts.sign_in(bobs(), peer()).await.unwrap_err();
        assert!(refused.message.contains("suspended"), "{refused:?}");
        people.resume(&ada, bob.person).await.unwrap();
        server.api.accounts.sign_in(bobs(), peer()).await.unwrap();
        let last = people.set_administrator(&ada, ada.person, SetAdministrator { administrator: false }).await;
        assert_eq!(last.unwrap_err().code, RefusalCode::Conflict);
        server.stop().await;
    });
}
