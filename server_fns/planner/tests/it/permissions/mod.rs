//! The table of permissions against what is really let in: every command and every action, by everybody in every way, of
//! their own, of somebody else's and of nothing, and by everybody while they are suspended. Only the table says here what is
//! allowed.

mod commands;
mod lab;
mod printed;

use std::io::Write;

use model::may::Action;
use model::refusal::{Refusal, RefusalCode};
use model::scope::Scope;
use planner::command::{Asker, Command, decide};
use planner::credentials::SUSPENDED;
use planner::permission::{Grant, Object, Proof, Subject, is_allowed, row};
use planner::view::{instance_view_for, node_view, person_view};
use planner::world::World;

pub(crate) use commands::commands;
pub(crate) use lab::Lab;
use lab::{Comes, Things, WAYS, held, is_proved, reaches};

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
            RefusalCode::Forbidden | RefusalCode::ProofNeeded | RefusalCode::Unauthenticated => false,
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

/// The world with the asker as they are, and with them suspended.
fn standings(lab: &Lab, asker: &Asker) -> Vec<(World, bool)> {
    let suspended = asker.person().ok().map(|actor| (lab.without(actor.person), true));
    [(lab.scene.world.clone(), false)].into_iter().chain(suspended).collect()
}

#[test]
fn every_command_lets_in_whom_the_table_names_and_nobody_else() {
    let lab = Lab::open();
    let (mut cells, mut open) = (0, Vec::new());
    for (asker, comes, name) in askers(&lab) {
        for (world, suspended) in standings(&lab, &asker) {
            for whose in targets(&lab) {
                for command in commands(&lab.scene, name, whose) {
                    let (action, object) = command.needs();
                    // Nobody names another account than their own.
                    let foreign = !is_a_persons(&asker, whose) && asker.person().is_ok();
                    if matches!(object, Object::OwnAccount) && foreign {
                        continue;
                    }
                    let mut draw = lab.scene.clone();
                    let mut ask =
                        |command: &Command| decide(&world, &asker, command, &mut draw.draw(), lab.scene.now).map(drop);
                    let outcome = ask(&command);
                    cells += 1;
                    if suspended {
                        let refusal = outcome.unwrap_err();
                        let told = (refusal.code, refusal.message.as_str());
                        assert_eq!(told, (RefusalCode::Unauthenticated, SUSPENDED), "{}", command.name());
                        continue;
                    }
                    let expected = is_meant(&lab, (&asker, comes), whose, action, object);
                    if is_let_in(outcome.clone(), object) != expected {
                        let who = asker.name();
                        open.push(format!("{who} {comes:?} {:?} {}: {outcome:?}", whose.person, command.name()));
                    }
                    // Where one may not even see it, nothing tells it from one that is not there.
                    let is_hidden = |no: &Refusal| no.code == RefusalCode::NotFound && stands_for_itself(object);
                    if let (Some(hidden), Asker::Person(_)) = (outcome.err().filter(is_hidden), &asker) {
                        let absent = commands(&lab.scene, name, &lab.absent);
                        let absent = absent.iter().find(|other| other.name() == command.name()).unwrap();
                        assert_eq!(ask(absent).unwrap_err(), hidden, "{}", command.name());
                    }
                }
            }
        }
    }
    say(&format!(
        "planner: {cells} cells of commands × grants × ways × suspended × own, foreign, absent; {} open",
        open.len()
    ));
    assert_eq!(open, Vec::<String>::new());
}

/// Whether the table lets them in.
fn is_meant(lab: &Lab, (asker, comes): (&Asker, Comes), whose: &Things, action: Action, object: Object<'_>) -> bool {
    let subject = lab.subject(whose, action);
    let own = is_a_persons(asker, whose);
    let held = held(asker, lab, whose, matches!(object, Object::Node(_)));
    let row = row(action);
    let granted = row.grants.iter().any(|grant| held.contains(grant));
    let there = subject.is_some() || !stands_for_itself(object);
    // What is for everybody takes nothing that they came with.
    let enough = row.grants == [Grant::Anybody] || reaches(comes, row, own, subject) && is_proved(comes, row);
    there && granted && enough
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
        Action::ChangeEmail,
        Action::ProveSession,
        Action::AskRemoval,
        Action::AnswerProgram,
        Action::CreateToken,
    ] {
        assert_eq!(grants(action), [Owner], "{action:?}");
    }
    // Who sees a thing, or manages a node, is told what happened to it.
    for action in [
        Action::SeeInstance,
        Action::SeeEvent,
        Action::ManageInstance,
        Action::EnterInstance,
        Action::ShareInstance,
        Action::ManageNode,
        Action::GiveNodeKey,
    ] {
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
    for action in [Action::SeePeople, Action::ManagePeople, Action::MakeAdministrator, Action::RemovePeople] {
        assert_eq!(grants(action), [Administrator, Operator], "{action:?}");
    }
    assert_eq!(grants(Action::Operate), [Operator]);
    assert_eq!(row(Action::LogIn).keys, Keys::Ticked);
    for action in [Action::ManageInstance, Action::EnterInstance, Action::UseAccount, Action::ManageNode] {
        assert_eq!(row(action).keys, Keys::Managing, "{action:?}");
    }
}

#[test]
fn a_token_does_no_more_than_the_product_means_and_a_thief_of_a_browser_makes_no_way_in() {
    let of = |scope: Option<Scope>| Action::ALL.iter().copied().filter(move |action| row(*action).scope == scope);
    let never = [
        Action::ManageSession,
        Action::ChangePassword,
        Action::ChangeEmail,
        Action::ProveSession,
        Action::AskRemoval,
        Action::AnswerProgram,
        Action::CreateToken,
        Action::MakeAdministrator,
        Action::MakeResetLink,
    ];
    assert!(of(None).eq(never));
    let read = [
        Action::SeeInstance,
        Action::SeeNode,
        Action::UseAccount,
        Action::SeeSettings,
        Action::SeeInvites,
        Action::SeePeople,
        Action::ListEverybody,
        Action::SeeExposure,
        Action::SeeEvent,
        Action::SeeActivity,
        Action::SignIn,
        Action::Enrol,
    ];
    assert!(of(Some(Scope::Read)).eq(read));
    let instances = [
        Action::ManageInstance,
        Action::EnterInstance,
        Action::ReachInstance,
        Action::LogIn,
        Action::ShareInstance,
        Action::OpenOwnUrl,
        Action::PlaceOnNode,
        Action::CreateInstance,
    ];
    assert!(of(Some(Scope::Instances)).eq(instances));
    let lately = [
        Action::GiveNodeKey,
        Action::AddKey,
        Action::CreateToken,
        Action::RegisterNode,
        Action::MakeAdministrator,
        Action::RemovePeople,
        Action::MakeResetLink,
    ];
    assert!(Action::ALL.iter().copied().filter(|action| row(*action).proof == Proof::Lately).eq(lately));
}

#[test]
fn every_action_is_allowed_where_the_table_says_so_and_nowhere_else() {
    let lab = Lab::open();
    let mut cells = 0;
    for (asker, comes, name) in askers(&lab) {
        let Ok(actor) = asker.person() else { continue };
        for (world, suspended) in standings(&lab, &asker) {
            for whose in targets(&lab) {
                for action in Action::ALL {
                    let Some(subject) = lab.subject(whose, *action) else { continue };
                    let own = is_a_persons(&asker, whose) && !matches!(subject, Subject::Installation);
                    let mut held = held(&asker, &lab, whose, matches!(subject, Subject::Node(_)));
                    held.retain(|grant| own || *grant != Grant::Owner);
                    let row = row(*action);
                    let granted = row.grants.iter().any(|grant| held.contains(grant));
                    let expected = !suspended && granted && reaches(comes, row, own, Some(subject));
                    let found = is_allowed(&world, actor, *action, subject);
                    assert_eq!(found, expected, "{name} by {comes:?}: {action:?} of {:?}", whose.person);
                    cells += 1;
                }
            }
        }
    }
    say(&format!("planner: {cells} cells of actions × grants × ways × suspended × own, foreign"));
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
