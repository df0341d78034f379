//! The program `wasm-bindgen` as far as dx asks for it (scripts/build.sh gives it that name): makes the JavaScript of the compiled client. Its own package brings
//! test runners and a web server along, and takes four times as long to compile. As a crate of this workspace it has the
//! version that the client was compiled with, and Cargo.lock holds the checksum of everything in it.

use std::path::PathBuf;

use anyhow::{Context, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut bindgen, mut input, mut folder) = (Bindgen::new(), None, None);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--version" => return version(),
            "--target" => match value()?.as_str() {
                "web" => drop(bindgen.web(true)?),
                other => bail!("--target {other}: this is for web alone"),
            },
            "--out-name" => drop(bindgen.out_name(&value()?)),
            "--out-dir" => folder = Some(PathBuf::from(value()?)),
            "--debug" => drop(bindgen.debug(true)),
            "--keep-debug" => drop(bindgen.keep_debug(true)),
            "--keep-lld-exports" => drop(bindgen.keep_lld_exports(true)),
            "--no-demangle" => drop(bindgen.demangle(false)),
            "--no-typescript" => drop(bindgen.typescript(false)),
            "--remove-name-section" => drop(bindgen.remove_name_section(true)),
            "--remove-producers-section" => drop(bindgen.remove_producers_section(true)),
            option if option.starts_with('-') => bail!("{option} is not known here"),
            file if input.is_none() => input = Some(PathBuf::from(file)),
            file => bail!("{file} is one file too many"),
        }
    }
    let (input, folder) = (input.context("which file?")?, folder.context("into which folder? Say --out-dir DIR")?);
    bindgen
        .input_path(&input)
        .generate(&folder)
        .with_context(|| format!("cannot make JavaScript of {} in {}", input.display(), folder.display()))
}

#[expect(clippy::print_stdout, reason = "dx reads it there, and takes no other version than its own")]
fn version() -> anyhow::Result<()> {
    println!("wasm-bindgen {}", wasm_bindgen_shared::version());
    Ok(())
}
