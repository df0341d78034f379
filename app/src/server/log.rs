//! The log, on standard error, so that what a command answers stays alone on standard output. Nobody outside can make it
//! long: a line is cut, and one place of the program that has much to say is heard so often and no more.

use std::collections::HashMap;
use std::fmt;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::fmt::format::{Format, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{Context, Filter, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// Without `RUST_LOG`. SurrealDB reports its own background tasks as errors whenever it is closed, and the library of SSH
/// every mistake that a client makes.
const USUAL: &str = "info,dioxus_server=warn,russh=off,surrealdb=warn,surrealdb_core::kvs::tasks=off";

/// Characters of a line.
const LONGEST: usize = 4_000;
/// Lines of one place at once, and how soon there may be one more.
const BURST: u32 = 100;
const EVERY: Duration = Duration::from_secs(1);

pub(super) fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    let bounds = Bounds::default();
    let format = Cut(Format::default().with_ansi(std::io::stderr().is_terminal()), bounds.clone());
    // Of a line that could not be written it would tell on the same standard error, and panic there.
    let log = tracing_subscriber::fmt::layer().event_format(format).log_internal_errors(false);
    let log = log.with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    tracing_subscriber::registry().with(log.with_filter(bounds).with_filter(filter)).init();
}

/// What each place of the program may still say.
#[derive(Debug, Clone, Default)]
struct Bounds(Arc<Mutex<HashMap<Identifier, Budget>>>);

#[derive(Debug)]
struct Budget {
    left: u32,
    filled: Instant,
    unsaid: u64,
}

impl Budget {
    const fn new(now: Instant) -> Self {
        Self { left: BURST, filled: now, unsaid: 0 }
    }

    fn takes(&mut self, now: Instant) -> bool {
        let more = now.saturating_duration_since(self.filled).as_secs() / EVERY.as_secs();
        if more > 0 {
            self.left = self.left.saturating_add(u32::try_from(more).unwrap_or(BURST)).min(BURST);
            self.filled = now;
        }
        let takes = self.left > 0;
        self.left = self.left.saturating_sub(1);
        self.unsaid += u64::from(!takes);
        takes
    }
}

impl Bounds {
    fn of<T>(&self, place: Identifier, ask: impl FnOnce(&mut Budget) -> T) -> T {
        let mut budgets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ask(budgets.entry(place).or_insert_with(|| Budget::new(Instant::now())))
    }
}

impl<S> Filter<S> for Bounds {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        self.of(event.metadata().callsite(), |budget| budget.takes(Instant::now()))
    }
}

struct Cut<F>(F, Bounds);

impl<S, N, F> FormatEvent<S, N> for Cut<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        let unsaid = self.1.of(event.metadata().callsite(), |budget| std::mem::take(&mut budget.unsaid));
        writer.write_str(&cut(&line))?;
        if unsaid > 0 {
            write!(writer, " ({unsaid} more of these were left out)")?;
        }
        writer.write_char('\n')
    }
}

/// One line, and not a long one.
fn cut(line: &str) -> String {
    let line = line.trim_end_matches('\n');
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} bytes)", &line[..end], line.len()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_never_stops_is_heard_once_a_second() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        let said = (0..1_000 * 60).filter(|millis| budget.takes(start + Duration::from_millis(*millis))).count();
        assert_eq!(said, BURST as usize + 59);
        assert_eq!(budget.unsaid as usize, 1_000 * 60 - said);
        assert_eq!((0..1_000).filter(|_| budget.takes(start + Duration::from_secs(3_600))).count(), BURST as usize);
    }

    #[test]
    fn a_line_is_cut_where_a_character_ends() {
        assert_eq!(cut("short\n"), "short");
        let long = cut(&"ä".repeat(60_000));
        assert!(long.ends_with("ä… (120000 bytes)") && long.chars().count() < LONGEST + 30);
    }
}
