//! Rows of every table and a backup, as version 598153f wrote them: data directories of then open, and what is stored now
//! is the same text. A row that is written otherwise on purpose is named in [`ON_PURPOSE`].

use model::request::Settings;
use planner::clock::Instant;
use planner::world::{Kind as _, Rows as _, World};
use surrealdb::types::{RecordId, RecordIdKey, SurrealValue, Value};

use crate::store::row::Stored;
use crate::store::tests::run;
use crate::store::write_set::WriteSet;
use crate::store::{Backup, Location, Store};

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

/// A database as it lies on a disk of then.
async fn store() -> Store {
    let store = Store::open(&Location::Memory, Settings::default()).await.unwrap();
    for line in ROWS.lines().filter(|line| !line.starts_with("claim ")) {
        let (record, content) = line.split_once(" {").unwrap();
        let (table, id) = record.split_once(' ').unwrap();
        let content: serde_json::Value = serde_json::from_str(&format!("{{{content}")).unwrap();
        let put = store.db.query("UPSERT $id CONTENT $content").bind(("id", RecordId::new(table, id)));
        put.bind(("content", content.into_value())).await.unwrap().check().unwrap();
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
        let expected: Vec<String> = now(ROWS).lines().map(str::to_owned).collect();
        assert_eq!(written(&world), expected);
        assert_eq!(world.token_by_hash("bb").map(|row| row.hint.as_str()), Some("dh_cd"), "rows are found, too");
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
        world.apply_all(before.changes());
        let text = Backup::of(&world, made_at).write().unwrap();
        let (body, expected) = (text.lines().nth(1).unwrap(), now(BACKUP));
        assert_eq!(body, expected.lines().nth(1).unwrap());
        // Sessions end with a restore, also if a file has some.
        let sessions = store().await.load(Instant::default()).await.unwrap().sessions;
        assert!(!sessions.is_empty() && world.sessions.is_empty());
        let with: Backup =
            serde_json::from_str(&body.replacen("\"people\"", &format!("\"sessions\":[{SESSION}],\"people\""), 1))
                .unwrap();
        assert!(!with.changes().iter().any(|change| matches!(change, planner::world::Change::PutSession(_))));
    });
}

const SESSION: &str = r#"{"id":"s-00000000000000aa","person":"p-0000000000000001","secret_hash":"ab","key_hash":"cd",
    "created_at":"2026-11-27T18:00:00Z","last_seen_at":"2026-11-27T18:00:00Z","address":"127.0.0.1","agent":"a browser"}"#;
