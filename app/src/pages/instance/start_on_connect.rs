//! Whether a login starts the instance.

use dioxus::prelude::*;
use model::request::StartOnConnect as Wish;
use model::view::InstanceView;
use server_fns::{Json, instances};

use crate::action::use_turning;
use crate::parts::{Notice, NoticeKind, Switch};

#[component]
pub(super) fn StartOnConnect(view: InstanceView) -> Element {
    let (id, turning) = (view.id, use_turning(view.start_on_connect));
    let change = move |allowed| turning.turn(allowed, instances::set_start_on_connect(id, Json(Wish { allowed })));
    rsx! {
        if let Some(why) = turning.refusal() {
            Notice { kind: NoticeKind::Bad, "{why}" }
        }
        Switch {
            name: "start-on-connect",
            label: "Start it on SSH login",
            hint: "While it is stopped, a login, a jump or a forward through the SSH gateway starts it and waits until it runs.",
            on: turning.is_on(),
            busy: turning.busy(),
            onchange: change,
        }
    }
}
