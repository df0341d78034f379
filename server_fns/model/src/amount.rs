//! Amounts as people write them. Each text means one number, or none.

/// Thousandths of a processor, of `0.5`, `2` or `.25`.
pub fn cpu_millis(text: &str) -> Option<u32> {
    let fits = text.split_once('.').is_none_or(|(_, part)| part.len() <= 3);
    decimal(text, 1_000).filter(|_| fits).and_then(|millis| u32::try_from(millis).ok())
}

/// Bytes, of `256m`, `1.5 GiB` or `512 MB`. A single letter counts as Docker counts it, in powers of 1,024, and `MB` as
/// disks and our pages do. A number without a unit means nothing: some would read bytes in it, and some megabytes.
pub fn memory_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = text.strip_suffix(unit)?;
    decimal(number, bytes_of(unit.trim_start())?)
}

fn bytes_of(unit: &str) -> Option<u64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "b" => 1,
        "k" | "ki" | "kib" => 1 << 10,
        "m" | "mi" | "mib" => 1 << 20,
        "g" | "gi" | "gib" => 1 << 30,
        "t" | "ti" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return None,
    })
}

/// That many units, rounded down to a whole number.
fn decimal(text: &str, unit: u64) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let plain = |digits: &str| digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) || whole.len() + part.len() == 0 {
        return None;
    }
    let number = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u64>().ok() };
    let scale = 10_u128.checked_pow(u32::try_from(part.len()).ok()?)?;
    let rest = u128::from(number(part)?) * u128::from(unit) / scale;
    number(whole)?.checked_mul(unit)?.checked_add(u64::try_from(rest).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_read_in_thousandths() {
        for (text, millis) in [("0.5", 500), ("2", 2_000), (".25", 250), ("1.", 1_000), ("1.125", 1_125)] {
            assert_eq!(cpu_millis(text), Some(millis), "{text}");
        }
        for text in ["", ".", "-1", "+1", "a", "1.2.3", "1.2345", "1,5", "1 000", "1e3", "500m", "99999999999", "0x1"] {
            assert_eq!(cpu_millis(text), None, "{text}");
        }
    }

    #[test]
    fn memory_has_a_unit_and_one_meaning() {
        let mib = 1 << 20;
        for (text, bytes) in [
            ("256m", 256 * mib),
            ("256M", 256 * mib),
            ("256 MiB", 256 * mib),
            ("256Mi", 256 * mib),
            (" 1 GiB ", 1_024 * mib),
            ("1g", 1_024 * mib),
            ("1.5 GiB", 1_536 * mib),
            ("512 MB", 512_000_000),
            ("1gb", 1_000_000_000),
            ("268435456b", 256 * mib),
            ("65536k", 64 * mib),
            ("1t", 1_024 * 1_024 * mib),
        ] {
            assert_eq!(memory_bytes(text), Some(bytes), "{text}");
        }
        for text in
            ["", "m", "256", "256 megs", "-1g", "1,5g", "1 1g", "1g1", "0x1g", "1e3m", "99999999999t", "1 m b", "½g"]
        {
            assert_eq!(memory_bytes(text), None, "{text}");
        }
    }
}
