use std::path::Path;

use model::id::{ClusterId, NodeId};
use model::version::{Era, Generation, Incarnation, Restarts};

use super::*;

fn assignment(generation: u64) -> Assignment {
    Assignment {
        cluster: ClusterId::from_bits(1),
        node: NodeId::from_bits(2),
        era: Era::default(),
        generation: Generation(generation),
        instances: Vec::new(),
        kept: Vec::new(),
    }
}

fn damaged(dir: &Path, content: &str) -> String {
    std::fs::write(dir.join(FILE), content).unwrap();
    Ledger::open(dir).unwrap_err().to_string()
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let mut page = Page { assignment: Some(assignment(3)), ..Page::default() };
    page.memories.insert(
        InstanceId::from_bits(5),
        Memory {
            restarts_done: Restarts(2),
            made: Some(Incarnation(1)),
            fulfilled: Some(model::Timestamp::UNIX_EPOCH),
        },
    );
    ledger.write(page.clone()).await.unwrap();
    drop(ledger);
    assert_eq!(Ledger::open(dir.path()).unwrap().page(), page);
}

#[test]
fn the_machine_is_the_same_each_time_and_another_elsewhere() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let machine = |dir: &Path| Ledger::open(dir).unwrap().machine().to_owned();
    assert_eq!(machine(one.path()), machine(one.path()));
    assert_ne!(machine(one.path()), machine(two.path()));
}

#[test]
fn a_second_node_is_kept_out_until_the_first_ends() {
    let dir = tempfile::tempdir().unwrap();
    let first = Ledger::open(dir.path()).unwrap();
    assert!(matches!(Ledger::open(dir.path()), Err(LedgerError::InUse(_))));
    drop(first);
    assert!(Ledger::open(dir.path()).is_ok());
}

#[test]
fn a_damaged_ledger_is_an_error_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    for content in ["", "{", "{\"version\":1}", "{\"version\":1,\"machine\":4}"] {
        assert!(damaged(dir.path(), content).contains("is damaged"), "{content:?}");
        assert_eq!(std::fs::read_to_string(dir.path().join(FILE)).unwrap(), content);
    }
    assert!(damaged(dir.path(), "{\"version\":2}").contains("newer"));
}

#[test]
fn what_was_cut_off_while_writing_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let page = Ledger::open(dir.path()).unwrap().page();
    std::fs::write(dir.path().join("ledger.json.new"), "{\"version\":1,\"mach").unwrap();
    assert_eq!(Ledger::open(dir.path()).unwrap().page(), page);
}

#[tokio::test]
async fn a_failed_write_leaves_the_page_before() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let before = ledger.page();
    // A folder in the way of the new file fails for every user, also for root.
    std::fs::create_dir(dir.path().join("ledger.json.new")).unwrap();
    let error = ledger.write(Page { assignment: Some(assignment(1)), ..Page::default() }).await.unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    assert_eq!(ledger.page(), before);
}
