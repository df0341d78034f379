//! A port as it is typed.

/// The error is a sentence.
pub(super) fn read(typed: &str) -> Result<u16, String> {
    let number = typed.trim().parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "A port is a number from 1 to 65535.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_a_number_that_fits() {
        assert_eq!(read(" 8080 "), Ok(8080));
        for typed in ["", "0", "-1", "65536", "80 81", "http"] {
            assert!(read(typed).is_err(), "{typed}");
        }
    }
}
