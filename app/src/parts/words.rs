//! A sentence of the server in which the name of a node is not read as a word: a node may be called *local*.

use dioxus::prelude::*;

/// The name, and commands in backticks, in the letters of code.
#[component]
pub(crate) fn Words(text: String, name: String) -> Element {
    rsx! {
        for (is_code, piece) in pieces(&text, &name) {
            if is_code {
                code { class: "font-mono", "{piece}" }
            } else {
                span { "{piece}" }
            }
        }
    }
}

/// What is code, and what stands between, in order.
fn pieces<'t>(text: &'t str, name: &str) -> Vec<(bool, &'t str)> {
    let mut all = Vec::new();
    for (turn, part) in text.split('`').enumerate() {
        if turn % 2 == 1 {
            all.push((true, part));
        } else {
            all.extend(named(part, name));
        }
    }
    all.retain(|(_, piece)| !piece.is_empty());
    all
}

/// Cut where the name stands by itself: not within another name, an address or a number.
fn named<'t>(text: &'t str, name: &str) -> Vec<(bool, &'t str)> {
    let mut all = Vec::new();
    let mut rest = 0;
    if !name.is_empty() {
        for (at, found) in text.match_indices(name) {
            let end = at + found.len();
            if at >= rest && !ends_in_name(&text[..at]) && !goes_on(&text[end..]) {
                all.push((false, &text[rest..at]));
                all.push((true, &text[at..end]));
                rest = end;
            }
        }
    }
    all.push((false, &text[rest..]));
    all
}

fn ends_in_name(before: &str) -> bool {
    before.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '-' | '_' | '.' | '@' | '/'))
}

fn goes_on(after: &str) -> bool {
    let mut letters = after.chars();
    match letters.next() {
        Some('.' | ':' | '@' | '/') => letters.next().is_some_and(char::is_alphanumeric),
        Some(next) => next.is_alphanumeric() || matches!(next, '-' | '_'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the code in brackets.
    fn marked(text: &str, name: &str) -> String {
        pieces(text, name)
            .into_iter()
            .map(|(code, piece)| if code { format!("[{piece}]") } else { piece.to_owned() })
            .collect()
    }

    #[test]
    fn a_node_is_told_from_a_word() {
        assert_eq!(marked("local saw it run.", "local"), "[local] saw it run.");
        assert_eq!(marked("Look after local.", "local"), "Look after [local].");
        assert_eq!(
            marked("It is locally bound to local:1024 of a-local.", "local"),
            "It is locally bound to local:1024 of a-local."
        );
        assert_eq!(
            marked("lab-1: lab-1, lab-10 and lab-1.example.", "lab-1"),
            "[lab-1]: [lab-1], lab-10 and lab-1.example."
        );
        assert_eq!(marked("Nothing.", ""), "Nothing.");
        assert_eq!(marked("", "lab-1"), "");
    }

    #[test]
    fn commands_are_code() {
        assert_eq!(marked("`docker unpause` on lab-1 helps.", "lab-1"), "[docker unpause] on [lab-1] helps.");
    }
}
