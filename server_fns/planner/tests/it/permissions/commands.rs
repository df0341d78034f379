//! One of every command, as somebody would ask it of certain things.

use std::collections::BTreeSet;
use std::mem::discriminant;

use model::event::Entrance;
use model::port::{ContainerPort, DeclaredPort, UrlAccess};
use model::request::{
    AddSshKey, CreateInstance, CreateToken, DrainNode, EndOthers, Handover, LetIn, OpenForward, RegisterNode, Settings,
};
use model::stranger::Claim;
use model::verb::Verb;
use planner::command::Command;
use planner::command::people::{Admission, Newcomer};
use planner::command::ssh_keys::{ParsedKey, ProofKind};

use super::lab::{CODE, LINK, Things};
use crate::scene::{Scene, asks, opening};

pub(crate) fn commands(scene: &Scene, actor: &str, of: &Things) -> Vec<Command> {
    let own = &scene.world.people[&scene.person(actor)];
    let (id, node, key) = (of.instance, of.node, of.key);
    let text = |text: &str| text.to_owned();
    let named = |name: &str| RegisterNode { name: name.into(), ..RegisterNode::default() };
    let newcomer = || Newcomer::read(&asks("newcomer")).unwrap();
    let parsed = ParsedKey {
        algorithm: text("ssh-ed25519"),
        fingerprint: text("SHA256:another"),
        public_key: text("ssh-ed25519 another"),
    };
    let wish = |verb| Command::Wish { id, verb };
    vec![
        Command::SignUp { newcomer: newcomer(), admission: Admission::None, password_hash: text("p") },
        Command::OpenSession(opening(&scene.world, own.id)),
        Command::CloseSession,
        Command::RevokeSession { id: of.session },
        Command::NoteUse { address: None },
        Command::NoteFailedSignIn { person: of.person, address: text("192.0.2.9") },
        Command::ProveSession { checked: own.password_hash.clone() },
        Command::ChangePassword {
            checked: own.password_hash.clone(),
            password_hash: text("new"),
            end: EndOthers { tokens: true, ssh_keys: true },
        },
        Command::ChangeEmail { checked: own.password_hash.clone(), email: "new@example.org".parse().unwrap() },
        Command::AskForRemoval,
        Command::WithdrawRemoval,
        Command::CreateInvite { secret_hash: text("another") },
        Command::DropInvite { id: of.invite },
        Command::ChangeSettings(Settings { quota: 9, ..Settings::default() }.into()),
        Command::SetAdministrator { person: of.person, administrator: true },
        Command::SuspendPerson { person: of.person, stop: true },
        Command::ResumePerson { person: of.person },
        Command::MakeResetLink { person: of.person, secret_hash: text("r") },
        Command::UseResetLink { secret_hash: text(LINK), password_hash: text("p"), address: text("192.0.2.1") },
        Command::RemovePerson {
            person: of.person,
            instances: Some(Handover::Delete),
            nodes: Some(Handover::Give("eve".parse().unwrap())),
        },
        Command::AddSshKey { asked: AddSshKey { name: text("another"), ..AddSshKey::default() }, key: parsed },
        Command::ProveSshKey { id: key, shown: ProofKind::Meant },
        Command::SetMayManage { id: key, allowed: true },
        Command::RemoveSshKey { id: key },
        Command::CreateToken {
            asked: CreateToken { name: text("new"), ..CreateToken::default() },
            hint: text("h"),
            secret_hash: text("s"),
        },
        Command::RemoveToken { id: of.token },
        Command::CreateInstance(CreateInstance { name: text("another"), ..CreateInstance::default() }),
        wish(Verb::Start),
        wish(Verb::Stop),
        wish(Verb::Restart),
        wish(Verb::Delete),
        wish(Verb::Forget),
        Command::DeclarePort { id, port: DeclaredPort::asked(ContainerPort(8_080), UrlAccess::Owner) },
        Command::WithdrawPort { id, port: ContainerPort::HTTP },
        Command::OpenForward { id, asked: OpenForward { container_port: 9_090, ..OpenForward::default() } },
        Command::CloseForward { id, key: of.forward },
        Command::SetDoor { id, port: ContainerPort::HTTP, open: false },
        Command::LetIn { id, asked: LetIn { all_ssh_keys: true, ..LetIn::default() } },
        Command::SetStartOnConnect { id, allowed: true },
        Command::NoteEntrance { id, by: Entrance::Terminal },
        Command::RegisterNode { asked: named("new"), key_hash: text("k"), code_hash: text("c") },
        Command::UpdateNode { id: node, asked: RegisterNode { max_instances: Some(4), ..named("renamed") } },
        Command::RotateNodeKey { id: node, key_hash: text("k"), code_hash: text("c") },
        Command::IssueCode { id: node, code_hash: text("c") },
        Command::RedeemCode { code_hash: text(CODE), key_hash: text("k"), address: text("192.0.2.1") },
        Command::CordonNode { id: node },
        Command::UncordonNode { id: node },
        Command::DrainNode { id: node, asked: DrainNode { stop: true } },
        Command::UnfreezeNode { id: node },
        Command::RemoveNode { id: node },
        Command::ForgetNode { id: node },
        Command::CreateAdministrator { newcomer: newcomer(), password_hash: text("p") },
        Command::ResetPassword { person: of.person, password_hash: text("p") },
        Command::InstallNode { asked: named("installed"), key_hash: text("k") },
        Command::Recover { node: text("of-ada"), container: text("stray"), claim: Claim::default() },
    ]
}

/// A command that is not in that list is asked by nobody here.
#[test]
fn every_command_there_is_stands_in_the_list() {
    let lab = super::lab::Lab::open();
    let listed = commands(&lab.scene, "bob", &lab.bob);
    let mut kinds = Vec::new();
    for command in &listed {
        if !kinds.contains(&discriminant(command)) {
            kinds.push(discriminant(command));
        }
    }
    let source = include_str!("../../../src/command.rs");
    let (_, declared) = source.split_once("pub enum Command {\n").unwrap();
    let (declared, _) = declared.split_once("\n}\n").unwrap();
    let declared = declared.lines().filter_map(|line| line.strip_prefix("    "));
    let variants: BTreeSet<&str> = declared
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .map(|line| line.split([' ', '(', ',', '{']).next().unwrap())
        .collect();
    assert_eq!(kinds.len(), variants.len(), "of {variants:?}");
    let names: BTreeSet<&str> = listed.iter().map(Command::name).collect();
    assert_eq!(names.len(), listed.len(), "two commands have one name");
}
