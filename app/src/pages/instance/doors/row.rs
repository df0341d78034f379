//! One way in: where, who, and its switch.

use dioxus::prelude::*;
use model::id::InstanceId;
use model::port::ContainerPort;
use model::request::SetDoor;
use server_fns::{Json, instances};

use super::who::{Way, Who};
use crate::action::use_turning;
use crate::parts::{Glyph, Icon, Notice, NoticeKind, Toggle, Words};

#[component]
pub(super) fn Row(id: InstanceId, node: String, way: Way) -> Element {
    let Way { name, address, who, open, problem } = way;
    rsx! {
        li { class: "flex flex-col gap-2 py-1.5",
            div { class: "grid min-h-9 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 @xl:grid-cols-[10rem_minmax(0,1fr)_minmax(0,17rem)_2.25rem]",
                span { class: "col-start-1 font-medium", "{name}" }
                code { class: "col-start-1 min-w-0 truncate font-mono text-sm text-text-muted @xl:col-start-2", title: "{address}", "{address}" }
                span { class: "col-start-1 flex min-w-0 items-start gap-2 text-sm @xl:col-start-3",
                    span { class: "mt-0.5 {tone(&who)}", Icon { glyph: glyph(&who) } }
                    span { class: "min-w-0 wrap-anywhere", Words { text: who.words(), name: node } }
                }
                if let Some((port, open)) = open {
                    DoorSwitch { id, port, open }
                }
            }
            if !problem.is_empty() {
                Notice { kind: NoticeKind::Warn, "{problem}" }
            }
        }
    }
}

#[component]
fn DoorSwitch(id: InstanceId, port: ContainerPort, open: bool) -> Element {
    let turning = use_turning(open);
    let change = move |wish| turning.turn(wish, instances::set_door(id, port.0, Json(SetDoor { open: wish })));
    rsx! {
        label { class: "col-start-2 row-start-1 row-end-4 flex min-h-9 cursor-pointer items-center has-disabled:cursor-wait pointer-coarse:min-h-11 @xl:col-start-4 @xl:row-end-2",
            Toggle {
                name: "door-{port.0}",
                label: "The host port of {port.0} is open",
                on: turning.is_on(),
                busy: turning.busy(),
                onchange: change,
            }
        }
        if let Some(why) = turning.refusal() {
            // Below its row: the switch has a narrow column of its own.
            div { class: "col-span-full", Notice { kind: NoticeKind::Bad, "{why}" } }
        }
    }
}

const fn glyph(who: &Who) -> Glyph {
    match who {
        Who::Nobody => Glyph::Lock,
        Who::Keys(_) => Glyph::Key,
        Who::Owner(_) | Who::Accounts => Glyph::Person,
        Who::Everybody(_) | Who::Web | Who::Networks(_) => Glyph::Globe,
    }
}

/// Everybody is meant literally, so it must not be overlooked.
const fn tone(who: &Who) -> &'static str {
    match who {
        Who::Everybody(_) | Who::Web => "text-warn",
        Who::Nobody | Who::Keys(_) | Who::Owner(_) | Who::Accounts | Who::Networks(_) => "text-text-muted",
    }
}
