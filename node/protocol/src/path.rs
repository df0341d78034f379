//! Paths in an instance. They are bytes: a file system takes any but zero, and they need not be text.

use serde::{Deserialize, Serialize};

/// Bytes of a path, as the kernel has it.
pub const LONGEST: usize = 4_095;

/// One that is text is written as such, as every node reads it; any other in hex, which a node of before does not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct FilePath(Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Hex { hex: String },
}

impl FilePath {
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text that is written as such. In what a control character is written as, a long path would not fit into
    /// a head.
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok().filter(|text| !text.chars().any(char::is_control))
    }
}

impl From<FilePath> for Written {
    fn from(path: FilePath) -> Self {
        match path.as_text() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Hex { hex: path.0.iter().map(|byte| format!("{byte:02x}")).collect() },
        }
    }
}

impl TryFrom<Written> for FilePath {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Text(text) => Ok(Self(text.into_bytes())),
            Written::Hex { hex } => of_hex(&hex).map(Self).ok_or("a path in hex has two digits for each byte"),
        }
    }
}

fn of_hex(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = hex.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some((digit(high)? << 4) | digit(low)?),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_as_text_and_any_other_bytes_come_back_as_they_were() {
        let written = |bytes: &[u8]| serde_json::to_string(&FilePath::new(bytes.to_vec())).unwrap();
        assert_eq!(written("/root/ä b".as_bytes()), "\"/root/ä b\"");
        assert_eq!(written(b"/root/\xff\n"), "{\"hex\":\"2f726f6f742fff0a\"}");
        let all: Vec<u8> = (1..=255).collect();
        for bytes in [&b"/a"[..], b"/\xff\xfe", b"/a\nb", &all] {
            assert_eq!(serde_json::from_str::<FilePath>(&written(bytes)).unwrap().as_bytes(), bytes);
        }
        for wrong in ["{\"hex\":\"2\"}", "{\"hex\":\"2g\"}", "{\"hex\":\"é\"}", "7", "{}"] {
            assert!(serde_json::from_str::<FilePath>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_longest_fits_into_a_head_however_it_is_written() {
        for byte in [b'"', b'\n', 0xff] {
            let path = FilePath::new(vec![byte; LONGEST]);
            assert!(crate::stream::encode(&path).is_ok(), "{byte}");
        }
    }
}
