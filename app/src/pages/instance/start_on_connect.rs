//! Whether a login starts the instance.

use dioxus::prelude::*;
use model::request::StartOnConnect as Wish;
use model::view::InstanceView;
use server_fns::{Json, instances};

use crate::action::use_ask;
use crate::parts::{Notice, NoticeKind, Switch};

#[component]
pub(super) fn StartOnConnect(view: InstanceView) -> Element {
    let ask = use_ask();
    // What was asked for, until the live world shows it. The browser moves the switch before anybody is asked, so it has
    // to be moved back when that is refused.
    let mut asked = use_signal(|| None::<bool>);
    let (id, known) = (view.id, view.start_on_connect);
    use_effect(use_reactive!(|known| {
        if asked() == Some(known) && !ask.busy() {
            asked.set(None);
        }
    }));
    let change = move |allowed| {
        asked.set(Some(allowed));
        let call = async move {
            let answer = instances::set_start_on_connect(id, Json(Wish { allowed })).await;
            if answer.is_err() {
                asked.set(None);
            }
            answer
        };
        ask.start(call, |_| {});
    };
    rsx! {
        if let Some(why) = ask.rest(&[]) {
            Notice { kind: NoticeKind::Bad, "{why}" }
        }
        Switch {
            name: "start-on-connect",
            label: "A login may start it",
            hint: "While it is stopped, whoever logs in through the gateway starts it and waits until it runs.",
            on: asked().unwrap_or(known),
            busy: ask.busy(),
            onchange: change,
        }
    }
}
