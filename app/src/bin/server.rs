//! The main server, and the commands for its operator.

use std::process::ExitCode;

fn main() -> ExitCode {
    app::server::main()
}
