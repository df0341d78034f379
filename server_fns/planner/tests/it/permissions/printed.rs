//! The table as the suites read it: `tests/support/permissions.json` is made of the product's own table, and is never
//! written by hand.

use std::fmt::Write as _;
use std::path::Path;

use model::may::Action;
use planner::permission::row;

use super::commands::commands;
use super::lab::Lab;

/// Set, it writes the file instead of comparing it.
const WRITE: &str = "DOCKHOST_WRITE_PERMISSIONS";

#[test]
fn the_suites_read_the_table_of_the_product() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/support/permissions.json");
    let table = table();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    let read = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(read == table, "{} is of another table. {WRITE}=1 cargo test -p planner writes it.", file.display());
}

fn table() -> String {
    let mut text = String::from("{\n  \"actions\": {\n");
    let actions = Action::ALL.iter().map(|action| {
        let grants: Vec<String> = row(*action).grants.iter().map(|grant| quoted(&format!("{grant:?}"))).collect();
        let keys = quoted(&format!("{:?}", row(*action).keys));
        format!("    {}: {{ \"grants\": [{}], \"keys\": {keys} }}", quoted(&format!("{action:?}")), grants.join(", "))
    });
    text += &actions.collect::<Vec<_>>().join(",\n");
    text += "\n  },\n  \"commands\": {\n";
    let lab = Lab::open();
    let commands = commands(&lab.scene, "bob", &lab.bob);
    let commands = commands.iter().map(|command| {
        let action = quoted(&format!("{:?}", command.needs().0));
        format!("    \"{}\": {action}", command.name())
    });
    text += &commands.collect::<Vec<_>>().join(",\n");
    text += "\n  }\n}\n";
    text
}

/// `ManageInstance` as the API writes it: `"manage-instance"`.
fn quoted(name: &str) -> String {
    let mut text = String::from("\"");
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            text.push('-');
        }
        let _ = write!(text, "{}", letter.to_ascii_lowercase());
    }
    text + "\""
}
