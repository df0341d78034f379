//! The list itself. It is asked for anew whenever something has happened.

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::view::PersonRow;
use server_fns::{ApiError, people};

use super::row::Row;
use crate::following::use_following;
use crate::parts::{Button, Notice, NoticeKind, Skeleton};
use crate::state::use_world;

#[component]
pub(super) fn List(manages: bool) -> Element {
    let mut known = use_signal(|| None::<Vec<PersonRow>>);
    let told = use_world(|world: &LiveWorld| world.activity);
    let reason = move || {
        told();
    };
    let following = use_following(reason, move || async move {
        known.set(Some(people::list().await?));
        Ok::<(), ApiError>(())
    });
    rsx! {
        if let Some(message) = following.failed() {
            Notice {
                kind: NoticeKind::Bad,
                action: rsx! {
                    Button { onclick: move |_| following.again(), "Try again" }
                },
                "{message}"
            }
        }
        match known() {
            None => rsx! {
                Skeleton {}
            },
            Some(people) => rsx! {
                ul { class: "divide-y divide-line rounded-lg border border-line bg-surface-raised @min-[52rem]:grid @min-[52rem]:gap-x-4 \
                        @min-[52rem]:grid-cols-[minmax(10rem,1fr)_auto_auto_auto_auto_auto_auto]",
                    aria_label: "People",
                    for person in people {
                        Row { key: "{person.id}", person, manages }
                    }
                }
            },
        }
    }
}
