//! What the first paint was drawn from, written into the page beside it, so that the program begins with the same.

use dioxus::prelude::*;

use crate::json;
use crate::script;
use crate::state::Bootstrap;

/// A block of data in the page, as JSON: the framework's own way would write each byte as a number, three times as long.
#[component]
pub(crate) fn Written(known: Bootstrap) -> Element {
    // In a browser it is there already, and a window has no use for it.
    let text = if cfg!(feature = "server") { block(&known) } else { String::new() };
    rsx! {
        script { id: "world", r#type: "application/json", dangerous_inner_html: text }
    }
}

/// `None` where no server drew.
pub(crate) fn read() -> Option<Bootstrap> {
    json::read(&script::written()?)
}

/// Nothing that a person wrote may end the block, so it has no `<`.
fn block(known: &Bootstrap) -> String {
    serde_json::to_string(known).unwrap_or_default().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::refusal::{Refusal, RefusalCode};

    #[test]
    fn nothing_that_is_written_ends_the_block() {
        let evil = "</script><script>alert(1)</script><!--<script>";
        let known: Bootstrap = Err(Refusal::new(RefusalCode::Internal, evil.to_owned()));
        let text = block(&known);
        assert!(!text.contains('<'), "{text}");
        assert_eq!(json::read(&text), Some(known));
    }
}
