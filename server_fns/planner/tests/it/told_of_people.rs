//! What the activity log says of accounts, and of what goes with them.

use model::event::Subject;
use model::request::{CreateToken, EndOthers};
use model::scope::Scope;
use planner::actor::Via;
use planner::command::{Asker, Command, decide};

use crate::activity::lines;
use crate::removal::{DELETE, give};
use crate::scene::{Scene, named_token};

/// What the command leaves in the log: the name of each subject, and the sentence.
fn told(scene: &mut Scene, asker: Asker, command: &Command) -> Vec<(String, String)> {
    let before = scene.world.log.clone();
    let mut draw = scene.draw();
    let decided = decide(&scene.world, &asker, command, &mut draw, scene.now).unwrap();
    scene.commit(decided);
    scene.settle();
    let lines = lines(scene, &before).into_iter().map(|line| line.happening);
    lines.map(|line| (line.subject.name().to_owned(), planner::event::text(&line))).collect()
}

/// What that person leaves with it, of which one line is.
fn one(scene: &mut Scene, who: &str, command: &Command) -> String {
    let asker = Asker::Person(scene.actor(who));
    let [(of, text)] = told(scene, asker, command).try_into().unwrap();
    format!("{of}: {text}")
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(of, text)| ((*of).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn what_administrators_do_to_somebody_stands_in_the_log_of_that_account() {
    let mut scene = Scene::with_people();
    let eve = scene.person("eve");
    let set = |administrator| Command::SetAdministrator { person: eve, administrator };
    assert_eq!(one(&mut scene, "ada", &set(true)), "eve: ada made this an administrator's account.");
    assert_eq!(one(&mut scene, "ada", &set(false)), "eve: ada took the rights of an administrator from this account.");
    let suspend = Command::SuspendPerson { person: eve, stop: false };
    assert_eq!(one(&mut scene, "ada", &suspend), "eve: ada suspended this account.");
    assert_eq!(one(&mut scene, "ada", &Command::ResumePerson { person: eve }), "eve: ada resumed this account.");
    let by_operator = told(&mut scene, Asker::Operator, &suspend);
    assert_eq!(by_operator, pairs(&[("eve", "The operator suspended this account.")]));
    assert_eq!(told(&mut scene, Asker::Operator, &suspend), [], "it is so already");
    let remove = Command::RemovePerson { person: eve, instances: DELETE, nodes: give("ada") };
    assert_eq!(one(&mut scene, "ada", &remove), "eve: ada removed this account.", "who had neither");
}

#[test]
fn what_people_settle_of_their_accounts_is_told() {
    let mut scene = Scene::with_people();
    let session = scene.sign_in("bob");
    let checked = scene.world.people[&scene.person("bob")].password_hash.clone();
    assert_eq!(one(&mut scene, "bob", &Command::AskForRemoval), "bob: bob asked to have this account removed.");
    assert_eq!(
        one(&mut scene, "bob", &Command::WithdrawRemoval),
        "bob: bob no longer asks to have this account removed."
    );
    let change = |email: &str| Command::ChangeEmail { checked: checked.clone(), email: email.parse().unwrap() };
    assert_eq!(one(&mut scene, "bob", &change("new@example.org")), "bob: bob changed the email address.");
    let asked = CreateToken { scope: Scope::Read, ..named_token("ci") };
    let token = Command::CreateToken { asked, hint: "h".into(), secret_hash: "s".into() };
    assert_eq!(one(&mut scene, "bob", &token), "bob: bob created the token “ci” of the scope `read`.");

    // The password was given once more, and nothing else came of it.
    let in_session = Asker::Person(planner::actor::Actor { via: session, ..scene.actor("bob") });
    for command in [change("new@example.org"), Command::ProveSession { checked: checked.clone() }] {
        scene.pass(std::time::Duration::from_secs(60));
        assert_eq!(told(&mut scene, in_session.clone(), &command), [], "{}", command.name());
        let Via::Session(id) = session else { panic!("a session") };
        assert_eq!(scene.world.sessions[&id].proved_at, scene.now.wall);
    }

    let mut hash = checked;
    for (number, (tokens, ssh_keys, more)) in [
        (false, false, ""),
        (true, false, ", and removed all tokens"),
        (false, true, ", and removed all SSH keys"),
        (true, true, ", and removed all tokens and SSH keys"),
    ]
    .into_iter()
    .enumerate()
    {
        let (end, new) = (EndOthers { tokens, ssh_keys }, format!("hash {number}"));
        let change = Command::ChangePassword { checked: hash, password_hash: new.clone(), end };
        assert_eq!(one(&mut scene, "bob", &change), format!("bob: bob changed the password{more}."));
        hash = new;
    }
}

#[test]
fn who_is_stopped_with_their_account_is_told_of_each_instance() {
    let mut scene = Scene::with_node();
    let bob = scene.person("bob");
    for name in ["web", "db"] {
        scene.create("bob", name).unwrap();
    }
    let suspend = |stop| Command::SuspendPerson { person: bob, stop };
    let expected = [
        ("bob", "ada suspended this account, and stops what runs of it."),
        ("web", "ada asked to stop it."),
        ("db", "ada asked to stop it."),
    ];
    let by_ada = Asker::Person(scene.actor("ada"));
    assert_eq!(told(&mut scene.clone(), by_ada.clone(), &suspend(true)), pairs(&expected));
    // Also where that is asked for later.
    assert_eq!(told(&mut scene, by_ada.clone(), &suspend(false)).len(), 1);
    assert_eq!(told(&mut scene, by_ada.clone(), &suspend(true)), pairs(&expected));
    assert_eq!(told(&mut scene, by_ada, &suspend(true)), []);
}

#[test]
fn what_becomes_of_what_a_removed_account_had_is_told_to_those_who_have_it_now() {
    let mut scene = Scene::with_node();
    let (bob, eve) = (scene.person("bob"), scene.person("eve"));
    let web = scene.create("bob", "web").unwrap();
    let node = scene.register("bob", "lab-2").unwrap();
    let by_ada = Asker::Person(scene.actor("ada"));
    let remove = |instances, nodes| Command::RemovePerson { person: bob, instances, nodes };

    let deleted = told(&mut scene.clone(), by_ada.clone(), &remove(DELETE, DELETE));
    let expected = [
        ("bob", "ada removed this account; its instances are deleted; its nodes are deleted."),
        ("web", "ada asked to delete it."),
        ("lab-2", "ada removed it."),
    ];
    assert_eq!(deleted, pairs(&expected));

    let before = scene.world.log.clone();
    let given = told(&mut scene, by_ada, &remove(give("eve"), give("eve")));
    let expected = [
        ("bob", "ada removed this account; its instances are eve's now; its nodes are eve's now."),
        ("web", "ada gave it to eve."),
        ("lab-2", "ada gave it to eve."),
    ];
    assert_eq!(given, pairs(&expected));
    let owner_of = |subject: &Subject| match subject {
        Subject::Account { id, .. } => Some(*id),
        Subject::Instance { id, .. } => (*id == web).then_some(eve),
        Subject::Node { id, .. } => (*id == node).then_some(eve),
        Subject::Installation => None,
    };
    for line in lines(&scene, &before) {
        assert_eq!(line.happening.owner, owner_of(&line.happening.subject), "{:?}", line.happening.kind);
    }
}
