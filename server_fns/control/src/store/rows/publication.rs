//! The last assignment of each node.

use serde::{Deserialize, Serialize};

use model::id::NodeId;
use model::version::Generation;
use planner::world::Publication;

use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct PublicationRow {
    id: NodeId,
    generation: Generation,
}

impl Stored for Publication {
    const TABLE: &'static str = "publication";
    const SINCE: u32 = 2;
    type Row = PublicationRow;

    fn id(key: &NodeId) -> String {
        key.to_string()
    }
}

impl From<&Publication> for PublicationRow {
    fn from(row: &Publication) -> Self {
        let Publication { node, generation } = *row;
        Self { id: node, generation }
    }
}

impl From<PublicationRow> for Publication {
    fn from(row: PublicationRow) -> Self {
        let PublicationRow { id, generation } = row;
        Self { node: id, generation }
    }
}
