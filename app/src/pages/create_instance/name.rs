//! A name to begin with.

use model::Timestamp;

const ADJECTIVES: [&str; 24] = [
    "amber", "brave", "bright", "calm", "clear", "cosy", "crisp", "deep", "eager", "fair", "fresh", "gentle", "keen",
    "light", "mellow", "neat", "quick", "quiet", "sharp", "silver", "steady", "swift", "warm", "wise",
];
const NOUNS: [&str; 24] = [
    "badger", "birch", "brook", "cedar", "comet", "falcon", "fern", "finch", "fox", "harbor", "hazel", "heron", "lark",
    "maple", "meadow", "orbit", "otter", "pine", "raven", "reed", "ridge", "river", "sparrow", "willow",
];

/// An adjective, a noun and two digits, drawn from the time: both sides of the first paint draw the same,
/// and the next visit draws another.
pub(super) fn suggest(now: Timestamp, is_taken: impl Fn(&str) -> bool) -> String {
    let seed = now.timestamp_millis().unsigned_abs();
    let mut names = (0..32).map(|turn| spell(mix(seed.wrapping_add(turn))));
    let first = names.next().unwrap_or_default();
    if is_taken(&first) { names.find(|name| !is_taken(name)).unwrap_or(first) } else { first }
}

fn spell(bits: u64) -> String {
    let pick = |list: [&'static str; 24], bits: u64| list[usize::from(u8::try_from(bits % 24).unwrap_or(0))];
    format!("{}-{}-{}", pick(ADJECTIVES, bits), pick(NOUNS, bits >> 16), 10 + (bits >> 32) % 90)
}

/// Splitmix64: neighbouring times give names that have nothing in common.
fn mix(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use model::name::InstanceName;

    #[test]
    fn every_suggestion_is_a_name() {
        for second in 0..2_000 {
            let name = suggest(Timestamp::UNIX_EPOCH + TimeDelta::seconds(second), |_| false);
            assert!(name.parse::<InstanceName>().is_ok(), "{name}");
        }
    }

    #[test]
    fn a_taken_name_is_not_suggested() {
        let now = Timestamp::UNIX_EPOCH + TimeDelta::days(20_000);
        let first = suggest(now, |_| false);
        assert_ne!(suggest(now, |name| name == first), first);
    }
}
