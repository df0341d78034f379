//! What a token may do, and until when.

use dioxus::prelude::*;
use model::refusal::Refusal;
use model::scope::Scope;
use server_fns::ApiError;

use super::words::title;
use crate::parts::{Choice, Field, FieldKind};

/// The field of the request, and the id of the input.
pub(in crate::pages) const DAYS: &str = "expires_in_days";

/// What it may do, the most first.
const SCOPES: [(Scope, &str); 3] = [
    (Scope::All, "Whatever you may do, but for your password, your sessions and making tokens."),
    (Scope::Instances, "It creates instances, and does with yours whatever you may do with them."),
    (Scope::Read, "It looks, and changes nothing."),
];

#[component]
pub(in crate::pages) fn Reach(scope: Signal<Scope>, days: Signal<String>, error: Option<String>) -> Element {
    let (mut scope, mut days) = (scope, days);
    rsx! {
        fieldset { class: "flex min-w-0 flex-col gap-2",
            legend { class: "mb-1.5 text-sm font-medium", "What it may do" }
            for (each, hint) in SCOPES {
                Choice {
                    key: "{each.as_str()}",
                    name: "scope",
                    value: each.as_str(),
                    title: title(each),
                    hint,
                    chosen: scope() == each,
                    onchoose: move |()| scope.set(each),
                }
            }
        }
        Field {
            label: "Days until it expires (optional)",
            name: DAYS,
            kind: FieldKind::Number,
            value: days(),
            oninput: move |text| days.set(text),
            error,
            hint: "Left empty, it opens until you delete it.",
            min: "1",
        }
    }
}

pub(in crate::pages) fn read_days(text: &str) -> Result<Option<u32>, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let whole = text.parse::<u32>().map(Some);
    whole.map_err(|_| Refusal::field(DAYS, "This must be a whole number of days, such as 90.").into())
}
