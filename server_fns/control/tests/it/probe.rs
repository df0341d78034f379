//! What the storage engines that we ship really promise. Printed as a table; only what we rely on is asserted.

use std::time::{Duration, Instant};

use surrealdb::Surreal;
use surrealdb::engine::any::{Any, connect};
use surrealdb::types::Value;

use crate::harness::run;

const WRITERS: usize = 4;
const ROUNDS: usize = 200;

/// Statements that must succeed for one writer of a round only.
const RACES: [(&str, &str); 3] = [
    ("record id", "CREATE type::record('claim', $round) SET by = $writer"),
    ("unique index", "CREATE mail SET address = $round, by = $writer"),
    (
        "read, then insert",
        "BEGIN; LET $there = SELECT id FROM seat WHERE round = $round; IF !array::is_empty($there) { THROW 'taken' }; \
         CREATE seat SET round = $round, by = $writer; COMMIT",
    ),
];

#[test]
fn storage_probe() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let engines = [
            ("surrealkv, sync=every", format!("surrealkv://{}?sync=every", dir.path().join("kv").display())),
            ("mem, aol=sync", format!("mem://{}?aol=sync&sync=every", dir.path().join("mem").display())),
            ("mem", "mem://".to_owned()),
        ];
        row(&format!(
            "{:<22} {:<18} {:>7} {:>7} {:>10} {:>9}",
            "engine", "race", "rounds", "doubles", "p50", "resident"
        ));
        for (engine, address) in engines {
            let db = match connect(address.as_str()).await {
                Ok(db) => db,
                Err(error) => {
                    row(&format!("{engine:<22} cannot be opened: {error}"));
                    continue;
                }
            };
            db.use_ns("probe").use_db("probe").await.unwrap();
            let schema = "DEFINE TABLE claim; DEFINE TABLE mail; DEFINE TABLE seat; DEFINE INDEX one ON mail FIELDS address UNIQUE";
            db.query(schema).await.unwrap().check().unwrap();
            for (race, statement) in RACES {
                let (doubles, p50) = race_of(&db, statement).await;
                row(&format!("{engine:<22} {race:<18} {ROUNDS:>7} {doubles:>7} {p50:>10.1?} {:>6} MB", resident_mb()));
                assert!(race != "record id" || doubles == 0, "{engine}: a record was created twice");
            }
        }
    });
}

/// How many rounds more than one writer won, and the median time of a winning commit.
async fn race_of(db: &Surreal<Any>, statement: &'static str) -> (usize, Duration) {
    let (mut doubles, mut times) = (0, Vec::new());
    for round in 0..ROUNDS {
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let db = db.clone();
            writers.spawn(async move {
                let begin = Instant::now();
                let asked = db.query(statement).bind(("round", format!("r{round}"))).bind(("writer", writer as i64));
                let won = asked.await.is_ok_and(|results| results.check().is_ok());
                won.then(|| begin.elapsed())
            });
        }
        let won: Vec<Duration> = writers.join_all().await.into_iter().flatten().collect();
        doubles += usize::from(won.len() > 1);
        times.extend(won);
    }
    let rows: Vec<Value> = db.query("SELECT VALUE by FROM claim").await.unwrap().check().unwrap().take(0).unwrap();
    assert!(rows.len() <= ROUNDS, "more records than ids");
    times.sort();
    (doubles, times.get(times.len() / 2).copied().unwrap_or_default())
}

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() / 1024
}

#[expect(clippy::print_stdout, reason = "the table is what the probe is for")]
fn row(line: &str) {
    println!("{line}");
}
