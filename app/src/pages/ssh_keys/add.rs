//! The form that adds a key, and how to come by one.

use dioxus::prelude::*;
use model::request::AddSshKey;
use server_fns::{ApiError, Json, ssh_keys};

use super::words::comment;
use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, Choice, CopyText, Field, Notice, NoticeKind, TextArea, on_escape, use_toasts};
use crate::script;

/// The id of the field for the key's name: the form may stand on a page where `name` is another one.
const NAME: &str = "key_name";

/// A refusal of the name belongs at that field.
fn at_its_field(mut error: ApiError) -> ApiError {
    if error.refusal.field.as_deref() == Some("name") {
        error.refusal.field = Some(NAME.to_owned());
    }
    error
}

#[component]
pub(crate) fn AddKey(
    /// Whether there is something to go back to.
    closable: bool,
    /// It stands on the page of another form, which has a field *Name* of its own.
    #[props(default)]
    beside: bool,
    on_close: EventHandler<()>,
) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut form = use_signal(AddSshKey::default);
    let mut named = use_signal(|| false);
    let paste = move |text: String| {
        let mut form = form.write();
        if !named() {
            form.name = comment(&text).unwrap_or_default().to_owned();
        }
        form.public_key = text;
    };
    let send = move |event: FormEvent| {
        event.prevent_default();
        let request = form();
        let call = move || {
            let request = request.clone();
            async move { ssh_keys::add(Json(request)).await.map_err(at_its_field) }
        };
        ask.start_with_proof(call, move |added| {
            toasts.say(NoticeKind::Good, format!("{} is added.", added.name));
            form.set(AddSshKey::default());
            named.set(false);
            on_close.call(());
        });
    };
    rsx! {
        form {
            class: "flex flex-col gap-4",
            aria_label: "Add an SSH key",
            onmounted: move |_| {
                if closable {
                    script::focus("public_key");
                }
            },
            onkeydown: on_escape(move || {
                if closable && !ask.busy() {
                    on_close.call(());
                }
            }),
            onsubmit: send,
            if let Some(why) = ask.rest(&["public_key", NAME]) {
                Notice { kind: NoticeKind::Bad, "{why}" }
            }
            TextArea {
                label: "Public key",
                name: "public_key",
                value: form.read().public_key.clone(),
                oninput: paste,
                error: ask.field("public_key"),
                hint: "One line. It is the file that ends in .pub; the other file stays on your machine.",
                placeholder: "ssh-ed25519 AAAA… ada@laptop",
                rows: 3,
                mono: true,
            }
            Field {
                label: if beside { "Name of the key" } else { "Name" },
                name: NAME,
                value: form.read().name.clone(),
                oninput: move |text: String| {
                    named.set(!text.is_empty());
                    form.write().name = text;
                },
                error: ask.field(NAME),
                hint: "A name of your choice, such as the computer that has the key.",
                autocomplete: "off",
            }
            fieldset { class: "flex min-w-0 flex-col gap-2",
                legend { class: "pb-1.5 text-sm font-medium", "Who holds it" }
                for (manages, title, hint) in [
                    (true, "I, on a computer of mine", "It logs in where it is ticked, creates, changes and deletes instances by ssh commands, and jumps to all of yours."),
                    (false, "A program, or somebody else", "It logs in to the instances for which you tick it, and does nothing else."),
                ] {
                    Choice {
                        name: "may_manage",
                        value: "{manages}",
                        title,
                        hint,
                        chosen: form.read().may_manage.unwrap_or(true) == manages,
                        onchoose: move |()| form.write().may_manage = Some(manages),
                    }
                }
            }
            div { class: "flex flex-wrap gap-2",
                Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), "Add SSH key" }
                if closable {
                    Button { onclick: move |_| on_close.call(()), "Cancel" }
                }
            }
            HowTo {}
        }
    }
}

#[component]
fn HowTo() -> Element {
    rsx! {
        details { class: "border-t border-line pt-3",
            summary { class: "cursor-pointer text-sm font-medium", "Where do I find my key, and how do I make one?" }
            div { class: "mt-3 flex flex-col items-start gap-2 text-sm text-text-muted",
                p { "Show the key that you have, in a terminal on Linux, macOS or Windows:" }
                CopyText { text: "cat ~/.ssh/id_ed25519.pub", title: "Copy the command" }
                p { "There is no such file? Make a key first, then show it:" }
                CopyText { text: "ssh-keygen -t ed25519", title: "Copy the command" }
            }
        }
    }
}
