//! Three people with one of everything each, and everybody who could ask something of it.

use model::forward::{ForwardKey, Place, Protocol};
use model::id::{InstanceId, InviteId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use model::may::Action;
use model::port::HostPort;
use model::request::{CreateInstance, CreateToken, OpenForward, RegisterNode};
use model::scope::Scope;
use planner::actor::{Actor, Via};
use planner::command::{Answer, Asker, Command};
use planner::limits::PROOF_LIFETIME;
use planner::permission::{Grant, Keys, Proof, Row, Subject};
use planner::world::{Change, Log, Person, Session, World};

use crate::scene::{RANGE, Scene, opening};

/// One thing of each kind.
#[derive(Clone)]
pub(crate) struct Things {
    pub(super) person: PersonId,
    pub(super) instance: InstanceId,
    pub(super) forward: ForwardKey,
    pub(super) node: NodeId,
    /// It may not manage, and is ticked for the instance.
    pub(super) key: SshKeyId,
    pub(super) managing: SshKeyId,
    /// It may do everything.
    pub(super) token: TokenId,
    read: TokenId,
    instances: TokenId,
    pub(super) session: SessionId,
    /// In which the password was given too long ago for some things.
    old: SessionId,
    pub(super) invite: InviteId,
}

pub(crate) struct Lab {
    pub(crate) scene: Scene,
    pub(super) ada: Things,
    pub(crate) bob: Things,
    pub(super) eve: Things,
    pub(super) absent: Things,
}

/// How somebody comes, and as whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comes {
    Session,
    OldSession,
    Token(Scope),
    ManagingKey,
    RestrictedKey,
    Console,
}

pub(super) const WAYS: [Comes; 8] = [
    Comes::Session,
    Comes::OldSession,
    Comes::Token(Scope::Read),
    Comes::Token(Scope::Instances),
    Comes::Token(Scope::All),
    Comes::ManagingKey,
    Comes::RestrictedKey,
    Comes::Console,
];

impl Lab {
    pub(crate) fn open() -> Self {
        let mut scene = Scene::with_people();
        let Answer::Invite(invite) = ask(&mut scene, "ada", &Command::CreateInvite { secret_hash: "i".into() }) else {
            panic!("no invitation")
        };
        let all = ["ada", "bob", "eve"].map(|name| things(&mut scene, name, invite));
        let code = RegisterNode { name: "to-be".into(), host_ports: Some(RANGE), ..RegisterNode::default() };
        ask(&mut scene, "ada", &Command::RegisterNode { asked: code, key_hash: "k".into(), code_hash: CODE.into() });
        let frank = scene.sign_up("frank").unwrap();
        ask(&mut scene, "ada", &Command::MakeResetLink { person: frank, secret_hash: LINK.into() });
        let [ada, bob, eve] = all;
        let absent = Things {
            person: PersonId::from_bits(u64::MAX),
            instance: InstanceId::from_bits(u64::MAX),
            forward: ForwardKey { place: Place::Node, protocol: Protocol::Tcp, host: HostPort(9) },
            node: NodeId::from_bits(u64::MAX),
            key: SshKeyId::from_bits(u64::MAX),
            managing: SshKeyId::from_bits(u64::MAX),
            token: TokenId::from_bits(u64::MAX),
            read: TokenId::from_bits(u64::MAX),
            instances: TokenId::from_bits(u64::MAX),
            session: SessionId::from_bits(u64::MAX),
            old: SessionId::from_bits(u64::MAX),
            invite: InviteId::from_bits(u64::MAX),
        };
        Self { scene, ada, bob, eve, absent }
    }

    pub(super) fn actor(&self, name: &str, things: &Things, comes: Comes) -> Actor {
        let via = match comes {
            Comes::Session => Via::Session(things.session),
            Comes::OldSession => Via::Session(things.old),
            Comes::Token(Scope::Read) => Via::Token(things.read),
            Comes::Token(Scope::Instances) => Via::Token(things.instances),
            Comes::Token(Scope::All) => Via::Token(things.token),
            Comes::ManagingKey => Via::SshKey(things.managing),
            Comes::RestrictedKey => Via::SshKey(things.key),
            Comes::Console => Via::Console,
        };
        Actor { via, ..self.scene.actor(name) }
    }

    /// The same lab, and that person is suspended with everything that they came with still there.
    pub(super) fn without(&self, person: PersonId) -> World {
        let mut world = self.scene.world.clone();
        let row = Person { suspended: Some(self.scene.now.wall), ..Person::clone(&world.people[&person]) };
        world.apply(Change::PutPerson(row));
        world
    }

    pub(super) fn subject(&self, things: &Things, action: Action) -> Option<Subject<'_>> {
        let world = &self.scene.world;
        match action {
            action if action == Action::SeeInstance || Action::OF_INSTANCE.contains(&action) => {
                world.instances.get(&things.instance).map(|row| Subject::Instance(row))
            }
            action if action == Action::SeeNode || Action::OF_NODE.contains(&action) => {
                world.nodes.get(&things.node).map(|row| Subject::Node(row))
            }
            Action::ManageKey | Action::ProveKey => world.ssh_keys.get(&things.key).map(|row| Subject::SshKey(row)),
            Action::ManageToken => world.tokens.get(&things.token).map(|row| Subject::Token(row)),
            Action::ManageSession => world.sessions.get(&things.session).map(|row| Subject::Session(row)),
            Action::SeeEvent => {
                let mut lines = world.log.since(&Log::default());
                lines.find(|line| line.happening.owner == Some(things.person)).map(|line| Subject::Event(line))
            }
            Action::UseAccount
            | Action::ChangePassword
            | Action::ChangeEmail
            | Action::ProveSession
            | Action::AnswerProgram
            | Action::AskRemoval
            | Action::AddKey
            | Action::CreateToken
            | Action::CreateInstance
            | Action::RegisterNode => world.people.get(&things.person).map(|row| Subject::Account(row)),
            Action::SeeInstance
            | Action::ManageInstance
            | Action::EnterInstance
            | Action::ReachInstance
            | Action::LogIn
            | Action::ShareInstance
            | Action::OpenOwnUrl
            | Action::SeeNode
            | Action::PlaceOnNode
            | Action::ManageNode
            | Action::GiveNodeKey
            | Action::SeeSettings
            | Action::ChangeSettings
            | Action::SeeInvites
            | Action::Invite
            | Action::WithdrawInvite
            | Action::SeePeople
            | Action::ManagePeople
            | Action::MakeAdministrator
            | Action::RemovePeople
            | Action::MakeResetLink
            | Action::ListEverybody
            | Action::SeeExposure
            | Action::SeeActivity
            | Action::SignIn
            | Action::Enrol
            | Action::Operate => Some(Subject::Installation),
        }
    }
}

/// Of the node `to-be`.
pub(super) const CODE: &str = "a code";

/// Of frank's password.
pub(super) const LINK: &str = "a link";

fn ask(scene: &mut Scene, who: &str, command: &Command) -> Answer {
    scene.ask(who, command).unwrap()
}

fn things(scene: &mut Scene, name: &str, invite: InviteId) -> Things {
    let person = scene.person(name);
    let managing = scene.world.ssh_keys_of(person).next().unwrap().id;
    scene.add_key(person, "robot").unwrap();
    let key = scene.world.ssh_keys_of(person).find(|key| key.id != managing).unwrap().id;
    ask(scene, name, &Command::SetMayManage { id: key, allowed: false });
    let node = scene.register(name, &format!("of-{name}")).unwrap();
    scene.connect(node, &format!("machine of {name}"));
    let asked =
        CreateInstance { name: "web".into(), ssh_keys: Some(vec![key.to_string()]), ..CreateInstance::default() };
    let instance = scene.create_as(name, &asked).unwrap();
    let asked = OpenForward { container_port: 8_080, ..OpenForward::default() };
    ask(scene, name, &Command::OpenForward { id: instance, asked });
    let forward = scene.instance(instance).spec.forwards[0].key();
    let [read, instances, token] = [Scope::Read, Scope::Instances, Scope::All].map(|scope| token(scene, name, scope));
    let [session, old] = [(); 2].map(|()| session(scene, name));
    let row = &scene.world.sessions[&old];
    let proved_at = row.proved_at - PROOF_LIFETIME;
    scene.commit_changes(vec![Change::PutSession(Session { proved_at, ..Session::clone(row) })]);
    Things { person, instance, forward, node, key, managing, token, read, instances, session, old, invite }
}

fn token(scene: &mut Scene, name: &str, scope: Scope) -> TokenId {
    let text = scope.as_str();
    let asked = CreateToken { name: text.into(), scope, ..CreateToken::default() };
    let command = Command::CreateToken { asked, hint: "dhp".into(), secret_hash: format!("{text} of {name}") };
    let Answer::Token(token) = ask(scene, name, &command) else { panic!("no token") };
    token
}

fn session(scene: &mut Scene, name: &str) -> SessionId {
    let opening = opening(&scene.world, scene.person(name));
    let Answer::Session(session) = ask(scene, name, &Command::OpenSession(opening)) else { panic!("no session") };
    session
}

/// Which grants they hold, as the lab was made.
pub(super) fn held(asker: &Asker, lab: &Lab, whose: &Things, on_node: bool) -> Vec<Grant> {
    let mut held = vec![Grant::Anybody];
    match asker {
        Asker::Stranger => {}
        Asker::Operator => held.push(Grant::Operator),
        Asker::Person(actor) => {
            let own = whose.person == actor.person;
            let of_an_administrator = whose.person == lab.ada.person;
            held.extend(own.then_some(Grant::Owner));
            held.extend((actor.person == lab.ada.person).then_some(Grant::Administrator));
            held.extend((on_node && of_an_administrator).then_some(Grant::Shared));
        }
    }
    held
}

/// Whether what they came with is enough.
pub(super) fn reaches(comes: Comes, row: Row, own: bool, subject: Option<Subject<'_>>) -> bool {
    match comes {
        Comes::Token(scope) => row.scope.is_some_and(|least| scope >= least),
        Comes::ManagingKey | Comes::RestrictedKey => opens(comes, row.keys, own, subject),
        Comes::Session | Comes::OldSession | Comes::Console => true,
    }
}

/// Whether they gave their password lately enough for that.
pub(super) fn is_proved(comes: Comes, row: Row) -> bool {
    comes != Comes::OldSession || row.proof == Proof::Once
}

fn opens(comes: Comes, keys: Keys, own: bool, subject: Option<Subject<'_>>) -> bool {
    let ticked = own && matches!(subject, Some(Subject::Instance(_)));
    let itself = own && matches!(subject, Some(Subject::SshKey(_)));
    match (comes, keys) {
        (Comes::Session | Comes::OldSession | Comes::Token(_) | Comes::Console, _) => true,
        (Comes::ManagingKey, keys) => keys != Keys::Ticked,
        (Comes::RestrictedKey, Keys::Any) => true,
        (Comes::RestrictedKey, Keys::Managing) => false,
        (Comes::RestrictedKey, Keys::ManagingOrTicked | Keys::Ticked) => ticked,
        (Comes::RestrictedKey, Keys::ManagingOrItself) => itself,
    }
}
