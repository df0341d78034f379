//! Whether an assignment may replace the one in the ledger.

use model::assignment::Assignment;
use model::id::{ClusterId, NodeId};
use model::version::Generation;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accept {
    /// It is newer: write it to the ledger, then act on it.
    Take,
    /// It is the one that is acted on already.
    Same,
    Refuse(Refused),
}

/// Why an assignment is not acted on. The node goes on with the one in its ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(
        "the assignment is of cluster {new}, this node's ledger of {ours}: to move the node, remove its instances \
         there first, then start it with an empty data directory"
    )]
    OtherCluster { ours: ClusterId, new: ClusterId },
    #[error(
        "the assignment is for {new}, this data directory belongs to {ours}: start the node with the API key of \
         {ours}, or with another data directory"
    )]
    OtherNode { ours: NodeId, new: NodeId },
    #[error(
        "the assignment has generation {new}, but generation {ours} was accepted before: if the server's data were copied back by hand, restore them with `dockhost restore`"
    )]
    Older { ours: Generation, new: Generation },
    #[error("two different assignments have the same generation {0}")]
    Contradicts(Generation),
    #[error("the assignment does not name each instance once, in the order of their ids")]
    Disordered,
}

/// Decides on `new`, given the assignment that was accepted last.
pub fn accept(ledger: Option<&Assignment>, new: &Assignment) -> Accept {
    if !new.instances.is_sorted_by(|one, next| one.id < next.id) {
        return Accept::Refuse(Refused::Disordered);
    }
    let Some(ours) = ledger else { return Accept::Take };
    if ours.cluster != new.cluster {
        return Accept::Refuse(Refused::OtherCluster { ours: ours.cluster, new: new.cluster });
    }
    // Only an installation whose database was lost and made anew knows this machine by another id; it is of a later era.
    if ours.node != new.node && new.era <= ours.era {
        return Accept::Refuse(Refused::OtherNode { ours: ours.node, new: new.node });
    }
    // A restored database counts from an earlier generation on, and says so by its era.
    match (new.era, new.generation).cmp(&(ours.era, ours.generation)) {
        std::cmp::Ordering::Greater => Accept::Take,
        std::cmp::Ordering::Less => Accept::Refuse(Refused::Older { ours: ours.generation, new: new.generation }),
        std::cmp::Ordering::Equal if ours == new => Accept::Same,
        std::cmp::Ordering::Equal => Accept::Refuse(Refused::Contradicts(new.generation)),
    }
}
