use agent::accept::{Accept, Refused, accept};
use model::id::{ClusterId, NodeId};
use model::instance::DesiredState;
use model::version::Generation;
use proptest::prelude::*;

use crate::sample;

#[test]
fn the_first_assignment_is_taken() {
    assert_eq!(accept(None, &sample::assignment(7, vec![sample::instance(1)])), Accept::Take);
}

#[test]
fn an_equal_generation_must_be_equal() {
    let ours = sample::assignment(7, vec![sample::instance(1)]);
    assert_eq!(accept(Some(&ours), &ours), Accept::Same);
    let mut other = ours.clone();
    other.instances[0].desired = DesiredState::Deleted;
    assert_eq!(accept(Some(&ours), &other), Accept::Refuse(Refused::Contradicts(Generation(7))));
}

#[test]
fn another_cluster_or_node_is_refused_at_any_generation() {
    let ours = sample::assignment(7, Vec::new());
    let mut new = sample::assignment(8, Vec::new());
    new.cluster = ClusterId::from_bits(99);
    assert!(matches!(accept(Some(&ours), &new), Accept::Refuse(Refused::OtherCluster { .. })));
    let mut new = sample::assignment(8, Vec::new());
    new.node = NodeId::from_bits(99);
    assert!(matches!(accept(Some(&ours), &new), Accept::Refuse(Refused::OtherNode { .. })));
    new.era = ours.era.next();
    assert_eq!(accept(Some(&ours), &new), Accept::Take, "its database was lost and made anew");
}

#[test]
fn each_instance_stands_once_and_in_order() {
    for ids in [[2, 1], [1, 1]] {
        let new = sample::assignment(1, ids.map(sample::instance).to_vec());
        assert_eq!(accept(None, &new), Accept::Refuse(Refused::Disordered));
    }
}

proptest! {
    #[test]
    fn generations_never_go_back(generations in proptest::collection::vec(0u64..20, 1..40)) {
        let mut ledger = None;
        for generation in generations {
            let new = sample::assignment(generation, Vec::new());
            let before = ledger.as_ref().map(|ours: &model::assignment::Assignment| ours.generation);
            match accept(ledger.as_ref(), &new) {
                Accept::Take => {
                    prop_assert!(before.is_none_or(|ours| ours < new.generation));
                    ledger = Some(new);
                }
                Accept::Same => prop_assert_eq!(before, Some(new.generation)),
                Accept::Refuse(Refused::Older { .. }) => {
                    prop_assert!(before.is_some_and(|ours| ours > new.generation));
                }
                Accept::Refuse(other) => prop_assert!(false, "{}", other),
            }
        }
    }
}
