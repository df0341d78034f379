//! Whether the holder of a key may manage.

use dioxus::prelude::*;
use model::request::MayManage;
use model::view::SshKeyView;
use server_fns::{Json, ssh_keys};

use crate::action::use_ask;
use crate::parts::{Notice, NoticeKind, Switch};

#[component]
pub(super) fn Manage(view: SshKeyView) -> Element {
    let ask = use_ask();
    // What was asked for, until the live world shows it. The browser moves the switch before anybody is asked, so it has
    // to be moved back when that is refused.
    let mut asked = use_signal(|| None::<bool>);
    let (id, known) = (view.id, view.may_manage);
    use_effect(use_reactive!(|known| {
        if asked() == Some(known) && !ask.busy() {
            asked.set(None);
        }
    }));
    let change = move |allowed| {
        asked.set(Some(allowed));
        let call = async move {
            let answer = ssh_keys::may_manage(id, Json(MayManage { allowed })).await;
            if answer.is_err() {
                asked.set(None);
            }
            answer
        };
        ask.start(call, |_| {});
    };
    let on = asked().unwrap_or(known);
    let hint = if on {
        "Besides logging in where it is ticked: the lobby's commands, and jumps to all of your instances."
    } else {
        "It logs in to the instances for which it is ticked, and does nothing else."
    };
    rsx! {
        if let Some(why) = ask.rest(&[]) {
            Notice { kind: NoticeKind::Bad, "{why}" }
        }
        Switch { name: "may-manage-{view.id}", label: "May manage", hint, on, busy: ask.busy(), onchange: change }
    }
}
