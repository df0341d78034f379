//! The table as the suites read it: `tests/support/permissions.json` is made of the product's own table, and is never
//! written by hand.

use std::fmt::{Debug, Write as _};
use std::path::Path;

use model::may::Action;
use planner::permission::{Row, row};

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
        let grants: Vec<String> = row(*action).grants.iter().map(name).collect();
        let Row { keys, scope, proof, .. } = row(*action);
        let (name, keys, proof) = (name(action), name(&keys), name(&proof));
        // Without one, it is never done by a token.
        let scope = scope.map_or_else(|| "null".to_owned(), |scope| quoted(scope.as_str()));
        let grants = grants.join(", ");
        format!("    {name}: {{ \"grants\": [{grants}], \"keys\": {keys}, \"scope\": {scope}, \"proof\": {proof} }}")
    });
    text += &actions.collect::<Vec<_>>().join(",\n");
    text += "\n  },\n  \"commands\": {\n";
    let lab = Lab::open();
    let commands = commands(&lab.scene, "bob", &lab.bob);
    let commands = commands.iter().map(|command| {
        let action = name(&command.needs().0);
        format!("    \"{}\": {action}", command.name())
    });
    text += &commands.collect::<Vec<_>>().join(",\n");
    text += "\n  }\n}\n";
    text
}

fn name(of: &impl Debug) -> String {
    quoted(&format!("{of:?}"))
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
