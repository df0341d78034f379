//! Rows of every table and a backup, as version 598153f wrote them: data directories of then open, and what is stored now
//! is the same text. A row that is written otherwise on purpose is named in [`ON_PURPOSE`].

use model::request::Settings;
use model::version::EventNumber;
use planner::clock::Instant;
use planner::event::text;
use planner::world::{Change, Kind as _, Rows as _, World};
use surrealdb::types::{RecordId, RecordIdKey, SurrealValue, Value};

use crate::store::row::Stored;
use crate::store::tests::run;
use crate::store::write_set::WriteSet;
use crate::store::{Backup, Location, Of, Order, Store};

const ROWS: &str = include_str!("samples/rows.txt");
const BACKUP: &str = include_str!("samples/backup.txt");

/// What stood there then, and stands there now: once in a row, once in a backup.
const ON_PURPOSE: [[&str; 2]; 4] = [
    // Since every command may have a key, its answer is kept.
    [
        r#"{"at":"2026-01-02T00:00:00Z","instance":"i-0000000000000001","key":"once""#,
        r#"{"answer":{"instance":"i-0000000000000001"},"at":"2026-01-02T00:00:00Z","key":"once""#,
    ],
    [
        r#""request_hash":"ff","instance":"i-0000000000000001","at""#,
        r#""request_hash":"ff","answer":{"instance":"i-0000000000000001"},"at""#,
    ],
    // The server's own host ports are no gateway's.
    [r#""opened":3,"place":"gateway""#, r#""opened":3,"place":"server""#],
    [r#"{"place":"gateway","protocol""#, r#"{"place":"server","protocol""#],
];

fn now(then: &str) -> String {
    ON_PURPOSE.iter().fold(then.to_owned(), |text, [then, now]| text.replace(then, now))
}

/// The sentences of then stand in the activity log now, which is no row of the world.
fn without_events(rows: &str) -> Vec<String> {
    rows.lines().filter(|line| !line.starts_with("event ")).map(str::to_owned).collect()
}

/// A database as it lies on a disk of then.
async fn store() -> Store {
    let store = Store::open(&Location::Memory, Settings::default()).await.unwrap();
    for line in ROWS.lines().filter(|line| !line.starts_with("claim ")) {
        let (record, content) = line.split_once(" {").unwrap();
        let (table, id) = record.split_once(' ').unwrap();
        let content: serde_json::Value = serde_json::from_str(&format!("{{{content}")).unwrap();
        let values = [("id", RecordId::new(table, id).into_value()), ("content", content.into_value())];
        store.db.ask("UPSERT $id CONTENT $content", values).await.unwrap().check().unwrap();
    }
    store
}

/// What one transaction writes that puts every row of the world.
fn written(world: &World) -> Vec<String> {
    let mut changes = Vec::new();
    macro_rules! put {
        ($($rows:ident: $kind:ident $table:tt $(then $then:ident)?;)*) => {
            $(changes.extend(planner::world::$kind::rows(world).all().map(|row| row.clone().put()));)*
        };
    }
    planner::tables!(put);
    let empty = World::new(world.cluster, world.era, world.settings, Instant::default());
    let set = WriteSet::new(&changes, &empty).unwrap();
    let name = |id: RecordId| {
        let RecordIdKey::String(key) = &id.key else { panic!("{:?} is not text", id.key) };
        format!("{} {key}", id.table.as_str())
    };
    let mut lines: Vec<String> = set.claimed().into_iter().map(name).collect();
    let line = |(id, content): (RecordId, Value)| format!("{} {}", name(id), content.into_json_value());
    lines.extend(set.into_puts().into_iter().map(line));
    lines.sort();
    lines
}

#[test]
fn rows_of_before_are_read_and_written_as_they_were() {
    run(async {
        let world = store().await.load(Instant::default()).await.unwrap();
        assert_eq!(written(&world), without_events(&now(ROWS)));
        assert_eq!(world.token_by_hash("bb").map(|row| row.hint.as_str()), Some("dh_cd"), "rows are found, too");
    });
}

/// What the sentences of then are in the log.
const TOLD: [&str; 2] = ["1 2026-01-02T00:00:00+00:00 ada: created", "2 2026-01-03T00:00:00+00:00 lab-2: running"];

fn told(lines: impl IntoIterator<Item = Change>) -> Vec<String> {
    let line = |change| {
        let Change::PutEvent(event) = change else { panic!("{change:?}") };
        let (number, at, happening) = (event.number, event.at.to_rfc3339(), event.happening);
        format!("{number} {at} {}: {}", happening.cause.who.name(), text(&happening))
    };
    lines.into_iter().map(line).collect()
}

#[test]
fn sentences_of_before_are_lines_of_the_log_once() {
    run(async {
        let mut store = store().await;
        let mut world = store.load(Instant::default()).await.unwrap();
        assert_eq!(store.take_over_events(&mut world).await.unwrap(), TOLD.len());
        assert_eq!(store.take_over_events(&mut world).await.unwrap(), 0, "a second look finds nothing");
        let lines = store.log().read(Of::Everything, Order::After(EventNumber(0)), 10).await.unwrap();
        assert_eq!(told(lines.into_iter().map(|line| Change::PutEvent(Box::new(line)))), TOLD);
        // They are found by their instance and by its owner, and the numbers go on behind them after a restart.
        let (instance, owner) = world.instances.values().next().map(|row| (row.id, row.owner)).unwrap();
        for of in [Of::Instance(instance), Of::Person(owner)] {
            let found = store.log().read(of, Order::newest(), 10).await.unwrap();
            assert_eq!(found.iter().map(|line| line.number.0).collect::<Vec<_>>(), [2, 1], "{of:?}");
        }
        assert_eq!(store.load(Instant::default()).await.unwrap().log.newest, EventNumber(2));
    });
}

#[test]
fn the_samples_have_rows_of_every_table_of_then() {
    run(async {
        let world = store().await.load(Instant::default()).await.unwrap();
        macro_rules! there {
            ($($rows:ident: $kind:ident $table:tt $(then $then:ident)?;)*) => {
                $(let of_then = <planner::world::$kind as Stored>::SINCE == 1;
                assert_eq!(planner::world::$kind::rows(&world).all().next().is_some(), of_then, stringify!($rows));)*
            };
        }
        planner::tables!(there);
    });
}

#[test]
fn a_backup_of_before_is_restored_and_written_as_it_was() {
    run(async {
        let before = Backup::read(BACKUP).unwrap();
        let (made_at, cluster, era) = (before.made_at, before.cluster, before.era);
        let mut world = World::new(cluster, era, Settings::default(), Instant::default());
        world.identity.secret = "00112233445566778899aabbccddeeff".repeat(2);
        let (rows, lines) = before.changes();
        world.apply_all(rows);
        assert_eq!(told(lines), TOLD);
        let text = Backup::of(&world, made_at).write().unwrap();
        let body = text.lines().nth(1).unwrap();
        let mut expected: serde_json::Value = serde_json::from_str(now(BACKUP).lines().nth(1).unwrap()).unwrap();
        expected.as_object_mut().unwrap().remove("events");
        expected["settings"]["keep_events_days"] = Settings::EVENT_DAYS.into();
        assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap(), expected);
        // Sessions end with a restore, also if a file has some.
        let sessions = store().await.load(Instant::default()).await.unwrap().sessions;
        assert!(!sessions.is_empty() && world.sessions.is_empty());
        let with: Backup =
            serde_json::from_str(&body.replacen("\"people\"", &format!("\"sessions\":[{SESSION}],\"people\""), 1))
                .unwrap();
        assert!(!with.changes().0.iter().any(|change| matches!(change, planner::world::Change::PutSession(_))));
    });
}

const SESSION: &str = r#"{"id":"s-00000000000000aa","person":"p-0000000000000001","secret_hash":"ab","key_hash":"cd",
    "created_at":"2026-11-27T18:00:00Z","last_seen_at":"2026-11-27T18:00:00Z","address":"127.0.0.1","agent":"a browser"}"#;
