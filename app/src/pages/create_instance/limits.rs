//! How much of a node it may take.

use dioxus::prelude::*;
use model::amount;
use model::instance::Limits;

use crate::parts::{Field, FieldKind};

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

    /// The limits, or the field at fault and what is wrong with it.
    pub(super) fn read(&self) -> Result<Limits, (&'static str, &'static str)> {
        let cpu_millis = match self.cpus.trim() {
            "" => None,
            text => Some(millis(text).ok_or((CPUS, "Processors must be a number from 0.1 to 1000, such as 1.5."))?),
        };
        let memory_bytes = match self.memory.trim() {
            "" => None,
            text => Some(megabytes(text).ok_or((MEMORY, "Memory must be a whole number of megabytes, such as 512."))?),
        };
        let untouched = Self::of(self.before);
        let memory_bytes = if self.memory == untouched.memory { self.before.memory_bytes } else { memory_bytes };
        Ok(Limits { cpu_millis, memory_bytes })
    }
}

fn millis(text: &str) -> Option<u32> {
    amount::cpu_millis(&text.replace(',', ".")).filter(|millis| (100..=1_000_000).contains(millis))
}

fn megabytes(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|count| *count > 0)?.checked_mul(1_000_000)
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
        details { class: "group", open: told,
            summary { class: "w-fit cursor-pointer rounded-sm py-1 text-sm font-medium text-text-muted hover:text-text", "More" }
            div { class: "grid gap-4 pt-3 sm:grid-cols-2",
                Field {
                    label: "Processors",
                    name: CPUS,
                    value: typed.read().cpus.clone(),
                    error: cpus_error,
                    hint: "Empty: no limit.",
                    placeholder: "1.5",
                    oninput: move |text| typed.write().cpus = text,
                }
                Field {
                    label: "Memory in MB",
                    name: MEMORY,
                    kind: FieldKind::Number,
                    value: typed.read().memory.clone(),
                    error: memory_error,
                    hint: "Empty: no limit.",
                    placeholder: "512",
                    min: "1",
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
        assert_eq!(millis(".25"), Some(250));
        for bad in ["", "0", "-1", "a", "1.2.3", "1.2345", "0.05", "1 000", "99999999999"] {
            assert_eq!(millis(bad), None, "{bad}");
        }
    }

    #[test]
    fn limits_of_before_are_the_same_until_they_are_changed() {
        for (cpu_millis, memory_bytes) in [(None, None), (Some(1_500), Some(268_435_456)), (Some(100), Some(1))] {
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
        let typed = TypedLimits { memory: "much".to_owned(), ..TypedLimits::default() };
        assert_eq!(typed.read().map_err(|(field, _)| field), Err(MEMORY));
        assert_eq!(TypedLimits::default().read(), Ok(Limits::default()));
    }
}
