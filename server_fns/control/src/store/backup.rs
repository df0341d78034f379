//! Everything that is stored, as one file: a line with a checksum, then one JSON object.

use model::Timestamp;
use model::event::Event;
use model::id::ClusterId;
use model::request::Settings;
use model::version::Era;
use planner::clock::Instant;
use planner::world::{Change, Rows as _, World};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::earlier::{EarlierEvent, typed};
use super::row::Stored;
use super::{First, Location, OpenError, Store};

/// Lines of the log that one transaction restores.
const LINES_AT_ONCE: usize = 1_000;
/// Before the checksum, on the first line.
const HEAD: &str = "dockhost-backup 1 sha256:";

/// The rows of one table. One that no backup carries has none.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
struct Saved<K: Stored>(Vec<K::Row>);

impl<K: Stored> Saved<K> {
    fn of(world: &World) -> Self {
        let rows = K::rows(world).all().filter(|_| K::IN_BACKUP);
        Self(rows.map(K::Row::from).collect())
    }

    /// A table that came later is not named while it is empty, so that what was backed up before reads the same.
    const fn is_left_out(&self) -> bool {
        !K::IN_BACKUP || K::SINCE > 1 && self.0.is_empty()
    }

    fn changes(self) -> impl Iterator<Item = Change> {
        self.0.into_iter().filter(|_| K::IN_BACKUP).map(|row| row.into().put())
    }
}

/// Of a backup from before the table was there.
impl<K: Stored> Default for Saved<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

macro_rules! backup {
    ($($rows:ident: $kind:ident $table:tt $(then $then:ident)?;)*) => {
        /// What is restored. A table that this version does not know is refused: its rows would be lost.
        #[derive(Debug, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Backup {
            pub made_at: Timestamp,
            pub cluster: ClusterId,
            /// That the backup was made in; a restore begins a later one.
            pub era: Era,
            settings: Settings,
            secret: String,
            $(#[serde(default, skip_serializing_if = "Saved::is_left_out")]
            $rows: Saved<planner::world::$kind>,)*
            /// What happened, if it was asked for.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub activity: Vec<Event>,
            /// The same in a backup of before the log was typed.
            #[serde(default, skip_serializing)]
            events: Vec<EarlierEvent>,
        }

        impl Backup {
            /// A world is what was committed, so a copy of it is one moment of the database.
            pub fn of(world: &World, made_at: Timestamp) -> Self {
                Self {
                    made_at,
                    cluster: world.cluster,
                    era: world.era,
                    settings: world.settings,
                    secret: world.identity.secret.clone(),
                    $($rows: Saved::of(world),)*
                    activity: Vec::new(),
                    events: Vec::new(),
                }
            }

            /// The rows, and the lines of the log.
            pub(super) fn changes(self) -> (Vec<Change>, Vec<Change>) {
                let mut rows = Vec::new();
                $(rows.extend(self.$rows.changes());)*
                let mut lines: Vec<Change> =
                    self.activity.into_iter().map(|event| Change::PutEvent(Box::new(event))).collect();
                if !self.events.is_empty() {
                    let mut world = World::new(self.cluster, self.era, self.settings, Instant::default());
                    world.apply_all(rows.iter().chain(&lines).cloned());
                    lines.extend(typed(self.events, &world));
                }
                (rows, lines)
            }
        }
    };
}

planner::tables!(backup);

/// Why a file is not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("it is not a backup of DockHost, or one of a version that this program does not know")]
    Foreign,
    #[error("it is damaged: its checksum does not fit its content. Take another copy")]
    Damaged,
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

impl Backup {
    /// The content of the file.
    ///
    /// # Errors
    /// When a row cannot be written as JSON.
    pub fn write(&self) -> Result<String, BackupError> {
        let body = serde_json::to_string(self).map_err(|error| BackupError::Unreadable(error.to_string()))?;
        Ok(format!("{HEAD}{}\n{body}\n", checksum(&body)))
    }

    /// # Errors
    /// When the text is not a whole backup.
    pub fn read(text: &str) -> Result<Self, BackupError> {
        let (head, body) = text.split_once('\n').ok_or(BackupError::Foreign)?;
        let body = body.trim_end_matches('\n');
        let sum = head.strip_prefix(HEAD).ok_or(BackupError::Foreign)?;
        if sum != checksum(body) {
            return Err(BackupError::Damaged);
        }
        serde_json::from_str(body).map_err(|error| BackupError::Unreadable(error.to_string()))
    }

    /// Into an empty place, as a new era of the same installation.
    ///
    /// # Errors
    /// When the place holds something already, or cannot be written.
    pub async fn restore(self, location: &Location, now: Timestamp) -> Result<(), OpenError> {
        let (cluster, era, settings) = (self.cluster, self.era, self.settings);
        let before = First { cluster, era, settings, secret: self.secret.clone() };
        let mut store = Store::take_over(location, before, now).await?;
        let empty = World::new(cluster, era, settings, Instant::default());
        let (rows, lines) = self.changes();
        store.commit(&rows, &empty).await?;
        for some in lines.chunks(LINES_AT_ONCE) {
            store.commit(some, &empty).await?;
        }
        store.close().await;
        Ok(())
    }
}

fn checksum(body: &str) -> String {
    hex::encode(Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_or_foreign_file_is_refused() {
        let world = World::new(ClusterId::from_bits(7), Era(2), Settings::default(), Instant::default());
        let text = Backup::of(&world, Timestamp::UNIX_EPOCH).write().unwrap();
        let again = Backup::read(&text).unwrap();
        assert_eq!((again.cluster, again.era), (world.cluster, Era(2)));
        assert!(matches!(Backup::read(&text.replace("people", "poeple")), Err(BackupError::Damaged)));
        assert!(matches!(Backup::read(&text[..text.len() / 2]), Err(BackupError::Damaged)));
        for foreign in ["", "{}", "hello\nworld"] {
            assert!(matches!(Backup::read(foreign), Err(BackupError::Foreign)), "{foreign:?}");
        }
    }
}
