//! What happened.

use model::event::EventView;

use super::table::table;

/// The newest last, so that it is what one sees first. They come as the API gives them: the newest first.
pub fn happened(newest_first: &[EventView]) -> String {
    if newest_first.is_empty() {
        return "Nothing has happened yet.\n".to_owned();
    }
    let heading = ["WHEN (UTC)", "WHAT", "BY", ""].map(str::to_owned).to_vec();
    let rows = newest_first.iter().rev().map(|EventView { at, text, subject, cause, .. }| {
        let at = at.format("%Y-%m-%d %H:%M:%S").to_string();
        let (what, by) = (subject.name(), cause.who.name());
        vec![at, what.to_owned(), by.to_owned(), text.clone()]
    });
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}
