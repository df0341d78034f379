//! What can happen. An action that cannot happen now is passed over, so any part of a history is a history too.

use model::verb::Verb;

/// Numbers pick one of what there is, counted round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    People(Request),
    Server(OnServer),
    Link(u8, OnLink),
    Node(u8, OnNode),
    Engine(u8, OnEngine),
    /// Seconds.
    Pass(u16),
    /// The server's wall clock jumps by so many hours.
    Jump(i8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Request {
    /// Carries an idempotency key.
    Create {
        person: u8,
        name: u8,
    },
    /// A create that had no answer is sent again.
    Repeat(u8),
    Wish {
        which: u8,
        wish: Verb,
    },
    /// The administrator lets machines in again where several took turns with a key.
    Unfreeze,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnServer {
    /// The next time it comes to this point.
    CrashAt(CrashPoint),
    Kill,
    Start,
    /// The database refuses the next commit.
    RefuseCommit,
}

/// Where a process that decides, commits, answers and publishes can die.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CrashPoint {
    BeforeCommit,
    Committed,
    Answered,
    Planned,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnLink {
    Dial,
    /// The server looks at the newest world and says what the node is to know.
    Push,
    ToServer,
    ToNode,
    /// Both ends learn of it, each in its time.
    Cut,
    /// Nothing gets through any more, and nobody learns of it.
    HalfOpen,
    ServerNotices,
    NodeNotices,
    /// A frame of an earlier connection arrives once more.
    Replay,
    /// Another machine dials with the same key.
    SecondMachine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnNode {
    /// The worker of that instance takes its next step.
    Work(u8, Fault),
    Report,
    Heartbeat,
    /// What was done is written to the ledger.
    Save,
    List,
    Kill,
    /// Its process ends, and its ledger is gone: the next start is that of another machine.
    LoseLedger,
    Start,
    DiskRefuses,
    DiskRecovers,
}

/// How the engine treats one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    None,
    Refuses,
    /// It did it; the answer was lost.
    AnswerLost,
    /// The call never arrived.
    CallLost,
    /// A create takes effect after so many seconds, without an answer; other calls never arrive.
    Late(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnEngine {
    /// It answers nothing; what runs goes on.
    Hangs,
    Recovers,
    /// It says of one container that there is none, until it recovers.
    Deny(u8, Question),
    /// It ends and takes every container with it.
    Dies,
    /// A container ends by itself.
    Exit(u8),
    /// Somebody in it switches it off, or reboots it.
    PowerOff(u8),
    Reboot(u8),
    /// Somebody removes a container by hand.
    Remove(u8),
    /// Another program takes a block of host ports, or gives them all back.
    TakePorts(u8),
    FreePorts,
    /// A container with our labels that no row explains.
    Forge,
}

/// What the engine is asked when it denies a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// A look at that very container.
    Look,
    /// A list of all of them.
    List,
}
