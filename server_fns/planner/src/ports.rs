//! Which host ports an instance gets.

use model::port::{PortBlock, PortRange};

/// The lowest block of the range that overlaps none of those given away and none of those on which a
/// foreign program was found. One sort and one sweep.
pub fn first_free_block(
    range: PortRange,
    held: impl IntoIterator<Item = PortBlock>,
    clashed: &[PortBlock],
) -> Option<PortBlock> {
    let size = u32::from(PortBlock::SIZE);
    let mut starts: Vec<u32> =
        held.into_iter().chain(clashed.iter().copied()).map(|block| u32::from(block.first.0)).collect();
    starts.sort_unstable();
    let mut candidate = u32::from(range.first);
    for start in starts {
        if start >= candidate + size {
            break;
        }
        candidate = candidate.max(start + size);
    }
    let fits = candidate + size - 1 <= u32::from(range.last);
    u16::try_from(candidate).ok().filter(|_| fits).map(PortBlock::starting_at)
}

/// As [`first_free_block`], and rather one on which no other instance of the node clashed either.
pub fn likely_free_block(
    range: PortRange,
    held: &[PortBlock],
    clashed: &[PortBlock],
    suspect: &[PortBlock],
) -> Option<PortBlock> {
    let free = |suspect: &[PortBlock]| first_free_block(range, held.iter().chain(suspect).copied(), clashed);
    free(suspect).or_else(|| free(&[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: PortRange = PortRange { first: 1024, last: 1035 };

    fn block(first: u16) -> PortBlock {
        PortBlock::starting_at(first)
    }

    #[test]
    fn the_first_is_the_beginning_of_the_range() {
        assert_eq!(first_free_block(RANGE, [], &[]), Some(block(1024)));
    }

    #[test]
    fn a_gap_that_is_too_small_is_left() {
        assert_eq!(first_free_block(RANGE, [block(1026)], &[]), Some(block(1029)));
        assert_eq!(first_free_block(RANGE, [block(1027)], &[]), Some(block(1024)));
    }

    #[test]
    fn a_clash_is_passed_over() {
        assert_eq!(first_free_block(RANGE, [block(1027)], &[block(1024)]), Some(block(1030)));
    }

    #[test]
    fn a_suspect_is_better_than_none() {
        assert_eq!(likely_free_block(RANGE, &[block(1027)], &[], &[block(1024)]), Some(block(1030)));
        let most = [1027, 1030, 1033].map(block);
        assert_eq!(likely_free_block(RANGE, &most, &[], &[block(1024)]), Some(block(1024)));
    }

    #[test]
    fn a_full_range_has_none() {
        let all = [1024, 1027, 1030, 1033].map(block);
        assert_eq!(first_free_block(RANGE, all, &[]), None);
        assert_eq!(first_free_block(PortRange { first: 65534, last: 65535 }, [], &[]), None);
        let last = PortRange { first: 65533, last: 65535 };
        assert_eq!(first_free_block(last, [], &[]), Some(block(65533)));
        assert_eq!(first_free_block(last, [block(65533)], &[]), None);
    }
}
