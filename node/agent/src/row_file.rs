//! The file in the folder of an object. It says which instance the object is, and what the row of that says.

use std::collections::BTreeMap;

use model::assignment::AssignedInstance;
use model::id::{ClusterId, InstanceId};
use model::stranger::{Doors, Object, Origin, Row};
use serde::{Deserialize, Serialize};

/// Bytes of all rows that one report tells, about: half a frame.
const ROOM: usize = 512 << 10;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFile {
    pub cluster: ClusterId,
    pub instance: InstanceId,
    pub row: Row,
}

/// What was found in folders, by object: a file, or why there is one that tells nothing, as a clause.
pub type Found = BTreeMap<InstanceId, Result<RowFile, String>>;

impl RowFile {
    pub fn of(assigned: &AssignedInstance, cluster: ClusterId) -> Self {
        Self { cluster, instance: assigned.id, row: assigned.row() }
    }
}

/// What a report says of an object that is not assigned.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) origin: Option<Origin>,
    pub(crate) unreadable: String,
}

/// Tells rows, until a report has no more room for them.
pub(crate) struct Teller<'a> {
    cluster: ClusterId,
    found: &'a Found,
    room: usize,
}

impl<'a> Teller<'a> {
    pub(crate) const fn new(cluster: ClusterId, found: &'a Found) -> Self {
        Self { cluster, found, room: ROOM }
    }

    /// Of an object, and of the row in its labels if it is from before there were files. A file that cannot be read is
    /// never made up for: the labels say how it was when the container was made, and nothing says how it was in the end.
    pub(crate) fn tell(&mut self, Object { id, incarnation }: Object, labelled: Option<Row>) -> Told {
        let unreadable = |why: String| Told { origin: None, unreadable: why };
        let origin = |instance, row| Origin { instance, incarnation, row };
        let origin = match self.found.get(&id) {
            None => labelled.map(|row| origin(id, row)),
            Some(Err(why)) => return unreadable(why.clone()),
            Some(Ok(file)) if file.cluster != self.cluster => {
                return unreadable(format!("the file in its folder is of the installation {}", file.cluster));
            }
            // The name of a container is made of its object, and a worker looks for that of its instance.
            Some(Ok(file)) if file.instance != id => {
                return unreadable(format!("the file in its folder is of the instance {}", file.instance));
            }
            Some(Ok(file)) => Some(origin(file.instance, file.row.clone())),
        };
        let size = origin.as_ref().map_or(0, |origin| size(&origin.row));
        match self.room.checked_sub(size) {
            Some(left) => self.room = left,
            None => return unreadable("one report has no room for so many rows; take others back first".to_owned()),
        }
        Told { origin, unreadable: String::new() }
    }
}

/// About how many bytes of a frame it takes.
fn size(row: &Row) -> usize {
    const PLAIN: usize = 600;
    const PORT: usize = 64;
    const FORWARD: usize = 192;
    const NETWORK: usize = 48;
    let forwards = |forwards: &[model::forward::Forward]| -> usize {
        forwards.iter().map(|forward| FORWARD + NETWORK * forward.allow.len()).sum()
    };
    let doors = row.doors.as_ref().map_or(0, |Doors { ssh_keys, closed: _, forwards: opened }| {
        ssh_keys.iter().map(|key| key.len() + 4).sum::<usize>() + forwards(opened)
    });
    let rest = row.rest.as_ref().map_or(0, |rest| PORT * rest.ports.len() + forwards(&rest.forwards));
    PLAIN + row.host_key.len() + doors + rest
}
