//! One port with a public URL: who may open it, where, and its end.

use dioxus::prelude::*;
use model::id::InstanceId;
use model::port::{ContainerPort, UrlAccess};
use model::request::{AskLink, DeclarePort};
use model::version::Generation;
use model::view::{LinkView, UrlView};
use server_fns::{Json, instances};

use super::level;
use super::link::UrlLink;
use crate::action::use_ask;
use crate::format;
use crate::parts::{Confirm, CopyText, Glyph, Menu, MenuItem, Notice, NoticeKind, Select, use_toasts};
use crate::script::copy;

/// How long a copied link opens.
const HOURS: u32 = 24;

/// A level that was chosen and that the live world does not show yet. The browser moves the choice before anybody is
/// asked, so it has to be moved back when it is refused or thought better of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    access: UrlAccess,
    /// Which wish it became; `None` until the server has answered.
    generation: Option<Generation>,
}

#[component]
pub(super) fn Row(
    id: InstanceId,
    called: String,
    /// Whether it is the viewer's own.
    own: bool,
    generation: Generation,
    url: UrlView,
) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut asked = use_signal(|| None::<Asked>);
    let mut confirming = use_signal(|| false);
    // A link that the browser did not take, for copying by hand.
    let mut by_hand = use_signal(|| None::<LinkView>);
    let UrlView { port: ContainerPort(port), access: known, url } = url;
    let unseen = asked().filter(|asked| asked.generation.is_none_or(|wish| generation < wish));
    let access = unseen.map_or(known, |asked| asked.access);

    let mut change = move |access| {
        by_hand.set(None);
        let call = async move {
            let answer = instances::declare_port(id, port, Json(DeclarePort { url: access })).await;
            match &answer {
                Ok(view) => asked.set(Some(Asked { access, generation: Some(view.generation) })),
                // The question still stands, with the refusal in it, until it is closed.
                Err(_) if *confirming.peek() => {}
                Err(_) => asked.set(None),
            }
            answer
        };
        ask.start(call, move |_| confirming.set(false));
    };
    let choose = move |index| {
        let Some(access) = level::at(index) else { return };
        ask.clear();
        asked.set(Some(Asked { access, generation: None }));
        if access == UrlAccess::Public {
            confirming.set(true);
        } else {
            change(access);
        }
    };
    let keep = move |()| {
        confirming.set(false);
        asked.set(None);
        ask.clear();
    };
    let title = format!("port {port} of {called}");
    let linked = title.clone();
    let copy_link = move |()| {
        by_hand.set(None);
        let linked = linked.clone();
        let call = async move {
            let link = instances::link(id, port, Json(AskLink { hours: HOURS })).await?;
            let copied = copy(link.url.clone()).await;
            Ok((link, copied))
        };
        ask.start(call, move |(link, copied)| {
            if copied {
                let until = format::exact(link.expires_at);
                toasts.say(
                    NoticeKind::Good,
                    format!("Copied a link to {linked}. It opens for anybody who has it until {until}."),
                );
            } else {
                by_hand.set(Some(link));
            }
        });
    };
    let withdrawn = title.clone();
    let withdraw = move |()| {
        let withdrawn = format!("The {withdrawn} has no public URL any more.");
        ask.start(instances::withdraw_port(id, port), move |_| toasts.say(NoticeKind::Good, withdrawn));
    };
    let menu = format!("port-{port}-menu");
    rsx! {
        li { class: "flex flex-col gap-1 py-2",
            div { class: "flex items-center gap-3",
                code { class: "w-12 shrink-0 font-mono", "{port}" }
                Select {
                    name: "port-{port}-access",
                    label: "Who may open port {port}",
                    options: level::words(own),
                    chosen: level::index(access),
                    busy: ask.busy(),
                    // It speaks SSH, which no browser opens.
                    disabled: port == ContainerPort::SSH.0,
                    onchange: choose,
                }
                div { class: "ml-auto shrink-0",
                    // Its items are never disabled: one that is while it is pressed leaves the menu open. A second
                    // verb before the answer to the first asks nothing.
                    Menu { id: "{menu}", label: "Actions for port {port}", head: title.clone(),
                        // What everybody may open needs no link that ends.
                        if !url.is_empty() && known != UrlAccess::Public {
                            MenuItem { menu: "{menu}", icon: Glyph::Link, onclick: copy_link, "Copy a link that opens for a day" }
                        }
                        MenuItem {
                            menu: "{menu}",
                            icon: Glyph::Trash,
                            danger: true,
                            onclick: withdraw,
                            "Remove"
                        }
                    }
                }
            }
            if !url.is_empty() {
                UrlLink { url, port }
            }
            if let Some(link) = by_hand() {
                Notice {
                    div { class: "flex min-w-0 flex-col items-start gap-1",
                        "The browser did not let the link be copied. It opens until {format::exact(link.expires_at)}."
                        CopyText { text: link.url, title: "Copy the link" }
                    }
                }
            }
            if let (Some(why), false) = (ask.rest(&[]), confirming()) {
                Notice { kind: NoticeKind::Bad, "{why}" }
            }
            if confirming() {
                Confirm {
                    title: "Open {title} to everybody?",
                    text: "Anybody who has its URL reaches the program that listens there, without an account and without a question.",
                    verb: "Open to everybody",
                    busy: ask.busy(),
                    error: ask.rest(&[]),
                    on_confirm: move |()| change(UrlAccess::Public),
                    on_close: keep,
                }
            }
        }
    }
}
