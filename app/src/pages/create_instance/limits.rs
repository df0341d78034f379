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
}

/// The fields that show their refusals here.
pub(super) const CPUS: &str = "limits.cpu_millis";
pub(super) const MEMORY: &str = "limits.memory_bytes";

impl TypedLimits {
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
    rsx! {
        details { class: "group",
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
    fn a_limit_that_cannot_be_read_names_its_field() {
        let typed = TypedLimits { cpus: String::new(), memory: "much".to_owned() };
        assert_eq!(typed.read().map_err(|(field, _)| field), Err(MEMORY));
        assert_eq!(TypedLimits::default().read(), Ok(Limits::default()));
    }
}
