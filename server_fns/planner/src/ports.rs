//! Which host ports an instance gets.

use model::port::{HostPort, PortBlock, PortRange};

/// The lowest block of the range that overlaps nothing that is given away and none of the blocks on which a
/// foreign program was found. One sort and one sweep.
pub fn first_free_block(
    range: PortRange,
    held: impl IntoIterator<Item = PortRange>,
    clashed: &[PortBlock],
) -> Option<PortBlock> {
    let size = u32::from(PortBlock::SIZE);
    let clashed = clashed.iter().map(|block| block.range());
    let mut ranges: Vec<(u32, u32)> =
        held.into_iter().chain(clashed).map(|range| (range.first.into(), range.last.into())).collect();
    ranges.sort_unstable();
    let mut candidate = u32::from(range.first);
    for (first, last) in ranges {
        if first >= candidate + size {
            break;
        }
        candidate = candidate.max(last + 1);
    }
    let fits = candidate + size - 1 <= u32::from(range.last);
    u16::try_from(candidate).ok().filter(|_| fits).map(PortBlock::starting_at)
}

/// As [`first_free_block`], and rather one on which no other instance of the node clashed either.
pub fn likely_free_block(
    range: PortRange,
    held: &[PortRange],
    clashed: &[PortBlock],
    suspect: &[PortBlock],
) -> Option<PortBlock> {
    let free = |suspect: &[PortBlock]| {
        let suspect = suspect.iter().map(|block| block.range());
        first_free_block(range, held.iter().copied().chain(suspect), clashed)
    };
    free(suspect).or_else(|| free(&[]))
}

/// The highest host port of the range that is not given away: blocks are taken from the other end, so that they find
/// room for longer.
pub fn last_free_port(range: PortRange, is_held: impl Fn(HostPort) -> bool) -> Option<HostPort> {
    (range.first..=range.last).rev().map(HostPort).find(|port| !is_held(*port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: PortRange = PortRange { first: 1024, last: 1035 };

    fn block(first: u16) -> PortBlock {
        PortBlock::starting_at(first)
    }

    fn held(firsts: &[u16]) -> Vec<PortRange> {
        firsts.iter().map(|first| block(*first).range()).collect()
    }

    #[test]
    fn the_first_is_the_beginning_of_the_range() {
        assert_eq!(first_free_block(RANGE, [], &[]), Some(block(1024)));
    }

    #[test]
    fn a_gap_that_is_too_small_is_left() {
        assert_eq!(first_free_block(RANGE, held(&[1026]), &[]), Some(block(1029)));
        assert_eq!(first_free_block(RANGE, held(&[1027]), &[]), Some(block(1024)));
    }

    #[test]
    fn a_clash_is_passed_over() {
        assert_eq!(first_free_block(RANGE, held(&[1027]), &[block(1024)]), Some(block(1030)));
    }

    #[test]
    fn a_suspect_is_better_than_none() {
        assert_eq!(likely_free_block(RANGE, &held(&[1027]), &[], &[block(1024)]), Some(block(1030)));
        let most = held(&[1027, 1030, 1033]);
        assert_eq!(likely_free_block(RANGE, &most, &[], &[block(1024)]), Some(block(1024)));
    }

    #[test]
    fn a_single_port_is_passed_over() {
        let single = |port| HostPort(port).range();
        assert_eq!(first_free_block(RANGE, [single(1024)], &[]), Some(block(1025)));
        assert_eq!(first_free_block(RANGE, [single(1026), block(1027).range()], &[]), Some(block(1030)));
        assert_eq!(first_free_block(RANGE, [single(1035)], &[]), Some(block(1024)));
    }

    #[test]
    fn single_ports_are_taken_from_the_end() {
        assert_eq!(last_free_port(RANGE, |_| false), Some(HostPort(1035)));
        assert_eq!(last_free_port(RANGE, |port| port.0 > 1030), Some(HostPort(1030)));
        assert_eq!(last_free_port(RANGE, |_| true), None);
    }

    #[test]
    fn a_full_range_has_none() {
        assert_eq!(first_free_block(RANGE, held(&[1024, 1027, 1030, 1033]), &[]), None);
        assert_eq!(first_free_block(PortRange { first: 65534, last: 65535 }, [], &[]), None);
        let last = PortRange { first: 65533, last: 65535 };
        assert_eq!(first_free_block(last, [], &[]), Some(block(65533)));
        assert_eq!(first_free_block(last, held(&[65533]), &[]), None);
    }
}
