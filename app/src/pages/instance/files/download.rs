//! A file or a folder out of the instance.

use dioxus::prelude::*;
use model::id::InstanceId;

use crate::parts::{Button, Field, Glyph};
use crate::transfers::download;

#[component]
pub(super) fn Download(instance: InstanceId) -> Element {
    let mut path = use_signal(String::new);
    let mut busy = use_signal(|| false);
    let mut refusal = use_signal(|| None::<String>);
    // A browser says such things itself.
    let mut told = use_signal(|| None::<String>);
    let send = move |event: FormEvent| async move {
        event.prevent_default();
        busy.set(true);
        told.set(None);
        let answer = download(instance, path(), move |so_far| told.set(Some(so_far))).await;
        busy.set(false);
        refusal.set(answer.as_ref().err().cloned());
        told.set(answer.ok().flatten());
    };
    rsx! {
        div { class: "flex flex-col gap-2",
            form { class: "flex items-start gap-2", onsubmit: send,
                div { class: "min-w-0 flex-1",
                    Field {
                        label: "Download a path",
                        name: "path",
                        value: path(),
                        oninput: move |text| path.set(text),
                        error: refusal(),
                        hint: "A folder comes as one .tar file. A path that does not begin with / is below /root.",
                        placeholder: "/var/log/dpkg.log",
                        autocomplete: "off",
                        mono: true,
                    }
                }
                // As high as the field beside it, below a label that it does not have.
                div { class: "flex h-10 items-center pointer-coarse:h-11 mt-[1.625rem]",
                    Button { submit: true, icon: Glyph::Download, busy: busy(), disabled: path.read().is_empty(), "Download" }
                }
            }
            if let Some(told) = told() {
                p { class: "text-sm text-text-muted wrap-anywhere", role: "status", "{told}" }
            }
        }
    }
}
