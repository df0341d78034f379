//! Which system it runs.

use dioxus::prelude::*;
use model::image::ImageName;
use model::live::LiveWorld;

use crate::format;
use crate::parts::Choice;
use crate::state::use_world;

/// An image that no online node offers is shown, with the reason, and cannot be chosen.
#[component]
pub(super) fn Images(chosen: ImageName, error: Option<String>, onchoose: EventHandler<ImageName>) -> Element {
    let images = use_world(|world: &LiveWorld| world.images.clone());
    rsx! {
        fieldset { class: "flex min-w-0 flex-col gap-1.5",
            legend { class: "pb-1.5 text-sm font-medium", "Image" }
            div { class: "grid gap-2 sm:grid-cols-2",
                for image in images().unwrap_or_default() {
                    Choice {
                        key: "{image.name}",
                        name: "image",
                        value: "{image.name}",
                        title: "{image.title}",
                        hint: if image.nodes == 0 {
                            "No online node offers it.".to_owned()
                        } else {
                            format!("On {}", format::count(image.nodes as usize, "node"))
                        },
                        chosen: image.name == chosen,
                        disabled: image.nodes == 0,
                        onchoose: move |()| onchoose.call(image.name),
                    }
                }
            }
            if let Some(error) = error {
                p { class: "text-sm text-bad", role: "alert", "{error}" }
            }
        }
    }
}
