//! Reading lines from somebody who types them, or from a script.

/// The longest line that is read.
const MAX: usize = 4_096;

/// What one more byte led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    Nothing,
    /// To be shown.
    Echo(String),
    Line(String),
    /// Ctrl-D on an empty line.
    Leave,
}

pub(super) struct Line {
    bytes: Vec<u8>,
    /// The client shows nothing by itself, so what is typed is sent back.
    terminal: bool,
    /// Inside the sequence of an arrow or function key, which means nothing here.
    escape: Option<u8>,
}

impl Line {
    pub(super) const fn new(terminal: bool) -> Self {
        Self { bytes: Vec::new(), terminal, escape: None }
    }

    /// What was typed since the last line.
    pub(super) fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.bytes);
        (!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned())
    }

    pub(super) fn typed(&mut self, byte: u8) -> Typed {
        if self.in_escape(byte) {
            return Typed::Nothing;
        }
        match byte {
            b'\r' | b'\n' if self.terminal && byte == b'\n' => Typed::Nothing,
            b'\r' | b'\n' => self.line(),
            0x04 if self.bytes.is_empty() => Typed::Leave,
            0x03 => {
                self.bytes.clear();
                self.echo("^C\r\ndockhost> ".to_owned())
            }
            0x15 => {
                let width = self.rest().map_or(0, |line| line.chars().count());
                self.echo("\u{8} \u{8}".repeat(width))
            }
            0x08 | 0x7f => self.backspace(),
            0x00..=0x1f => Typed::Nothing,
            _ if self.bytes.len() >= MAX => Typed::Nothing,
            _ => {
                self.bytes.push(byte);
                self.shown()
            }
        }
    }

    fn in_escape(&mut self, byte: u8) -> bool {
        match (self.escape, byte) {
            (None, 0x1b) => self.escape = Some(byte),
            (None, _) => return false,
            (Some(0x1b), b'[' | b'O') => self.escape = Some(byte),
            (Some(b'['), b'0'..=b'9' | b';') => {}
            (Some(_), _) => self.escape = None,
        }
        true
    }

    fn line(&mut self) -> Typed {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.bytes)).into_owned();
        Typed::Line(line)
    }

    fn backspace(&mut self) -> Typed {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        match text.chars().next_back() {
            None => Typed::Nothing,
            Some(last) => {
                self.bytes = text.as_bytes().get(..text.len() - last.len_utf8()).unwrap_or_default().to_vec();
                self.echo("\u{8} \u{8}".to_owned())
            }
        }
    }

    /// A character is shown when its last byte has come.
    fn shown(&mut self) -> Typed {
        let text = match std::str::from_utf8(&self.bytes) {
            Ok(text) => text.chars().next_back().map(String::from),
            Err(_) => None,
        };
        text.map_or(Typed::Nothing, |text| self.echo(text))
    }

    fn echo(&self, text: String) -> Typed {
        if self.terminal && !text.is_empty() { Typed::Echo(text) } else { Typed::Nothing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(terminal: bool, typed: &[u8]) -> (Vec<String>, String) {
        let (mut line, mut lines, mut shown) = (Line::new(terminal), Vec::new(), String::new());
        for byte in typed {
            match line.typed(*byte) {
                Typed::Line(text) => lines.push(text),
                Typed::Echo(text) => shown += &text,
                Typed::Nothing | Typed::Leave => {}
            }
        }
        (lines, shown)
    }

    #[test]
    fn what_is_typed_is_shown_and_read() {
        assert_eq!(lines(true, b"ls\r"), (vec!["ls".to_owned()], "ls".to_owned()));
        assert_eq!(lines(true, "lä\u{7f}s\r".as_bytes()).0, ["ls"]);
        assert_eq!(lines(true, b"abc\x15ls\r").0, ["ls"]);
        assert_eq!(lines(true, b"rm x\x03ls\r").0, ["ls"]);
    }

    #[test]
    fn keys_that_mean_nothing_here_leave_no_trace() {
        assert_eq!(lines(true, b"l\x1b[A\x1b[1;5C\x1bOPs\r").0, ["ls"]);
    }

    #[test]
    fn a_script_is_read_without_an_echo() {
        assert_eq!(lines(false, b"ls\nls --json\n"), (vec!["ls".to_owned(), "ls --json".to_owned()], String::new()));
    }

    #[test]
    fn a_line_without_end_stays_within_its_bound() {
        let mut line = Line::new(false);
        for _ in 0..MAX * 3 {
            line.typed(b'a');
        }
        assert_eq!(line.rest().unwrap().len(), MAX);
    }
}
