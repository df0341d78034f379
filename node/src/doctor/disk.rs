//! Whether the data directory has room.

use std::path::Path;

use super::check::{Fault, Verdict};

const GIB: u64 = 1 << 30;
/// Below this, the next image or an instance's writes fill it, and then the ledger cannot be written.
const LEAST: u64 = GIB;

/// Bytes of the filesystem; zeros if none was found.
pub(super) fn judge(dir: &Path, (total, free): (u64, u64)) -> Verdict {
    let at = dir.display();
    if total == 0 {
        return Ok(format!("the free space of {at} is not known"));
    }
    if free >= LEAST {
        return Ok(format!("{} of {} GiB free for {at}", tenths(free), tenths(total)));
    }
    Err(Fault::new(
        format!("Only {} of {} GiB are free for the data directory {at}.", tenths(free), tenths(total)),
        "Make room there (du -xh / | sort -h | tail), or keep the node's data on another disk with --data-dir.",
    ))
}

pub(super) fn late(dir: &Path) -> Fault {
    Fault::new(
        format!("The disk of the data directory {} does not answer.", dir.display()),
        "Look for a network disk that is away, or for a broken one (dmesg).",
    )
}

fn tenths(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / GIB;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gibibyte_is_enough() {
        let dir = Path::new("/d");
        assert_eq!(judge(dir, (10 * GIB, GIB * 5 / 2)).unwrap(), "2.5 of 10.0 GiB free for /d");
        assert!(judge(dir, (10 * GIB, GIB - 1)).unwrap_err().wrong.starts_with("Only 0.9 of 10.0 GiB"));
        assert!(judge(dir, (0, 0)).unwrap().contains("not known"));
        assert!(late(dir).wrong.contains("/d"));
    }
}
