//! How to prove that one holds a key which somebody else has added, too.

use dioxus::prelude::*;
use model::request::ProveSshKey;
use model::view::{KeyChallenge, SshKeyView};
use server_fns::{Json, ssh_keys};

use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, CopyBlock, CopyText, Notice, NoticeKind, TextArea, Time, use_toasts};

#[component]
pub(super) fn Prove(view: SshKeyView, sentence: &'static str) -> Element {
    rsx! {
        Notice { kind: NoticeKind::Warn,
            div { class: "flex min-w-0 flex-col gap-3",
                p { class: "max-w-prose", "{sentence}" }
                if !view.enrol_command.is_empty() {
                    div { class: "flex min-w-0 flex-col items-start gap-1",
                        p { "Log in once with that key, in a terminal on the machine that has it:" }
                        CopyText { text: view.enrol_command.clone(), title: "Copy the login that proves it", wrap: true }
                    }
                }
                Sign { view }
            }
        }
    }
}

#[component]
fn Sign(view: SshKeyView) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut challenge = use_signal(|| None::<KeyChallenge>);
    let mut signature = use_signal(String::new);
    let (id, name) = (view.id, view.name.clone());
    let begin = move |_| ask.start(ssh_keys::challenge(id), move |given| challenge.set(Some(given)));
    let send = move |event: FormEvent| {
        event.prevent_default();
        let (proved, request) = (format!("{name} is proved."), ProveSshKey { signature: signature() });
        ask.start(ssh_keys::prove(id, Json(request)), move |_| toasts.say(NoticeKind::Good, proved));
    };
    rsx! {
        if let Some(why) = ask.rest(&["signature"]) {
            Notice { kind: NoticeKind::Bad, "{why}" }
        }
        if let Some(given) = challenge() {
            form { class: "flex min-w-0 flex-col gap-3", onsubmit: send,
                p { "Run this there, with the path of your key:" }
                CopyBlock { text: given.command.clone(), title: "Copy the command that signs" }
                TextArea {
                    label: "Signature",
                    name: "signature",
                    value: signature(),
                    oninput: move |text| signature.set(text),
                    error: ask.field("signature"),
                    hint: "All that the command prints, with the lines that begin with five hyphens.",
                    placeholder: "-----BEGIN SSH SIGNATURE-----",
                    rows: 5,
                    mono: true,
                }
                div { class: "flex flex-wrap items-center gap-2",
                    Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), "Prove it" }
                    Button { onclick: begin, "Another challenge" }
                    span { class: "text-text-muted", "It ends " Time { at: given.expires_at } "." }
                }
            }
        } else {
            div { class: "flex min-w-0 flex-col items-start gap-2",
                p { "Or sign a text with it, which works without a login:" }
                Button { busy: ask.busy(), onclick: begin, "Prove it by a signature" }
            }
        }
    }
}
