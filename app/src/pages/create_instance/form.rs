//! The form itself.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use model::id::SshKeyId;
use model::image::ImageName;
use model::live::LiveWorld;
use model::refusal::Refusal;
use model::request::CreateInstance;
use model::typed;
use server_fns::{Json, instances};

use super::draft::Draft;
use super::first_key::FirstKey;
use super::fit::fit;
use super::images::Images;
use super::keys::{WayIn, is_ticked};
use super::limits::{CPUS, LimitFields, MEMORY};
use super::name::suggest;
use crate::action::use_ask;
use crate::kept::use_kept;
use crate::parts::{Button, ButtonKind, Card, Field, Glyph, Notice, NoticeKind, Words};
use crate::route::Route;
use crate::script;
use crate::state::use_live;
use crate::wishes::use_wishes;

/// The field that shows its refusals with the keys.
const KEYS: &str = "ssh_keys";
const LACKING: &str = "Add an SSH key first, or choose Terminal only.";
const NONE_TICKED: &str = "Choose at least one SSH key, or Terminal only.";

#[component]
pub(super) fn Form() -> Element {
    let live = use_live();
    let (kept, wishes) = (use_kept(), use_wishes());
    let ask = use_ask();
    // As it was left, or a new one.
    let begun = use_hook(|| {
        kept.draft().unwrap_or_else(|| {
            let world = live.world.peek();
            let taken = |name: &str| world.as_ref().is_some_and(|world| has(world, name));
            Draft::named(suggest(*live.now.peek(), taken))
        })
    });
    let mut name = use_signal(|| begun.name.clone());
    // `None`: what the server would choose.
    let mut image = use_signal(|| begun.image);
    let image_or_default = use_memo(move || image().unwrap_or_else(|| default_image(live.world.read().as_ref())));
    let changed = use_signal(|| begun.changed.clone());
    let all_keys = use_signal(|| begun.all_keys);
    let limits = use_signal(|| begun.limits.clone());
    let terminal_only = use_signal(|| begun.terminal_only);
    use_effect(move || {
        kept.keep_draft(Draft {
            name: name(),
            image: image(),
            changed: changed(),
            all_keys: all_keys(),
            limits: limits(),
            terminal_only: terminal_only(),
        });
    });
    let mut adding = use_signal(|| false);
    let fits = use_memo(move || live.world.read().as_ref().map(|world| fit(world, image_or_default())));
    let no_key = use_memo(move || live.world.read().as_ref().is_some_and(|world| world.ssh_keys.is_empty()));
    let there = use_memo(move || live.world.read().as_ref().is_some_and(|world| has(world, name.read().trim())));
    let lacks_key = no_key() && !terminal_only();

    let submit = move |event: FormEvent| {
        event.prevent_default();
        let keyless = terminal_only();
        let all_ssh_keys = all_keys() && !keyless;
        let keys = if keyless {
            Some(Vec::new())
        } else if all_ssh_keys {
            None
        } else {
            ticked(live.world.peek().as_ref(), &changed.read())
        };
        // Only who said so gets an instance that no key opens.
        let lacking = match &keys {
            _ if keyless => None,
            _ if no_key() => Some(LACKING),
            keys => keys.as_ref().is_some_and(Vec::is_empty).then_some(NONE_TICKED),
        };
        let lacking = lacking.map(|why| Refusal::field(KEYS, why));
        let mistaken = typed::instance_name(&name.read()).err();
        let limits = match (mistaken, lacking, limits.read().read()) {
            (None, None, Ok(limits)) => limits,
            (mistaken, lacking, limits) => {
                let to_key = mistaken.is_none() && lacking.is_some() && no_key();
                ask.refuse(mistaken.into_iter().chain(lacking).chain(limits.err().unwrap_or_default()).collect());
                if to_key {
                    script::focus("public_key");
                }
                return;
            }
        };
        let request = CreateInstance {
            name: name.read().trim().to_owned(),
            image: Some(image_or_default().to_string()),
            ssh_keys: keys,
            all_ssh_keys,
            limits,
            start_on_connect: false,
        };
        ask.start(instances::create(Json(request)), move |view| {
            let id = view.id;
            kept.forget_draft();
            wishes.made(&view);
            live.learn(view);
            navigator().push(Route::Instance { id });
        });
    };
    // What was refused fits nowhere yet.
    let refused = [CPUS, MEMORY].into_iter().any(|field| ask.field(field).is_some());
    // One thing is the next, and only that has the button of the page.
    let next = if lacks_key || adding() { ButtonKind::Plain } else { ButtonKind::Primary };
    rsx! {
        if lacks_key || adding() {
            FirstKey { key: "{lacks_key}", first: lacks_key, on_close: move |()| adding.set(false) }
        }
        form { onsubmit: submit,
            Card {
                div { class: "flex flex-col gap-6",
                    if let Some(refusal) = ask.rest(&["name", "image", KEYS, CPUS, MEMORY]) {
                        Notice { kind: NoticeKind::Bad, "{refusal}" }
                    }
                    Field {
                        label: "Name",
                        name: "name",
                        value: name(),
                        mono: true,
                        autocomplete: "off",
                        error: ask.field("name"),
                        hint: if there() {
                            "You have an instance of this name. Another one can be created once that is gone."
                        } else {
                            "Also the host name inside. Lower-case letters, digits and hyphens."
                        },
                        oninput: move |text| name.set(text),
                    }
                    Images {
                        chosen: image_or_default(),
                        error: ask.field("image"),
                        onchoose: move |chosen| image.set(Some(chosen)),
                    }
                    WayIn {
                        changed,
                        all_keys,
                        terminal_only,
                        error: ask.field(KEYS).filter(|why| !terminal_only() && (lacks_key || why != LACKING)),
                        on_add: move |()| adding.set(true),
                    }
                    LimitFields {
                        typed: limits,
                        cpus_error: ask.field(CPUS),
                        memory_error: ask.field(MEMORY),
                    }
                    div { class: "flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4",
                        p { class: "min-w-0 flex-1 text-sm text-text-muted", role: "status",
                            if let Some(fits) = fits().filter(|_| !refused) {
                                span { class: if fits.is_good() { "" } else { "text-warn" }, Words { text: fits.words(), name: fits.first() } }
                            }
                        }
                        Button { kind: next, icon: Glyph::Plus, submit: true, busy: ask.busy(),
                            if ask.busy() { "Asked…" } else { "Create instance" }
                        }
                    }
                }
            }
        }
    }
}

/// Whether the person has an instance of that name.
fn has(world: &LiveWorld, name: &str) -> bool {
    world.instances.values().any(|view| view.is_of(&world.me.username) && view.name.as_str() == name)
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
