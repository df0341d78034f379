//! Text of others, fit for a terminal, a log and a page: nothing that a terminal obeys, nothing that nobody sees.

/// The text on one line, without what a terminal obeys, and of no more than so many characters.
pub fn plain(text: &str, most: usize) -> String {
    let spaced = text.chars().map(|c| if is_break(c) { ' ' } else { c }).filter(|c| !is_hidden(*c));
    let cut: String = spaced.take(most).collect();
    cut.trim().to_owned()
}

/// The same in place, for the many texts that are plain already.
pub fn make_plain(text: &mut String, most: usize) {
    if text.len() > most || text.trim().len() != text.len() || text.chars().any(|c| is_break(c) || is_hidden(c)) {
        *text = plain(text, most);
    }
}

const fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}')
}

/// Control characters, in one byte (C0) or in two (C1); what turns the direction of text; what takes no room; what
/// carries a second text unseen.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}' | '\u{1160}'
                | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        for (evil, left) in [
            ("\u{1b}]0;OWNED\u{7}a", "]0;OWNEDa"),
            ("\u{1b}]52;c;cm0gLXJm\u{1b}\\", "]52;c;cm0gLXJm\\"),
            ("\u{9b}31mred\u{9c}", "31mred"),
            ("up\r\nroot@server:~# ", "up  root@server:~#"),
            ("a\u{8}\u{8}\u{7f}b\0", "ab"),
            ("abc\u{202e}gpj.exe\u{2066}", "abcgpj.exe"),
            ("ad\u{200b}a\u{feff}\u{e0041}", "ada"),
            ("Grüße, 日本 – 28.0", "Grüße, 日本 – 28.0"),
        ] {
            assert_eq!(plain(evil, 100), left, "{evil:?}");
        }
        assert_eq!(plain(&"ä".repeat(100_000), 64), "ä".repeat(64));
    }

    proptest! {
        #[test]
        fn what_is_plain_stays_and_both_ways_agree(text in "\\PC{0,40}|.{0,40}|[\\x00-\\u{ff}]{0,40}", most in 1_usize..30) {
            let once = plain(&text, most);
            prop_assert!(!once.chars().any(|c| is_hidden(c) || is_break(c)) && once.chars().count() <= most);
            prop_assert_eq!(&plain(&once, most), &once);
            let mut placed = text.clone();
            make_plain(&mut placed, most);
            prop_assert_eq!(placed, once);
        }
    }
}
