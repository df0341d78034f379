//! Makes what a browser loads of the compiled client: `glue CLIENT.wasm FOLDER` writes the wasm and its JavaScript there.
//! As a crate of this workspace it has the version of wasm-bindgen that the client was compiled with, and Cargo.lock
//! holds the checksum of everything in it.

use std::path::PathBuf;

use anyhow::Context;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let client = arguments.next().context("which client? Usage: glue CLIENT.wasm FOLDER")?;
    let folder = arguments.next().context("into which folder? Usage: glue CLIENT.wasm FOLDER")?;
    Bindgen::new()
        .input_path(&client)
        .web(true)?
        .typescript(false)
        .demangle(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The page names the wasm itself, by a name that changes with its content.
        .omit_default_module_path(true)
        .generate(&folder)
        .with_context(|| format!("cannot make JavaScript of {} in {}", client.display(), folder.display()))
}
