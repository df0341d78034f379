//! Who may sign up, how many instances each person may have, and who gets in to a new one.

use dioxus::prelude::*;
use model::refusal::Refusal;
use model::request::{ChangeSettings, Settings, SignUpMode};
use server_fns::{ApiError, Json, settings};

use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, Choice, Field, FieldKind, Notice, NoticeKind, Switch, use_toasts};
use crate::state::use_live;

/// The ways to an account: what it is called, and what it means.
const MODES: [(SignUpMode, &str, &str, &str); 3] = [
    (SignUpMode::Open, "open", "Open", "Everybody who reaches this server can sign up."),
    (SignUpMode::Invite, "invite", "By invitation", "Only people with an invitation link can sign up."),
    (SignUpMode::Closed, "closed", "Closed", "Nobody can sign up. Invitations are kept for later."),
];

#[component]
pub(super) fn SettingsForm(settings: Settings) -> Element {
    let mut live = use_live();
    let ask = use_ask();
    let toasts = use_toasts();
    let mut mode = use_signal(|| settings.sign_up);
    let mut quota = use_signal(|| settings.quota.to_string());
    let mut closed = use_signal(|| settings.web_ports_closed);
    let mut refuse_faulty = use_signal(|| settings.refuse_faulty);
    let mut days = use_signal(|| settings.keep_events_days.to_string());
    let send = move |event: FormEvent| {
        event.prevent_default();
        let (sign_up, quota, web_ports_closed, refuse_faulty) = (mode(), quota(), closed(), refuse_faulty());
        let call = async move {
            let quota = whole("quota", &quota)?;
            let keep_events_days = Some(whole("keep_events_days", &days())?);
            let asked = ChangeSettings { sign_up, quota, web_ports_closed, refuse_faulty, keep_events_days };
            settings::change(Json(asked)).await
        };
        ask.start(call, move |changed| {
            live.welcome.write().sign_up = changed.sign_up;
            toasts.say(NoticeKind::Good, "The settings are saved.");
        });
    };
    rsx! {
        form { class: "flex flex-col gap-5", onsubmit: send,
            if let Some(why) = ask.rest(&["quota", "keep_events_days"]) {
                Notice { kind: NoticeKind::Bad, "{why}" }
            }
            fieldset { class: "flex min-w-0 flex-col gap-2",
                legend { class: "mb-1.5 text-sm font-medium", "Who may sign up" }
                for (each, value, title, hint) in MODES {
                    Choice {
                        key: "{value}",
                        name: "sign_up",
                        value,
                        title,
                        hint,
                        chosen: mode() == each,
                        onchoose: move |()| mode.set(each),
                    }
                }
            }
            div { class: "max-w-sm",
                Field {
                    label: "Instances per person",
                    name: "quota",
                    kind: FieldKind::Number,
                    value: quota(),
                    oninput: move |text| quota.set(text),
                    error: ask.field("quota"),
                    hint: "A person who has more keeps them and cannot create another one.",
                    min: "0",
                    required: true,
                }
            }
            div { class: "max-w-sm",
                Field {
                    label: "Days for which activity is kept",
                    name: "keep_events_days",
                    kind: FieldKind::Number,
                    value: days(),
                    oninput: move |text| days.set(text),
                    error: ask.field("keep_events_days"),
                    hint: "Older lines of the page Activity are deleted.",
                    min: "1",
                    required: true,
                }
            }
            Switch {
                name: "web_ports_closed",
                label: "New instances begin with closed web ports",
                hint: "The host ports of 80 and 443 let nobody in until the owner of the instance opens them. This changes neither \
                    public URLs nor existing instances.",
                on: closed(),
                onchange: move |on| closed.set(on),
            }
            Switch {
                name: "refuse_faulty",
                label: "Nodes with a known fault take no new instances",
                hint: "A node's page lists the faults of its engine and of runc. A node that does not report its versions counts as \
                    faulty. Existing instances stay and keep running.",
                on: refuse_faulty(),
                onchange: move |on| refuse_faulty.set(on),
            }
            div { Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), "Save settings" } }
        }
    }
}

fn whole(field: &str, text: &str) -> Result<u32, ApiError> {
    text.trim().parse().map_err(|_| Refusal::field(field, "This must be a whole number, such as 5.").into())
}
