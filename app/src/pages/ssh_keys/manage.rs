//! Whether the holder of a key may manage.

use dioxus::prelude::*;
use model::request::MayManage;
use model::view::SshKeyView;
use server_fns::{Json, ssh_keys};

use crate::action::use_turning;
use crate::parts::{Notice, NoticeKind, Switch};

#[component]
pub(super) fn Manage(view: SshKeyView) -> Element {
    let (id, turning) = (view.id, use_turning(view.may_manage));
    let change = move |allowed| {
        turning.turn_with_proof(allowed, move || ssh_keys::may_manage(id, Json(MayManage { allowed })));
    };
    let (on, busy) = (turning.is_on(), turning.busy());
    let hint = if on {
        "It logs in where it is ticked, creates, changes and deletes instances by ssh commands, and jumps to all of yours."
    } else {
        "It logs in to the instances for which it is ticked, and does nothing else."
    };
    rsx! {
        if let Some(why) = turning.refusal() {
            Notice { kind: NoticeKind::Bad, "{why}" }
        }
        Switch { name: "may-manage-{view.id}", label: "May manage", hint, on, busy, onchange: change }
    }
}
