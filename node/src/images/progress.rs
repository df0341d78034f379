//! How far a build or a pull is, read from what the engine says.

use std::collections::HashMap;

/// The numbers of `Step 3/7 : RUN …`.
pub(super) fn step(line: &str) -> Option<(u32, u32)> {
    let (numbers, _) = line.strip_prefix("Step ")?.split_once(' ')?;
    let (step, of) = numbers.split_once('/')?;
    Some((step.parse().ok()?, of.parse().ok()?))
}

/// The bytes of every layer of a pull.
#[derive(Default)]
pub(super) struct Layers {
    bytes: HashMap<String, (u64, u64)>,
    told: Option<u8>,
}

impl Layers {
    /// The percentage over all layers known so far, when it has grown. A layer that becomes known late makes
    /// it smaller; that is not told, so a bar never runs backwards.
    pub(super) fn heard(&mut self, layer: &str, done: u64, of: u64) -> Option<u8> {
        self.bytes.insert(layer.to_owned(), (done.min(of), of));
        let (done, of) = self
            .bytes
            .values()
            .fold((0_u64, 0_u64), |sum, layer| (sum.0.saturating_add(layer.0), sum.1.saturating_add(layer.1)));
        let percent = u8::try_from(done.saturating_mul(100).checked_div(of)?).ok()?;
        if self.told.is_some_and(|told| percent <= told) {
            return None;
        }
        self.told = Some(percent);
        Some(percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read() {
        assert_eq!(step("Step 3/7 : RUN apt-get update"), Some((3, 7)));
        for other in ["", " ---> Running in 5f", "Step x/7 : RUN", "Step 3 : RUN", "Stepping 1/2 up"] {
            assert_eq!(step(other), None, "{other}");
        }
    }

    #[test]
    fn a_percentage_only_grows() {
        let mut layers = Layers::default();
        assert_eq!(layers.heard("a", 50, 100), Some(50));
        assert_eq!(layers.heard("a", 50, 100), None);
        assert_eq!(layers.heard("b", 0, 900), None);
        assert_eq!(layers.heard("b", 900, 900), Some(95));
        assert_eq!(layers.heard("a", 200, 100), Some(100));
    }

    #[test]
    fn an_unknown_size_is_no_percentage() {
        assert_eq!(Layers::default().heard("a", 0, 0), None);
    }
}
