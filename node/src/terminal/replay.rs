//! What a terminal showed last, kept so that it can be shown again.
//!
//! A program asks its terminal things, and the terminal answers as if somebody typed. Shown again, such a question would
//! be answered again, into whatever runs by then; so questions are left out.

use std::collections::VecDeque;

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

fn without_questions(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let (length, asks) = match (first, after.first()) {
            (0x05, _) => (1, true),
            (0x1b, Some(b'Z')) => (2, true),
            (0x1b, Some(b'[')) => control(rest),
            (0x1b, Some(b']')) => string(rest, |content| content.contains(&b'?')),
            (0x1b, Some(b'P')) => string(rest, |content| content.starts_with(b"$q") || content.starts_with(b"+q")),
            _ => (1, false),
        };
        let (sequence, after) = rest.split_at(length.min(rest.len()));
        if !asks {
            kept.extend_from_slice(sequence);
        }
        rest = after;
    }
    kept
}

/// `ESC [ … letter`: device attributes, status and mode reports, window reports.
fn control(bytes: &[u8]) -> (usize, bool) {
    let body = bytes.get(2..).unwrap_or_default();
    let Some(end) = body.iter().position(|byte| (0x40..=0x7e).contains(byte)) else { return (1, false) };
    let (parameters, letter) = (body.get(..end).unwrap_or_default(), body.get(end));
    let asks = match letter {
        Some(b'c' | b'n' | b'x') => true,
        Some(b'p') => parameters.ends_with(b"$"),
        Some(b't') => parameters.first().is_some_and(|digit| matches!(digit, b'1' | b'2')),
        Some(b'q') => parameters.starts_with(b">"),
        Some(b'u') => parameters.starts_with(b"?"),
        Some(_) | None => false,
    };
    (end + 3, asks)
}

/// `ESC ] … BEL` or `ESC P … ESC \`. One that does not end is no sequence.
fn string(bytes: &[u8], asks: impl Fn(&[u8]) -> bool) -> (usize, bool) {
    let body = bytes.get(2..).unwrap_or_default();
    let end = body.iter().enumerate().find_map(|(at, byte)| match (byte, body.get(at + 1)) {
        (0x07, _) => Some((at, 1)),
        (0x1b, Some(b'\\')) => Some((at, 2)),
        _ => None,
    });
    match end {
        Some((at, terminator)) => (2 + at + terminator, asks(body.get(..at).unwrap_or_default())),
        None => (1, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_left_out_and_the_rest_is_kept() {
        for question in [
            "\x1b[c",
            "\x1b[>c",
            "\x1b[0c",
            "\x1b[6n",
            "\x1b[?6n",
            "\x1b[5n",
            "\x1b[14t",
            "\x1b[21t",
            "\x1b[?2026$p",
            "\x1b[>q",
            "\x1b[?u",
            "\x05",
            "\x1bZ",
            "\x1b]10;?\x07",
            "\x1b]11;?\x1b\\",
            "\x1b]4;1;?\x07",
            "\x1bP$qm\x1b\\",
            "\x1bP+q544e\x1b\\",
        ] {
            let shown = format!("before{question}after");
            assert_eq!(without_questions(shown.as_bytes()), b"beforeafter", "{question:?}");
        }
        for plain in [
            "\x1b[31mred\x1b[0m",
            "\x1b]0;title\x07",
            "\x1b[2J\x1b[H",
            "\x1b[8;24;80t",
            "a\x1b",
            "\x1b[12",
            "\x1b]unfinished",
        ] {
            assert_eq!(without_questions(plain.as_bytes()), plain.as_bytes(), "{plain:?}");
        }
    }

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
