//! The table of permissions against what is really let in: every command and every action, by everybody, of their own, of
//! somebody else's and of nothing. Only the table says here what is allowed.

mod commands;
mod lab;
mod printed;

use std::io::Write;

use model::may::Action;
use model::refusal::{Refusal, RefusalCode};
use planner::command::{Asker, decide};
use planner::permission::{Object, Subject, is_allowed, row};
use planner::view::{instance_view_for, node_view, person_view};

pub(crate) use commands::commands;
pub(crate) use lab::Lab;
use lab::{Comes, Things, WAYS, held, reaches};

/// Everybody who can ask, with what is their own.
fn askers(lab: &Lab) -> Vec<(Asker, Comes, &'static str)> {
    let people = [("ada", &lab.ada), ("bob", &lab.bob)];
    let people = people
        .into_iter()
        .flat_map(|(name, own)| WAYS.map(|comes| (Asker::Person(lab.actor(name, own, comes)), comes, name)));
    // Whoever has not signed in comes with nothing that could be too little.
    let others = [Asker::Operator, Asker::Stranger].map(|asker| (asker, Comes::Console, "bob"));
    people.chain(others).collect()
}

/// Bob's own, an administrator's, another person's, and nothing.
fn targets(lab: &Lab) -> [&Things; 4] {
    [&lab.bob, &lab.ada, &lab.eve, &lab.absent]
}

fn is_a_persons(asker: &Asker, whose: &Things) -> bool {
    asker.person().is_ok_and(|actor| actor.person == whose.person)
}

/// What stands in the path of a request, and can be somebody's or nobody's.
fn stands_for_itself(object: Object<'_>) -> bool {
    matches!(object, Object::Instance(_) | Object::Node(_) | Object::SshKey(_) | Object::Token(_) | Object::Session(_))
}

fn is_let_in(outcome: Result<(), Refusal>, object: Object<'_>) -> bool {
    match outcome {
        Ok(()) => true,
        Err(refusal) => match refusal.code {
            RefusalCode::Forbidden | RefusalCode::Unauthenticated => false,
            // Of what only those find who may do it, absence is an answer.
            RefusalCode::NotFound => !stands_for_itself(object),
            RefusalCode::Invalid
            | RefusalCode::Conflict
            | RefusalCode::QuotaExceeded
            | RefusalCode::NoCapacity
            | RefusalCode::TooLarge
            | RefusalCode::RateLimited
            | RefusalCode::Unavailable
            | RefusalCode::Internal => true,
        },
    }
}

#[test]
fn every_command_lets_in_whom_the_table_names_and_nobody_else() {
    let lab = Lab::open();
    let (mut cells, mut open) = (0, Vec::new());
    for (asker, comes, name) in askers(&lab) {
        for whose in targets(&lab) {
            for command in commands(&lab.scene, name, whose) {
                let (action, object) = command.needs();
                let subject = lab.subject(whose, action);
                let of_account = matches!(object, Object::OwnAccount);
                // Nobody names another account than their own.
                if of_account && !is_a_persons(&asker, whose) && asker.person().is_ok() {
                    continue;
                }
                let own = is_a_persons(&asker, whose);
                let on_node = matches!(object, Object::Node(_));
                let held = held(&asker, &lab, whose, on_node);
                let granted = row(action).grants.iter().any(|grant| held.contains(grant));
                let there = subject.is_some() || !stands_for_itself(object);
                let expected = there && granted && reaches(comes, row(action).keys, own, subject);
                let mut draw = lab.scene.clone();
                let outcome = decide(&lab.scene.world, &asker, &command, &mut draw.draw(), lab.scene.now).map(drop);
                cells += 1;
                if is_let_in(outcome.clone(), object) != expected {
                    open.push(format!("{} {comes:?} {:?} {}: {outcome:?}", asker.name(), whose.person, command.name()));
                }
                // Where one may not even see it, nothing tells it from one that is not there.
                let hidden = outcome.err().filter(|no| no.code == RefusalCode::NotFound && stands_for_itself(object));
                if let (Some(hidden), Asker::Person(_)) = (hidden, &asker) {
                    let absent = commands(&lab.scene, name, &lab.absent);
                    let absent = absent.iter().find(|other| other.name() == command.name()).unwrap();
                    let absent = decide(&lab.scene.world, &asker, absent, &mut draw.draw(), lab.scene.now);
                    assert_eq!(absent.unwrap_err(), hidden, "{}", command.name());
                }
            }
        }
    }
    say(&format!("planner: {cells} cells of commands × grants × own, foreign, absent; {} open", open.len()));
    assert_eq!(open, Vec::<String>::new());
}

/// What stands in no other test but this one, whatever the table says.
#[test]
fn nobody_is_let_in_whom_the_product_does_not_mean() {
    use planner::permission::Grant::{Administrator, Operator, Owner};
    use planner::permission::Keys;

    let grants = |action: Action| row(action).grants.to_vec();
    for action in [
        Action::ReachInstance,
        Action::LogIn,
        Action::OpenOwnUrl,
        Action::ManageKey,
        Action::ManageToken,
        Action::ManageSession,
        Action::ChangePassword,
        Action::CreateToken,
    ] {
        assert_eq!(grants(action), [Owner], "{action:?}");
    }
    for action in
        [Action::SeeInstance, Action::ManageInstance, Action::EnterInstance, Action::ShareInstance, Action::ManageNode]
    {
        assert_eq!(grants(action), [Owner, Administrator], "{action:?}");
    }
    for action in [
        Action::SeeSettings,
        Action::ChangeSettings,
        Action::SeeActivity,
        Action::SeeInvites,
        Action::Invite,
        Action::WithdrawInvite,
        Action::ListEverybody,
        Action::SeeExposure,
    ] {
        assert_eq!(grants(action), [Administrator], "{action:?}");
    }
    assert_eq!(grants(Action::Operate), [Operator]);
    assert_eq!(row(Action::LogIn).keys, Keys::Ticked);
    for action in [Action::ManageInstance, Action::EnterInstance, Action::UseAccount, Action::ManageNode] {
        assert_eq!(row(action).keys, Keys::Managing, "{action:?}");
    }
}

#[test]
fn every_action_is_allowed_where_the_table_says_so_and_nowhere_else() {
    let lab = Lab::open();
    let mut cells = 0;
    for (asker, comes, name) in askers(&lab) {
        let Ok(actor) = asker.person() else { continue };
        for whose in targets(&lab) {
            for action in Action::ALL {
                let Some(subject) = lab.subject(whose, *action) else { continue };
                let own = is_a_persons(&asker, whose) && !matches!(subject, Subject::Installation);
                let mut held = held(&asker, &lab, whose, matches!(subject, Subject::Node(_)));
                held.retain(|grant| own || *grant != planner::permission::Grant::Owner);
                let granted = row(*action).grants.iter().any(|grant| held.contains(grant));
                let expected = granted && reaches(comes, row(*action).keys, own, Some(subject));
                let found = is_allowed(&lab.scene.world, actor, *action, subject);
                assert_eq!(found, expected, "{name} by {comes:?}: {action:?} of {:?}", whose.person);
                cells += 1;
            }
        }
    }
    say(&format!("planner: {cells} cells of actions × grants × own, foreign"));
}

#[test]
fn views_tell_what_the_table_says() {
    let lab = Lab::open();
    let (world, now) = (&lab.scene.world, lab.scene.now);
    for (name, own) in [("ada", &lab.ada), ("bob", &lab.bob), ("eve", &lab.eve)] {
        let actor = lab.actor(name, own, Comes::Session);
        let me = person_view(world, &world.people[&own.person]);
        for action in Action::OF_ACCOUNT {
            let allowed = is_allowed(world, &actor, *action, lab.subject(own, *action).unwrap());
            assert_eq!(me.may(*action), allowed, "{name} {action:?}");
        }
        for whose in targets(&lab).into_iter().filter(|whose| whose.person != lab.absent.person) {
            let instance = &world.instances[&whose.instance];
            let view = instance_view_for(world, own.person, instance, now).unwrap();
            for action in Action::OF_INSTANCE {
                let allowed = is_allowed(world, &actor, *action, Subject::Instance(instance));
                assert_eq!(view.may(*action), allowed, "{name} {action:?}");
            }
            let node = &world.nodes[&whose.node];
            let view = node_view(world, &world.people[&own.person], node, now);
            for action in Action::OF_NODE {
                assert_eq!(view.may(*action), is_allowed(world, &actor, *action, Subject::Node(node)));
            }
        }
    }
}

fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("a stdout");
}
