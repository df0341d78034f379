//! The name by which a page comes back to its terminal.

/// In hex.
const LENGTH: usize = 16;

pub(super) fn is_name(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

pub(super) fn fresh() -> String {
    format!("{:016x}", crate::random::bits64().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form() {
        assert!(is_name(&fresh()));
        for bad in ["", "0123456789abcde", "0123456789abcdefg", "0123456789ABCDEF", "../../etc/passwd", "a\nb"] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}
