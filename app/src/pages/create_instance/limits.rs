//! How much of a node it may take.

use dioxus::prelude::*;
use model::amount;
use model::instance::Limits;
use model::refusal::Refusal;

use crate::parts::{Field, More};

/// As typed; empty leaves it to the node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TypedLimits {
    /// Processors, such as `1.5`.
    cpus: String,
    /// Megabytes.
    memory: String,
    /// As they were before anything was typed: what is left as it is stays exactly so.
    before: Limits,
}

/// The fields that show their refusals here.
pub(super) const CPUS: &str = "limits.cpu_millis";
pub(super) const MEMORY: &str = "limits.memory_bytes";

impl TypedLimits {
    pub(super) fn of(before: Limits) -> Self {
        let cpus = before.cpu_millis.map(|millis| (f64::from(millis) / 1_000.0).to_string()).unwrap_or_default();
        // Rounded up, so that it is not zero.
        let memory = before.memory_bytes.map(|bytes| bytes.div_ceil(1_000_000).to_string()).unwrap_or_default();
        Self { cpus, memory, before }
    }

    /// Whether anything is filled in.
    pub(super) fn tell(&self) -> bool {
        !self.cpus.is_empty() || !self.memory.is_empty()
    }

    /// The limits, or what is wrong with each field at fault.
    pub(super) fn read(&self) -> Result<Limits, Vec<Refusal>> {
        let cpus = match self.cpus.trim() {
            "" => Ok(None),
            text => millis(text).map(Some).ok_or_else(|| {
                Refusal::field(CPUS, "Processors must be a number, such as 1.5, with at most three decimals.")
            }),
        };
        let memory = match self.memory.trim() {
            "" => Ok(None),
            text => bytes(text).map(Some).ok_or_else(|| {
                Refusal::field(
                    MEMORY,
                    "Memory must be a whole number of megabytes, such as 512, or have a unit, such as 2 GiB.",
                )
            }),
        };
        let untouched = Self::of(self.before);
        let memory = if self.memory == untouched.memory { Ok(self.before.memory_bytes) } else { memory };
        match (cpus, memory) {
            (Ok(cpu_millis), Ok(memory_bytes)) => Ok(Limits { cpu_millis, memory_bytes }),
            (cpus, memory) => Err(cpus.err().into_iter().chain(memory.err()).collect()),
        }
    }
}

fn millis(text: &str) -> Option<u32> {
    amount::cpu_millis(&text.replace(',', "."))
}

/// As the field asks, or as programs ask.
fn bytes(text: &str) -> Option<u64> {
    amount::memory_bytes(text).or_else(|| text.parse::<u64>().ok()?.checked_mul(1_000_000))
}

#[component]
pub(super) fn LimitFields(
    typed: Signal<TypedLimits>,
    cpus_error: Option<String>,
    memory_error: Option<String>,
) -> Element {
    // What is filled in already is shown at first.
    let told = use_hook(|| typed.peek().tell());
    rsx! {
        More { what: "processors and memory", told, refused: cpus_error.is_some() || memory_error.is_some(),
            div { class: "grid items-start gap-4 sm:grid-cols-2",
                Field {
                    label: "Processors",
                    name: CPUS,
                    value: typed.read().cpus.clone(),
                    error: cpus_error,
                    hint: "Empty: no limit.",
                    placeholder: "1.5",
                    oninput: move |text| typed.write().cpus = text,
                }
                // A field for numbers would keep for itself what is no number, and the limit would be left out.
                Field {
                    label: "Memory in MB",
                    name: MEMORY,
                    value: typed.read().memory.clone(),
                    error: memory_error,
                    hint: "Empty: no limit.",
                    placeholder: "512",
                    oninput: move |text| typed.write().memory = text,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_read_in_thousandths() {
        assert_eq!(millis("1.5"), Some(1_500));
        assert_eq!(millis("2"), Some(2_000));
        assert_eq!(millis("0,25"), Some(250));
        for bad in ["", "-1", "a", "1.2.3", "1.2345", "1 000", "99999999999"] {
            assert_eq!(millis(bad), None, "{bad}");
        }
    }

    #[test]
    fn memory_is_read_in_megabytes_unless_it_has_a_unit() {
        for (text, read) in [("512", 512_000_000), ("512 MB", 512_000_000), ("2 GiB", 2 << 30), ("256m", 256 << 20)] {
            assert_eq!(bytes(text), Some(read), "{text}");
        }
        for bad in ["", "much", "-1", "0.5", "512 megs", "99999999999999999"] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
    }

    #[test]
    fn limits_of_before_are_the_same_until_they_are_changed() {
        let processors = (100..3_000).chain([1_024_000]).map(|millis| (Some(millis), None));
        for (cpu_millis, memory_bytes) in
            processors.chain([(None, None), (Some(1_500), Some(268_435_456)), (None, Some(1))])
        {
            let before = Limits { cpu_millis, memory_bytes };
            assert_eq!(TypedLimits::of(before).read(), Ok(before));
        }
        let typed = TypedLimits::of(Limits { cpu_millis: Some(2_000), memory_bytes: Some(268_435_456) });
        assert_eq!((typed.cpus.as_str(), typed.memory.as_str()), ("2", "269"));
        let changed = TypedLimits { memory: "512".to_owned(), ..typed };
        assert_eq!(changed.read().map(|limits| limits.memory_bytes), Ok(Some(512_000_000)));
    }

    #[test]
    fn a_limit_that_cannot_be_read_names_its_field() {
        let wrong = |cpus: &str, memory: &str| {
            let (cpus, memory) = (cpus.to_owned(), memory.to_owned());
            let refusals = TypedLimits { cpus, memory, ..TypedLimits::default() }.read().err().unwrap_or_default();
            refusals.into_iter().filter_map(|refusal| refusal.field).collect::<Vec<_>>()
        };
        assert_eq!(wrong("", "much"), [MEMORY]);
        assert_eq!(wrong("few", "much"), [CPUS, MEMORY], "all of them at once");
        assert_eq!(TypedLimits::default().read(), Ok(Limits::default()));
    }
}
