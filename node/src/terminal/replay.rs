//! What a terminal showed last, kept so that it can be shown again.
//!
//! A program asks its terminal things, and the terminal answers as if somebody typed. Shown again, such a question would
//! be answered again, into whatever runs by then; so questions are left out.

use std::collections::VecDeque;

use super::questions::without_questions;

pub(super) struct Replay {
    bytes: VecDeque<u8>,
    most: usize,
}

impl Replay {
    pub(super) const fn new(most: usize) -> Self {
        Self { bytes: VecDeque::new(), most }
    }

    pub(super) fn shown(&mut self, bytes: &[u8]) {
        let bytes = bytes.get(bytes.len().saturating_sub(self.most)..).unwrap_or_default();
        let over = (self.bytes.len() + bytes.len()).saturating_sub(self.most);
        self.bytes.drain(..over.min(self.bytes.len()));
        self.bytes.extend(bytes);
    }

    /// From the first whole line, if the beginning is lost, and without questions.
    pub(super) fn again(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.bytes.iter().copied().collect();
        if bytes.len() == self.most
            && let Some(line) = bytes.iter().position(|byte| *byte == b'\n')
        {
            bytes.drain(..=line);
        }
        without_questions(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_is_kept_and_it_begins_with_a_whole_line() {
        let mut replay = Replay::new(16);
        replay.shown(b"first line\n");
        replay.shown(b"second\n");
        replay.shown(b"third\n");
        assert_eq!(replay.again(), b"second\nthird\n");
        replay.shown(&[b'x'; 100]);
        assert_eq!(replay.again(), [b'x'; 16]);
    }
}
