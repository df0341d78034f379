//! The form itself.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use model::id::SshKeyId;
use model::image::ImageName;
use model::live::LiveWorld;
use model::request::CreateInstance;
use model::typed;
use server_fns::{Json, instances};

use super::fit::fit;
use super::images::Images;
use super::keys::{Keys, is_ticked};
use super::limits::{CPUS, LimitFields, MEMORY, TypedLimits};
use super::name::suggest;
use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, Card, Field, Glyph, Notice, NoticeKind, Words};
use crate::route::Route;
use crate::state::use_live;

#[component]
pub(super) fn Form() -> Element {
    let live = use_live();
    let ask = use_ask();
    let mut name = use_signal(|| {
        let world = live.world.peek();
        let taken = |name: &str| {
            world.as_ref().is_some_and(|world| world.instances.values().any(|view| view.name.as_str() == name))
        };
        suggest(*live.now.peek(), taken)
    });
    // `None`: what the server would choose.
    let mut image = use_signal(|| None);
    let image_or_default = use_memo(move || image().unwrap_or_else(|| default_image(live.world.read().as_ref())));
    let changed = use_signal(BTreeSet::<SshKeyId>::new);
    let limits = use_signal(TypedLimits::default);
    let fits = use_memo(move || live.world.read().as_ref().map(|world| fit(world, image_or_default())));

    let submit = move |event: FormEvent| {
        event.prevent_default();
        let mistaken = typed::instance_name(&name.read()).err();
        let limits = match (mistaken, limits.read().read()) {
            (None, Ok(limits)) => limits,
            (mistaken, limits) => {
                return ask.refuse(mistaken.into_iter().chain(limits.err().unwrap_or_default()).collect());
            }
        };
        let request = CreateInstance {
            name: name.read().trim().to_owned(),
            image: Some(image_or_default().to_string()),
            ssh_keys: ticked(live.world.peek().as_ref(), &changed.read()),
            limits,
            start_on_connect: false,
        };
        ask.start(instances::create(Json(request)), move |view| {
            let id = view.id;
            live.learn(view);
            navigator().push(Route::Instance { id });
        });
    };
    rsx! {
        form { onsubmit: submit,
            Card {
                div { class: "flex flex-col gap-6",
                    if let Some(refusal) = ask.rest(&["name", "image", "ssh_keys", CPUS, MEMORY]) {
                        Notice { kind: NoticeKind::Bad, "{refusal}" }
                    }
                    Field {
                        label: "Name",
                        name: "name",
                        value: name(),
                        mono: true,
                        autocomplete: "off",
                        error: ask.field("name"),
                        hint: "Also the host name inside. Lower-case letters, digits and hyphens.",
                        oninput: move |text| name.set(text),
                    }
                    Images {
                        chosen: image_or_default(),
                        error: ask.field("image"),
                        onchoose: move |chosen| image.set(Some(chosen)),
                    }
                    Keys { changed, error: ask.field("ssh_keys") }
                    LimitFields {
                        typed: limits,
                        cpus_error: ask.field(CPUS),
                        memory_error: ask.field(MEMORY),
                    }
                    div { class: "flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4",
                        p { class: "min-w-0 flex-1 text-sm text-text-muted", role: "status",
                            if let Some(fits) = fits() {
                                span { class: if fits.is_good() { "" } else { "text-warn" }, Words { text: fits.words(), name: fits.first() } }
                            }
                        }
                        Button { kind: ButtonKind::Primary, icon: Glyph::Plus, submit: true, busy: ask.busy(),
                            if ask.busy() { "Asked…" } else { "Create instance" }
                        }
                    }
                }
            }
        }
    }
}

/// The default image if some node offers it, else the first that one does.
fn default_image(world: Option<&LiveWorld>) -> ImageName {
    let images = world.map(|world| world.images.as_slice()).unwrap_or_default();
    let offered = || images.iter().filter(|image| image.nodes > 0);
    let best = offered().find(|image| image.default).or_else(|| offered().next());
    best.or_else(|| images.iter().find(|image| image.default)).map(|image| image.name).unwrap_or_default()
}

/// `None`, which means those that are ticked at first, unless that was changed.
fn ticked(world: Option<&LiveWorld>, changed: &BTreeSet<SshKeyId>) -> Option<Vec<String>> {
    let world = world.filter(|_| !changed.is_empty())?;
    let ticked = world.ssh_keys.values().filter(|key| is_ticked(world, key, changed));
    Some(ticked.map(|key| key.id.to_string()).collect())
}
