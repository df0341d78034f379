//! One node.

use dioxus::prelude::*;
use model::may::Action;
use model::node::Availability;
use model::view::NodeView;

use super::details::Details;
use super::faults::Faults;
use super::link::LinkMeter;
use super::meters::Meters;
use super::verbs::{Verbs, menu};
use super::words::{drained, liveness, owner, since};
use crate::pages::node_form::{Connect, FreshLine, NodeForm};
use crate::parts::{Badge, Notice, NoticeKind, Time, Words, menu_button};

#[component]
pub(super) fn NodeCard(
    node: NodeView,
    editing: bool,
    /// What makes a machine this node, if it was just made.
    fresh: Option<FreshLine>,
    /// Opens the settings, or closes them.
    on_edit: EventHandler<bool>,
    on_line: EventHandler<FreshLine>,
    /// The line was copied.
    on_copied: EventHandler<()>,
) -> Element {
    let (tone, word) = liveness(node.liveness);
    let heading = format!("node-{}", node.id);
    rsx! {
        article { class: "rounded-lg border border-line bg-surface-raised", aria_labelledby: "{heading}",
            header { class: "flex items-start gap-3 border-b border-line py-2 pr-2 pl-4",
                div { class: "min-w-0 flex-1 py-1.5",
                    div { class: "flex flex-wrap items-center gap-x-3 gap-y-1",
                        h2 { id: "{heading}", class: "truncate text-lg font-semibold", "{node.name}" }
                        Badge { tone, "{word}" }
                        if node.shared {
                            Tag { title: "An administrator added it: everybody's instances may run here.", "shared" }
                        }
                        match node.availability {
                            Availability::Open => rsx! {},
                            Availability::Cordoned => rsx! {
                                Tag { title: "New instances go elsewhere.", "cordoned" }
                            },
                            Availability::Draining if node.running == 0 => rsx! {
                                Tag { title: "No instance runs on it, and none is started there.", "drained" }
                            },
                            Availability::Draining => rsx! {
                                Tag { title: "It waits until no instance runs on it, and none is started there.", "draining" }
                            },
                        }
                    }
                    p { class: "mt-0.5 text-sm text-text-muted",
                        if let Some(lab) = &node.lab {
                            "{lab} · "
                        }
                        {owner(node.owner.as_ref())}
                        if let (Some(words), Some(at)) = (since(node.liveness), node.since) {
                            " · {words} "
                            Time { at }
                        }
                    }
                }
                if node.may(Action::ManageNode) {
                    Verbs { node: node.clone(), on_edit: move |()| on_edit.call(true), on_line }
                }
            }
            div { class: "flex flex-col gap-4 p-4",
                if !node.alarm.is_empty() {
                    Notice { kind: NoticeKind::Warn, Words { text: node.alarm.clone(), name: "{node.name}" } }
                }
                if let Some(facts) = &node.facts {
                    Faults { components: facts.components.clone() }
                    if !facts.without_systemd.is_empty() {
                        Notice { kind: NoticeKind::Warn,
                            span { class: "wrap-anywhere",
                                "Instances created here get a small init in place of systemd. {facts.without_systemd}"
                            }
                        }
                    }
                }
                if node.availability == Availability::Draining {
                    Notice { "{drained(&node)}" }
                }
                if node.may(Action::ManageNode) && (fresh.is_some() || !node.was_ready) {
                    Connect { node: node.clone(), fresh, on_line, on_close: on_copied }
                }
                if editing && node.may(Action::ManageNode) {
                    NodeForm { opener: menu_button(&menu(node.id)), node, on_close: move |()| on_edit.call(false), on_line }
                } else {
                    Meters { node: node.clone() }
                    LinkMeter { node: node.clone() }
                    Details { node }
                }
            }
        }
    }
}

#[component]
fn Tag(title: String, children: Element) -> Element {
    rsx! {
        span { class: "rounded-sm border border-line px-1.5 text-xs text-text-muted", title: "{title}", {children} }
    }
}
