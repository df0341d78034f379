//! Asks for the password where a call needs it anew, whichever form made the call.

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::request::ProveSession;
use server_fns::{Json, account};

use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, Field, FieldKind, Notice, NoticeKind};
use crate::proofs::use_proofs;
use crate::script;
use crate::state::use_world;

#[component]
pub(super) fn Proof() -> Element {
    let proofs = use_proofs();
    let wanted = use_memo(move || proofs.are_wanted());
    rsx! {
        if wanted() {
            Dialog {}
        }
    }
}

#[component]
fn Dialog() -> Element {
    let proofs = use_proofs();
    let ask = use_ask();
    let me = use_world(|world: &LiveWorld| world.me.username.clone());
    let mut password = use_signal(String::new);
    // Whoever signs out meanwhile gives no password.
    use_drop(move || proofs.answer(false));
    let send = move |event: FormEvent| {
        event.prevent_default();
        let request = ProveSession { password: password() };
        ask.start(account::prove_session(Json(request)), move |()| proofs.answer(true));
    };
    let Some(me) = me() else { return rsx! {} };
    rsx! {
        dialog {
            id: "proof",
            class: "m-auto w-[min(28rem,calc(100vw-2rem))] rounded-lg border border-line bg-surface-raised p-0 text-text \
                shadow-float backdrop:bg-black/50 open:animate-appear motion-reduce:animate-none",
            aria_labelledby: "proof-title",
            aria_describedby: "proof-text",
            onmounted: move |_| {
                script::enter("proof");
            },
            oncancel: move |event| {
                event.prevent_default();
                proofs.answer(false);
            },
            form { class: "flex flex-col gap-4 p-5", method: "post", onsubmit: send,
                div {
                    h2 { id: "proof-title", class: "text-lg font-semibold", "Your password, please" }
                    p { id: "proof-text", class: "mt-2 text-text-muted",
                        "This makes a way into an account or a node, or takes an account away. So that nobody does it in a browser that \
                        you left open, give your password again."
                    }
                }
                if let Some(why) = ask.rest(&["password"]) {
                    Notice { kind: NoticeKind::Bad, "{why}" }
                }
                // Tells a password manager whose password this is.
                input { class: "hidden", r#type: "text", autocomplete: "username", readonly: true, value: "{me}" }
                Field {
                    label: "Password",
                    name: "password",
                    kind: FieldKind::Password,
                    value: password(),
                    oninput: move |text| password.set(text),
                    error: ask.field("password"),
                    autocomplete: "current-password",
                    autofocus: true,
                    required: true,
                }
                div { class: "flex justify-end gap-2",
                    Button { onclick: move |_| proofs.answer(false), "Cancel" }
                    Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), "Go on" }
                }
            }
        }
    }
}
