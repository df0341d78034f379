//! The main server, and the commands for its operator.

use std::process::ExitCode;

/// It keeps less of the memory that is freed than the system's allocator does; see `docs/performance.md`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    app::server::main()
}
