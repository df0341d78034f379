//! How full a machine is.

use model::node::{Liveness, NodeFacts};
use model::view::NodeView;

use crate::format::bytes;

/// One bar: how much of something is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) name: &'static str,
    /// 0 to 100.
    pub(super) percent: u8,
    pub(super) words: String,
}

/// Instances first. What the machine said of itself is left out once it is gone: it is no longer so.
pub(super) fn loads(node: &NodeView) -> Vec<Load> {
    let instances = Load {
        name: "Instances",
        percent: share(node.instances.into(), node.max_instances.into()),
        words: format!("{} of {}", node.instances, node.max_instances),
    };
    let present = match node.liveness {
        Liveness::Online | Liveness::Late => node.facts.as_ref(),
        Liveness::Never | Liveness::Offline => None,
    };
    std::iter::once(instances).chain(present.into_iter().flat_map(machine)).collect()
}

fn machine(facts: &NodeFacts) -> [Load; 3] {
    let disk_used = facts.disk_total_bytes.saturating_sub(facts.disk_free_bytes);
    let cpu = percent(facts.cpu_percent);
    let cores = if facts.cpus == 1 { "1 CPU".to_owned() } else { format!("{} CPUs", facts.cpus) };
    [
        Load { name: "CPU", percent: cpu, words: format!("{cpu} % of {cores}") },
        amount("Memory", facts.memory_used_bytes, facts.memory_total_bytes),
        amount("Disk", disk_used, facts.disk_total_bytes),
    ]
}

fn amount(name: &'static str, used: u64, total: u64) -> Load {
    Load { name, percent: share(used, total), words: format!("{} of {}", bytes(used), bytes(total)) }
}

/// Of nothing, everything is taken.
fn share(used: u64, total: u64) -> u8 {
    let percent = u128::from(used) * 100 / u128::from(total.max(1));
    if total == 0 { 100 } else { u8::try_from(percent.min(100)).unwrap_or(100) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=100 before; NaN becomes 0")]
fn percent(value: f32) -> u8 {
    value.round().clamp(0.0, 100.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_stay_between_none_and_all() {
        assert_eq!(share(0, 10), 0);
        assert_eq!(share(3, 10), 30);
        assert_eq!(share(11, 10), 100);
        assert_eq!(share(0, 0), 100);
        assert_eq!(share(u64::MAX, u64::MAX), 100);
    }

    #[test]
    fn a_load_that_makes_no_sense_is_bounded() {
        assert_eq!(percent(12.4), 12);
        assert_eq!(percent(250.0), 100);
        assert_eq!(percent(-1.0), 0);
        assert_eq!(percent(f32::NAN), 0);
    }

    #[test]
    fn memory_and_disk_are_told_in_bytes() {
        let facts = NodeFacts {
            cpus: 8,
            cpu_percent: 12.0,
            memory_total_bytes: 16_000_000_000,
            memory_used_bytes: 4_000_000_000,
            disk_total_bytes: 100_000_000_000,
            disk_free_bytes: 25_000_000_000,
            ..NodeFacts::default()
        };
        let [cpu, memory, disk] = machine(&facts);
        assert_eq!(cpu.words, "12 % of 8 CPUs");
        assert_eq!((memory.percent, memory.words.as_str()), (25, "4.0 GB of 16 GB"));
        assert_eq!((disk.percent, disk.words.as_str()), (75, "75 GB of 100 GB"));
    }
}
