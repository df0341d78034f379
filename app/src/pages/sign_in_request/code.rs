//! The code, typed by somebody whose terminal is on another computer than the browser.

use dioxus::prelude::*;

use crate::parts::{Button, ButtonKind, Field};
use crate::route::Route;

#[component]
pub(super) fn Code(typed: String) -> Element {
    let mut code = use_signal(|| typed);
    let send = move |event: FormEvent| {
        event.prevent_default();
        navigator().push(Route::SignInRequest { code: code.peek().trim().to_owned() });
    };
    rsx! {
        form { class: "flex flex-col gap-4", onsubmit: send,
            Field {
                label: "Code",
                name: "code",
                value: code(),
                oninput: move |text| code.set(text),
                hint: "Eight letters, which the program shows.",
                placeholder: "BCDF-GHJK",
                autocomplete: "off",
                autofocus: true,
                required: true,
                mono: true,
            }
            div {
                Button { kind: ButtonKind::Primary, submit: true, "Look it up" }
            }
        }
    }
}
