//! Named points at which a test ends the process at once, as a power cut would. Only a program that was built with debug
//! assertions has them; `DOCKHOST_CRASH_AT=name:3` arms the third passing of one.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A point, by a name or by anything that is written as one. In a release program it is nothing.
#[macro_export]
macro_rules! crash_at {
    ($($name:tt)+) => {
        if cfg!(debug_assertions) {
            $crate::pass(format_args!($($name)+));
        }
    };
}

struct Armed {
    name: String,
    left: AtomicU64,
}

static ARMED: LazyLock<Option<Armed>> = LazyLock::new(|| {
    let text = std::env::var("DOCKHOST_CRASH_AT").ok()?;
    let (name, times) = text.rsplit_once(':').unwrap_or((&text, "1"));
    Some(Armed { name: name.to_owned(), left: AtomicU64::new(times.parse().unwrap_or(1)) })
});

/// What [`crash_at!`] calls.
pub fn pass(name: std::fmt::Arguments<'_>) {
    let Some(armed) = &*ARMED else { return };
    // A point that was passed more often than asked for does nothing any more.
    if name.to_string() == armed.name && armed.left.fetch_sub(1, Ordering::Relaxed) == 1 {
        std::process::abort();
    }
}
