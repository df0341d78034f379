//! The contract on a data socket that carries a terminal: frames of one kind, its length in four bytes, and content.
//! The server passes them on to the browser and back without looking into them.

use serde::{Deserialize, Serialize};

use crate::codec::BadFrame;

/// Bytes before the content of a frame.
pub const HEAD: usize = 5;
/// Bytes of content.
pub const MAX: usize = 64 << 10;
/// Bytes of output that are sent before the viewer says that it has shown them. xterm.js gives up at a hundred times
/// as much, and half of it is a screen that lags.
pub const SHOWN_MAX: usize = 512 << 10;
/// Bytes of input that a viewer may send before it hears that the terminal took them.
pub const TYPED_MAX: usize = 128 << 10;

/// What the viewer sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromViewer {
    Input,
    /// Columns and rows, two bytes each.
    Resize,
    /// How many more bytes of output were shown, in four bytes.
    Shown,
    /// The terminal is to end.
    Close,
}

/// What the terminal sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToViewer {
    Output,
    /// [`State`] as JSON: the first frame.
    State,
    /// [`End`] as JSON: the last frame.
    End,
    /// How many more bytes of input were taken, in four bytes.
    Taken,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub terminal: String,
    /// It was there before; what it showed last follows as output.
    pub again: bool,
    /// Bytes of output that follow and are not new: what a terminal would answer to them was answered already.
    pub replay: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// A sentence.
    pub reason: String,
    /// Whether the same terminal can be shown again.
    pub resumable: bool,
}

impl FromViewer {
    pub const fn byte(self) -> u8 {
        match self {
            Self::Input => 0,
            Self::Resize => 1,
            Self::Shown => 2,
            Self::Close => 4,
        }
    }

    pub const fn of(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Input),
            1 => Some(Self::Resize),
            2 => Some(Self::Shown),
            4 => Some(Self::Close),
            _ => None,
        }
    }
}

impl ToViewer {
    pub const fn byte(self) -> u8 {
        match self {
            Self::Output => 0,
            Self::State => 1,
            Self::End => 2,
            Self::Taken => 3,
        }
    }
}

/// The head of a frame with that much content.
pub fn head(kind: u8, length: usize) -> [u8; HEAD] {
    let [a, b, c, d] = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    [kind, a, b, c, d]
}

/// Kind and length of content.
pub fn read(head: [u8; HEAD]) -> Result<(u8, usize), BadFrame> {
    let [kind, a, b, c, d] = head;
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    if length <= MAX { Ok((kind, length)) } else { Err(BadFrame::TooLong(length)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_read_as_they_were_written_and_long_ones_are_refused() {
        assert_eq!(read(head(2, MAX)), Ok((2, MAX)));
        assert!(read(head(0, MAX + 1)).is_err());
        assert!(read([0, 0xff, 0xff, 0xff, 0xff]).is_err());
    }
}
