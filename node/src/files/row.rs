//! The file that says which instance an object is, and what the row of that says. It is written like the ledger.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use agent::row_file::{Found, RowFile};
use model::id::InstanceId;
use serde::{Deserialize, Serialize};

use super::Files;
use crate::disk::replace;

const FILE: &str = "instance.json";
const VERSION: u32 = 1;
/// Root in the instance may read it, and changes nothing: the folder is mounted to be read only.
const MODE: u32 = 0o600;
/// More than a row with all that it may have.
const MAX_BYTES: u64 = 256 << 10;

#[derive(Serialize, Deserialize)]
struct Content<F> {
    version: u32,
    #[serde(flatten)]
    file: F,
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}

impl Files {
    /// When this returns `Ok`, the file survives a power cut; when not, the one before counts.
    pub fn write_row(&self, file: &RowFile) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(&Content { version: VERSION, file })?;
        let dir = self.make(file.instance)?;
        let path = dir.join(FILE);
        if std::fs::read(&path).is_ok_and(|there| there == bytes) {
            // A node that was killed may have left it before it was on the disk.
            return File::open(dir)?.sync_all();
        }
        replace(&path, &bytes, MODE)
    }

    /// What the folders of these objects hold. An object without a file is left out.
    pub fn rows(&self, objects: impl IntoIterator<Item = InstanceId>) -> Found {
        objects.into_iter().filter_map(|object| Some((object, read(&self.dir(object).join(FILE))?))).collect()
    }
}

fn read(path: &Path) -> Option<Result<RowFile, String>> {
    let name = path.display();
    let bytes = match bytes(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => return Some(Err(format!("the file {name} cannot be read: {error}"))),
    };
    let damaged = |error: serde_json::Error| format!("the file {name} is damaged ({error})");
    Some(match serde_json::from_slice::<Head>(&bytes) {
        Err(error) => Err(damaged(error)),
        Ok(Head { version }) if version > VERSION => Err(format!(
            "the file {name} was written by a newer dockhost-node (version {version}): install that one again"
        )),
        Ok(Head { version: _ }) => {
            serde_json::from_slice(&bytes).map(|Content { version: _, file }| file).map_err(damaged)
        }
    })
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= MAX_BYTES => Ok(bytes),
        Ok(_) | Err(_) => Err(io::Error::new(ErrorKind::InvalidData, "it is longer than any that a node writes")),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use model::id::ClusterId;
    use model::stranger::RestOfRow;

    use super::*;

    const OBJECT: InstanceId = InstanceId::from_bits(7);

    fn files() -> (tempfile::TempDir, Files, RowFile) {
        let data = tempfile::tempdir().unwrap();
        let files = Files::new(data.path());
        let mut assigned = crate::sample::assigned(7);
        assigned.rest = Some(RestOfRow { start_on_connect: true, ..RestOfRow::default() });
        (data, files, RowFile::of(&assigned, ClusterId::from_bits(1)))
    }

    /// What is said of an object whose folder holds a file with this content.
    fn said(content: &[u8]) -> String {
        let (_data, files, file) = files();
        files.write_row(&file).unwrap();
        std::fs::write(files.dir(OBJECT).join(FILE), content).unwrap();
        files.rows([OBJECT]).remove(&OBJECT).unwrap().unwrap_err()
    }

    #[test]
    fn what_was_written_is_read_and_what_is_not_there_is_left_out() {
        let (_data, files, mut file) = files();
        assert_eq!(files.rows([OBJECT]), Found::new());
        files.write_row(&file).unwrap();
        assert_eq!(files.rows([OBJECT, InstanceId::from_bits(8)]), Found::from([(OBJECT, Ok(file.clone()))]));
        file.row.name = "other".parse().unwrap();
        files.write_row(&file).unwrap();
        assert_eq!(files.rows([OBJECT]), Found::from([(OBJECT, Ok(file))]));
        let mode = std::fs::metadata(files.dir(OBJECT).join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, MODE);
        files.drop(OBJECT).unwrap();
        assert_eq!(files.rows([OBJECT]), Found::new(), "it goes with its instance");
    }

    #[test]
    fn a_write_that_was_cut_off_leaves_the_file_before() {
        let (_data, files, file) = files();
        files.write_row(&file).unwrap();
        let left = files.dir(OBJECT).join(format!("{FILE}.new"));
        std::fs::write(&left, "{\"version\":1,\"clus").unwrap();
        assert_eq!(files.rows([OBJECT]), Found::from([(OBJECT, Ok(file.clone()))]));
        let other = RowFile { cluster: ClusterId::from_bits(2), ..file };
        files.write_row(&other).unwrap();
        assert!(!left.exists());
        assert_eq!(files.rows([OBJECT]), Found::from([(OBJECT, Ok(other))]));
    }

    /// A start of the node writes nothing where nothing is otherwise: the disk may be full.
    #[test]
    fn what_stands_there_is_not_written_again() {
        let (_data, files, file) = files();
        files.write_row(&file).unwrap();
        std::fs::create_dir(files.dir(OBJECT).join(format!("{FILE}.new"))).unwrap();
        files.write_row(&file).unwrap();
    }

    #[test]
    fn a_refused_write_leaves_the_file_before() {
        let (_data, files, file) = files();
        files.write_row(&file).unwrap();
        // A folder in the way of the new file fails for every user, also for root.
        std::fs::create_dir(files.dir(OBJECT).join(format!("{FILE}.new"))).unwrap();
        assert!(files.write_row(&RowFile { cluster: ClusterId::from_bits(2), ..file.clone() }).is_err());
        assert_eq!(files.rows([OBJECT]), Found::from([(OBJECT, Ok(file))]));
    }

    #[test]
    fn a_file_that_tells_nothing_is_said_to_and_never_guessed() {
        for content in [&b""[..], b"{", b"\xff\xfe", b"[]", b"{\"version\":1}", b"{\"version\":1,\"cluster\":7}"] {
            let why = said(content);
            assert!(why.contains("instance.json is damaged"), "{content:?}: {why}");
        }
        assert!(said(b"{\"version\":2,\"row\":7}").contains("newer dockhost-node (version 2)"));
        assert!(said(&vec![b' '; 300 << 10]).contains("longer than any"));
        let (_data, files, file) = files();
        files.write_row(&file).unwrap();
        let path = files.dir(OBJECT).join(FILE);
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(files.rows([OBJECT]).remove(&OBJECT).unwrap().unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn a_file_keeps_fields_of_later_out_and_those_of_before_in() {
        let (_data, files, file) = files();
        files.write_row(&file).unwrap();
        let path = files.dir(OBJECT).join(FILE);
        let mut told: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        told["later"] = "field".into();
        told["row"].as_object_mut().unwrap().remove("rest").unwrap();
        std::fs::write(&path, told.to_string()).unwrap();
        let read = files.rows([OBJECT]).remove(&OBJECT).unwrap().unwrap();
        let row = model::stranger::Row { rest: None, ..file.row.clone() };
        assert_eq!(read, RowFile { row, ..file });
    }
}
