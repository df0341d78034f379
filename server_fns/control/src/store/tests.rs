//! What a commit refuses.

use model::Timestamp;
use model::id::PersonId;
use model::request::Settings;
use planner::clock::Instant;
use planner::world::{Change, Person};

use std::fs;
use std::path::{Path, PathBuf};

use super::directory::log_length;
use super::{First, Location, Store, StoreError};
use crate::limits;

pub(crate) fn person(id: u64, name: &str) -> Change {
    Change::PutPerson(Person {
        id: PersonId::from_bits(id),
        username: name.parse().unwrap(),
        email: format!("{name}@example.org").parse().unwrap(),
        password_hash: String::new(),
        administrator: false,
        suspended: None,
        asks_removal_since: None,
        reset: None,
        created_at: Timestamp::UNIX_EPOCH,
    })
}

pub(crate) fn run<F: Future<Output = ()> + Send + 'static>(test: F) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime =
        builder.worker_threads(2).thread_stack_size(crate::limits::WORKER_STACK).enable_all().build().unwrap();
    runtime.block_on(async { tokio::spawn(test).await.unwrap() });
}

#[test]
fn of_two_servers_on_one_database_only_the_later_writes() {
    run(async {
        let mut first = Store::open(&Location::Memory, Settings::default()).await.unwrap();
        let world = first.load(Instant::default()).await.unwrap();
        first.commit(&[person(1, "ada")], &world).await.unwrap();

        let mut second = Store {
            db: first.db.clone(),
            log: first.log.clone(),
            commits: 0,
            writer: 0,
            location: Location::Memory,
            broken: None,
            _lock: None,
        };
        second.migrate().await.unwrap();
        second.become_writer(First::new(world.settings).unwrap()).await.unwrap();
        let refused = first.commit(&[person(2, "bob")], &world).await;
        assert!(matches!(refused, Err(StoreError::Superseded)), "{refused:?}");

        let world = second.load(Instant::default()).await.unwrap();
        assert_eq!(world.people.len(), 1);
        second.commit(&[person(2, "bob")], &world).await.unwrap();
    });
}

#[test]
fn a_database_that_was_closed_has_every_row_in_its_tables_and_none_in_its_log() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("data");
        for (count, name) in [(1, "ada"), (2, "bob"), (3, "eve")] {
            let mut store = Store::open(&Location::Directory(dir.clone()), Settings::default()).await.unwrap();
            let world = store.load(Instant::default()).await.unwrap();
            assert_eq!(world.people.len() + 1, count);
            store.commit(&[person(count as u64, name)], &world).await.unwrap();
            store.close().await;
            let logs =
                fs::read_dir(dir.join("store/wal")).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
            assert_eq!(logs.sum::<u64>(), 0, "the next opening has nothing to bring into the tables");
        }
    });
}

#[test]
fn the_log_is_brought_into_the_tables_before_a_table_in_memory_is_full() {
    run(async {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("data");
        let mut store = Store::open(&Location::Directory(dir.clone()), Settings::default()).await.unwrap();
        let mut world = store.load(Instant::default()).await.unwrap();
        let writer = store.writer;
        let large = "x".repeat(4 << 20);
        for id in 1..=20 {
            let Change::PutPerson(person) = person(id, &format!("person-{id}")) else { unreachable!() };
            let change = Change::PutPerson(Person { password_hash: large.clone(), ..person });
            store.commit(std::slice::from_ref(&change), &world).await.unwrap();
            world.apply(change);
            assert!(log_length(&dir).unwrap() < limits::ENGINE_LOG, "{id}");
        }
        assert!(store.writer >= writer + 2, "80 MiB were written, and it was opened anew each 32");
        copy(&dir, &root.path().join("killed"));
        let killed = Store::open(&Location::Directory(root.path().join("killed")), Settings::default()).await.unwrap();
        assert_eq!(killed.load(Instant::default()).await.unwrap().people, world.people);
        assert_eq!(store.load(Instant::default()).await.unwrap().people, world.people);
    });
}

#[test]
fn an_opening_whose_answer_was_lost_is_not_taken_for_another_server() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(&Location::Directory(dir.path().join("data")), Settings::default()).await.unwrap();
        let world = store.load(Instant::default()).await.unwrap();
        store.commit(&[person(1, "ada")], &world).await.unwrap();
        // It became the writer anew, and was not told so.
        let writer = store.writer;
        store.become_writer(First::new(world.settings).unwrap()).await.unwrap();
        store.writer = writer;
        store.doubt();
        assert!(store.become_certain().await.unwrap(), "the row is there");
        store.commit(&[person(2, "bob")], &world).await.unwrap();
        assert_eq!(store.load(Instant::default()).await.unwrap().people.len(), 2);
    });
}

#[test]
fn a_claim_is_held_once_and_free_again_when_it_is_given_up() {
    run(async {
        let mut store = Store::open(&Location::Memory, Settings::default()).await.unwrap();
        let mut world = store.load(Instant::default()).await.unwrap();
        store.commit(&[person(1, "ada")], &world).await.unwrap();
        world.apply(person(1, "ada"));

        let twice = [Change::PutSettings(Settings { quota: 9, ..world.settings }), person(2, "ada")];
        let refused = store.commit(&twice, &world).await;
        assert!(matches!(refused, Err(StoreError::Claimed(_))), "{refused:?}");
        assert_eq!(store.load(Instant::default()).await.unwrap().settings, world.settings, "all or nothing");

        let renamed = [person(1, "grace"), person(2, "ada")];
        store.commit(&renamed, &world).await.unwrap();
        assert_eq!(store.load(Instant::default()).await.unwrap().people.len(), 2);
    });
}

#[test]
fn more_rows_than_are_read_at_once_are_all_read() {
    run(async {
        let mut store = Store::open(&Location::Memory, Settings::default()).await.unwrap();
        let mut world = store.load(Instant::default()).await.unwrap();
        for count in [500, 501, 1_000, 1_234] {
            let first = u64::try_from(world.people.len()).unwrap() + 1;
            let more: Vec<Change> = (first..=count).map(|id| person(id, &format!("person-{id}"))).collect();
            store.commit(&more, &world).await.unwrap();
            world.apply_all(more);
            assert_eq!(store.load(Instant::default()).await.unwrap().people, world.people, "{count}");
        }
    });
}

#[test]
fn a_schema_of_a_newer_version_is_refused() {
    run(async {
        let store = Store::open(&Location::Memory, Settings::default()).await.unwrap();
        let newer = "CREATE migration:99 SET version = 99, checksum = 'x'";
        store.db.ask(newer, []).await.unwrap().check().unwrap();
        let refused = store.migrate().await;
        assert!(matches!(refused, Err(super::OpenError::Newer { found: 99, known }) if known < 99), "{refused:?}");
    });
}

/// What a killed process would leave behind.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else if !entry.file_name().eq_ignore_ascii_case("lock") {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn newest_log(dir: &Path) -> PathBuf {
    fs::read_dir(dir.join("store/wal")).unwrap().map(|entry| entry.unwrap().path()).max().unwrap()
}

#[test]
fn what_is_written_after_a_torn_log_was_repaired_is_there_after_the_next_kill() {
    run(async {
        let root = tempfile::tempdir().unwrap();
        let dir = |name: &str| root.path().join(name);
        let open = async |name: &str| Store::open(&Location::Directory(dir(name)), Settings::default()).await.unwrap();
        let mut store = open("whole").await;
        let world = store.load(Instant::default()).await.unwrap();
        store.commit(&[person(1, "ada")], &world).await.unwrap();
        let whole = fs::metadata(newest_log(&dir("whole"))).unwrap().len();
        store.commit(&[person(2, "bob")], &world).await.unwrap();
        let both = fs::metadata(newest_log(&dir("whole"))).unwrap().len();

        let cuts = [1, 6, 7, 20, both - whole - 1].map(|behind| (behind, 0));
        let zeroes = [(0, 1), (0, 4096), (3, 4096), (100, 4096)];
        for (behind, zeroes) in cuts.into_iter().chain(zeroes) {
            let length = whole + behind;
            let (torn, killed) = (format!("torn-{behind}-{zeroes}"), format!("killed-{behind}-{zeroes}"));
            copy(&dir("whole"), &dir(&torn));
            let log = fs::OpenOptions::new().write(true).open(newest_log(&dir(&torn))).unwrap();
            log.set_len(length).unwrap();
            log.set_len(length + zeroes).unwrap();
            let mut store = open(&torn).await;
            let world = store.load(Instant::default()).await.unwrap();
            assert_eq!(world.people.len(), 1, "{torn}");
            for (id, name) in [(3, "eve"), (4, "grace")] {
                store.commit(&[person(id, name)], &world).await.unwrap();
            }
            copy(&dir(&torn), &dir(&killed));
            let world = open(&killed).await.load(Instant::default()).await.unwrap();
            assert_eq!(world.people.len(), 3, "{killed}");
        }
    });
}
