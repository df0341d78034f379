//! The lines themselves: the newest come by themselves, older ones when they are asked for.

use chrono::TimeDelta;
use dioxus::prelude::*;
use model::Timestamp;
use model::event::{Cursor, EventPage, EventView};
use model::live::LiveWorld;
use model::version::EventNumber;
use server_fns::{ApiError, events};

use super::chosen::Chosen;
use super::lines::{days, joined};
use super::row::Row;
use crate::action::use_ask;
use crate::following::use_following;
use crate::parts::{Button, Notice, NoticeKind, Skeleton};
use crate::state::{use_now, use_world};

/// Lines that are asked for at once.
const AT_ONCE: u32 = 50;

/// What the page knows.
#[derive(Debug, Clone, Default, PartialEq)]
struct Known {
    /// The newest first.
    events: Vec<EventView>,
    /// Where older ones go on, if there are any.
    older: Option<Cursor>,
}

impl Known {
    fn of(page: EventPage) -> Self {
        Self { events: page.events, older: page.cursor.filter(|_| page.more) }
    }
}

/// Give it a key that is made of `chosen`: it begins anew with another choice.
#[component]
pub(crate) fn Feed(chosen: Chosen) -> Element {
    let mut known = use_signal(|| None::<Known>);
    let now = use_now();
    let ask = use_ask();
    let told = use_world(|world: &LiveWorld| world.activity);
    let reason = move || {
        // A page that shows one line stays at it; any other follows.
        if chosen.at.is_none() {
            told();
        }
    };
    let following = use_following(reason, move || async move {
        let page = read(chosen, chosen.at.map(behind)).await?;
        let fresh = Known::of(page);
        let before = known.peek().clone();
        let next = match before.filter(|_| chosen.at.is_none()) {
            Some(before) => {
                let (events, met) = joined(fresh.events, &before.events);
                Known { events, older: if met { before.older } else { fresh.older } }
            }
            None => fresh,
        };
        known.set(Some(next));
        Ok::<(), ApiError>(())
    });
    let older = move |_| {
        let Some(from) = known.peek().as_ref().and_then(|known| known.older) else { return };
        ask.start(read(chosen, Some(from)), move |page| {
            if let Some(known) = known.write().as_mut() {
                let more = Known::of(page);
                known.events.extend(more.events);
                known.older = more.older;
            }
        });
    };
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
            None => rsx! { Skeleton {} },
            Some(known) if known.events.is_empty() && known.older.is_none() => rsx! {
                p { class: "px-4 py-6 text-center text-text-muted", role: "status", "Nothing has happened yet." }
            },
            Some(known) => rsx! {
                div { class: "@container flex flex-col gap-5",
                    for day in days(&known.events) {
                        section { key: "{day.day}", aria_label: named(day.day, now()),
                            h2 { class: "px-4 pb-1 text-sm font-medium text-text-muted", "{named(day.day, now())}" }
                            ol { class: "divide-y divide-line rounded-lg border border-line bg-surface-raised",
                                for group in day.groups {
                                    Row { key: "{group.newest.number}", group, chosen }
                                }
                            }
                        }
                    }
                    if let Some(why) = ask.rest(&[]) {
                        Notice { kind: NoticeKind::Bad, "{why}" }
                    }
                    if known.older.is_some() {
                        div { class: "text-center",
                            Button { busy: ask.busy(), onclick: older, "Show older" }
                        }
                    }
                }
            },
        }
    }
}

async fn read(chosen: Chosen, before: Option<Cursor>) -> Result<EventPage, ApiError> {
    let topic = chosen.topic.map(|topic| topic.name().to_owned());
    events::list(chosen.of.asked(), topic, None, before.map(|cursor| cursor.to_string()), Some(AT_ONCE)).await
}

/// Before that place lie the line and all older ones.
const fn behind(at: Cursor) -> Cursor {
    Cursor { number: EventNumber(at.number.0.saturating_add(1)), ..at }
}

/// *Today*, *Yesterday*, *27 Nov 2026*, as the server's clock counts days.
fn named(day: chrono::NaiveDate, now: Timestamp) -> String {
    let today = now.date_naive();
    match today - day {
        age if age == TimeDelta::zero() => "Today".to_owned(),
        age if age == TimeDelta::days(1) => "Yesterday".to_owned(),
        _ => day.format("%-d %b %Y").to_string(),
    }
}
