//! The one line that each command leaves in the log.

use std::time::Instant;

use planner::command::{Asker, Command};

/// Who asked, in which way, what, on what, what it came to, and how long that took.
pub(super) fn tell(asker: &Asker, command: &Command, answer: &'static str, began: Instant) {
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(who = asker.name(), way = asker.way(), on = command.subject(), answer, ms, "{}", command.name());
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::sync::{Arc, Mutex};

    use model::id::InstanceId;
    use model::verb::Verb;
    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;

    #[derive(Default, Clone)]
    struct Log(Arc<Mutex<Vec<String>>>);

    struct Fields<'l>(&'l mut Vec<String>);

    impl Visit for Fields<'_> {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            self.0.push(format!("{field}={value:?}"));
        }
    }

    impl Subscriber for Log {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &Event<'_>) {
            event.record(&mut Fields(&mut self.0.lock().unwrap()));
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn it_tells_who_by_which_way_what_on_what_the_answer_and_the_time() {
        let log = Log::default();
        let id = InstanceId::from_bits(7);
        tracing::subscriber::with_default(log.clone(), || {
            tell(&Asker::Operator, &Command::Wish { id, verb: Verb::Stop }, "done", Instant::now());
        });
        let told = log.0.lock().unwrap().join(" ");
        for part in ["stop instance", "who=\"the operator\"", "way=\"console\"", "answer=\"done\"", "ms="] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
        assert!(told.contains(&format!("on=\"{id}\"")), "{told}");
    }
}
