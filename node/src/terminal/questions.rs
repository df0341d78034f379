//! Takes out of what a terminal showed whatever would make it answer, in one pass: each byte is looked at once, so
//! nobody can make a long way of it.
//!
//! Terminals differ in what they answer, so only sequences that none answers are kept. They begin with ESC, or with the
//! one character that stands for it (C1), which in UTF-8 has two bytes.

const ESC: u32 = 0x1b;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Text,
    /// After ESC. A string before it was left out, and so is its end.
    Escape {
        after_question: bool,
    },
    Control,
    /// A string up to its end, and whether it is one of an operating system's.
    String {
        osc: bool,
    },
}

pub(super) fn without_questions(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let (mut at, mut begun, mut within) = (0, 0, Within::Text);
    while let Some((code, length)) = character(bytes.get(at..).unwrap_or_default()) {
        let here = at;
        at += length;
        let sequence = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
        // Each of these ends whatever was begun.
        if code == ESC || matches!(code, 0x18 | 0x1a | 0x80..=0x9f) {
            let harmless = matches!(within, Within::String { osc: true }) && is_harmless_string(sequence(begun, here));
            let ends_string = matches!(within, Within::String { .. });
            if harmless {
                keep(&mut kept, sequence(begun, if code == 0x9c { at } else { here }));
            }
            begun = here;
            within = match code {
                ESC => Within::Escape { after_question: ends_string && !harmless },
                0x9b => Within::Control,
                0x9d => Within::String { osc: true },
                0x90 | 0x98 | 0x9e | 0x9f => Within::String { osc: false },
                _ => Within::Text,
            };
            continue;
        }
        let (next, harmless) = match within {
            Within::Text => {
                begun = here;
                (Within::Text, code != 0x05)
            }
            Within::Escape { after_question } => escape(code, sequence(begun, at), after_question),
            Within::Control => control(code, sequence(begun, at)),
            Within::String { osc } if code == 0x07 => (Within::Text, osc && is_harmless_string(sequence(begun, here))),
            Within::String { osc } => (Within::String { osc }, false),
        };
        if harmless {
            keep(&mut kept, sequence(begun, at));
        }
        within = next;
    }
    if within != Within::Text {
        // What follows will tell.
        kept.extend_from_slice(bytes.get(begun..).unwrap_or_default());
    }
    kept
}

/// A question in one character counts wherever it stands.
fn keep(kept: &mut Vec<u8>, sequence: &[u8]) {
    kept.extend(sequence.iter().filter(|byte| **byte != 0x05));
}

/// The first character and its bytes. A byte that is none by itself is shown as such, and its value means nothing.
fn character(bytes: &[u8]) -> Option<(u32, usize)> {
    let first = *bytes.first()?;
    if first.is_ascii() {
        return Some((first.into(), 1));
    }
    let read = |length: usize| {
        let text = std::str::from_utf8(bytes.get(..length)?).ok()?;
        text.chars().next().map(|character| (u32::from(character), length))
    };
    let length = if first >= 0xf0 { 4 } else { 2 + usize::from(first >= 0xe0) };
    Some(read(length).unwrap_or((u32::from(char::REPLACEMENT_CHARACTER), 1)))
}

fn escape(code: u32, sequence: &[u8], after_question: bool) -> (Within, bool) {
    let spaced = sequence.get(1) == Some(&b' ');
    match u8::try_from(code).unwrap_or(u8::MAX) {
        b'[' if sequence.len() == 2 => (Within::Control, false),
        b']' if sequence.len() == 2 => (Within::String { osc: true }, false),
        b'P' | b'X' | b'^' | b'_' if sequence.len() == 2 => (Within::String { osc: false }, false),
        b'\\' if sequence.len() == 2 => (Within::Text, !after_question),
        // What it is.
        b'Z' if sequence.len() == 2 => (Within::Text, false),
        // In which form it answers.
        0x30..=0x7e => (Within::Text, !spaced),
        0..=0x2f | 0x7f => (Within::Escape { after_question }, false),
        _ => (Within::Text, false),
    }
}

fn control(code: u32, sequence: &[u8]) -> (Within, bool) {
    match u8::try_from(code).unwrap_or(u8::MAX) {
        last @ 0x40..=0x7e => (Within::Text, is_harmless_control(sequence, last)),
        0..=0x3f | 0x7f => (Within::Control, false),
        _ => (Within::Text, false),
    }
}

/// Either form of its beginning has two bytes.
fn is_harmless_control(sequence: &[u8], last: u8) -> bool {
    let body = sequence.get(2..sequence.len().saturating_sub(1)).unwrap_or_default();
    let body: Vec<u8> = body.iter().copied().filter(|byte| (0x20..0x7f).contains(byte)).collect();
    let prefix = body.first().copied().filter(|byte| (0x3c..=0x3f).contains(byte));
    let intermediate = body.iter().copied().find(|byte| (0x20..=0x2f).contains(byte));
    let number: String = body.iter().map(|byte| char::from(*byte)).take_while(char::is_ascii_digit).collect();
    match (prefix, intermediate) {
        // Of windows, those that set and none that asks.
        (None, None) if last == b't' => matches!(number.as_str(), "8" | "22" | "23"),
        (None, None) => b"@ABCDEFGHIJKLMPSTXZ`abdefghlmrsu".contains(&last),
        (Some(b'?'), None) => b"hlrsJK".contains(&last),
        (Some(b'>'), None) => b"mu".contains(&last),
        (Some(b'<' | b'='), None) => last == b'u',
        (None, Some(b' ')) => b"q@A".contains(&last),
        (None, Some(b'!')) => last == b'p',
        (None, Some(b'"')) => last == b'q',
        (None, Some(b'$')) => b"rtvxz{".contains(&last),
        (None, Some(b'\'')) => b"}~".contains(&last),
        (None, Some(b'#')) => b"pq{}".contains(&last),
        (Some(_), _) | (None, Some(_)) => false,
    }
}

/// Titles, the folder, links, marks, and colours that are set: a question mark asks for one.
fn is_harmless_string(sequence: &[u8]) -> bool {
    let body = sequence.get(2..).unwrap_or_default();
    let number = body.split(|byte| *byte == b';').next().unwrap_or_default();
    match number {
        b"0" | b"1" | b"2" | b"7" | b"8" | b"104" | b"133" => true,
        [b'1', b'1', b'0'..=b'9'] => true,
        b"4" | b"5" | [b'1', b'0'..=b'9'] => !body.contains(&b'?'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn questions_are_left_out_and_the_rest_is_kept() {
        for question in [
            "\x1b[c",
            "\x1b[>c",
            "\x1b[=c",
            "\x1b[0c",
            "\x1b[6n",
            "\x1b[?6n",
            "\x1b[5n",
            "\x1b[14t",
            "\x1b[21t",
            "\x1b[?2026$p",
            "\x1b[2$p",
            "\x1b[>q",
            "\x1b[>0q",
            "\x1b[?u",
            "\x1b[x",
            "\x1b[1;1;1;1;1;1*y",
            "\x1b[?1;1;0S",
            "\x1b[?4m",
            "\x1b[&u",
            "\x1b[1$w",
            "\x05",
            "\x1bZ",
            "\x1b G",
            "\x1b]10;?\x07",
            "\x1b]11;?\x1b\\",
            "\x1b]4;1;?\x07",
            "\x1b]52;c;?\x07",
            "\x1b]52;c;cm0gLXJm\x07",
            "\x1bP$qm\x1b\\",
            "\x1bP+q544e\x1b\\",
            "\x1b_Gi=1,a=q;AAAA\x1b\\",
            "\x1bXsos\x1b\\",
            // The same, begun by one character of two bytes.
            "\u{9b}c",
            "\u{9b}6n",
            "\u{9b}>q",
            "\u{9b}?2026$p",
            "\u{9d}10;?\u{9c}",
            "\u{9d}11;?\x07",
            "\u{90}$qm\u{9c}",
            "\u{9a}",
            "\u{9f}Gi=1,a=q\u{9c}",
            "\x1b]10;?\u{9c}",
            // With something in between that does not end them, or begun within another.
            "\x1b[6\x07n",
            "\x1b[\x00c",
            "\x1b[1;\x1b[6n",
            "\x1b[\u{9b}c",
            "\x1bP+q\u{9b}6n",
        ] {
            let shown = format!("before{question}after");
            assert_eq!(without_questions(shown.as_bytes()), b"beforeafter", "{question:?}");
        }
    }

    #[test]
    fn what_asks_nothing_is_kept() {
        for plain in [
            "\x1b[31mred\x1b[0m",
            "\x1b]0;title?\x07",
            "\x1b]8;;https://a.example/?b\x1b\\link\x1b]8;;\x1b\\",
            "\x1b[2J\x1b[H",
            "\x1b[8;24;80t",
            "\x1b[?1049h\x1b[?25l",
            "\x1b[4 q",
            "\x1b(B\x1b)0",
            "\x1b7\x1b8\x1bM",
            "\x1b[>4;1m",
            "\x1b]4;1;#fff\x07",
            "日本語 \u{a0}é",
            "a\x1b",
            "\x1b[12",
            "\x1b]unfinished",
            "\x1bPunfinished",
        ] {
            assert_eq!(without_questions(plain.as_bytes()), plain.as_bytes(), "{plain:?}");
        }
        // Bytes that are no UTF-8 are shown as such by every terminal that reads UTF-8.
        assert_eq!(without_questions(b"a\x9b6n\xff\xe2\x82b"), b"a\x9b6n\xff\xe2\x82b");
    }

    #[test]
    fn a_question_is_never_answered_twice_whatever_stands_around_it() {
        for around in [
            "\x1b]", "\x1b]0;", "\x1bP", "\x1b_", "\x1b[", "\x1b[1", "\x1b", "\x1b(", "\u{9d}8;", "\u{90}", "\x18",
            "\u{9b}",
        ] {
            for question in ["\x1b[6n", "\u{9b}6n", "\x1b[>q", "\x05"] {
                let shown = format!("{around}{question}.\x1b\\");
                let kept = String::from_utf8(without_questions(shown.as_bytes())).unwrap();
                assert!(!kept.contains("6n") && !kept.contains("[>q"), "{shown:?} leaves {kept:?}");
                assert!(!kept.contains('\x05'), "{shown:?} leaves {kept:?}");
            }
        }
    }

    #[test]
    fn the_time_grows_with_the_length_alone() {
        for evil in ["\x1b]", "\u{9b}", "\x1b[", "\x1bP", "\x1b[1;", "\x1b_\x1b]", "\u{9d}0;"] {
            let shown = evil.repeat((512 << 10) / evil.len());
            let begun = Instant::now();
            without_questions(shown.as_bytes());
            assert!(begun.elapsed() < Duration::from_secs(2), "{evil:?} took {:?}", begun.elapsed());
        }
    }
}
