//! API tokens: what scripts show instead of a password.

mod command_line;
mod create;
mod reach;
mod row;
mod words;

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::view::{Created, TokenView};

use crate::parts::{Button, ButtonKind, Card, Empty, Glyph, PageHeader};
use crate::script;
use crate::state::use_world;

use command_line::CommandLine;
use create::{CreateForm, Once};
pub(in crate::pages) use reach::{DAYS, Reach, read_days};
use row::TokenRow;

/// The button that opens the form, and has the focus again when that is left.
const OPENER: &str = "create-token";

#[component]
pub(crate) fn Tokens() -> Element {
    let mut creating = use_signal(|| false);
    let mut made = use_signal(|| None::<Created<TokenView>>);
    let tokens = use_world(|world: &LiveWorld| {
        let mut tokens: Vec<TokenView> = world.tokens.values().cloned().collect();
        tokens.sort_by(|a, b| b.created_at.cmp(&a.created_at).then(a.id.cmp(&b.id)));
        tokens
    });
    let Some(tokens) = tokens() else { return rsx! {} };
    let create = rsx! {
        Button { id: OPENER, kind: ButtonKind::Primary, icon: Glyph::Plus, onclick: move |_| creating.set(true), "Create token" }
    };
    let nothing = tokens.is_empty() && made.read().is_none() && !creating();
    rsx! {
        PageHeader {
            title: "Tokens",
            text: "A token lets a script do what you can do, or a part of it, until it expires or you delete it.",
            actions: rsx! {
                if !nothing && !creating() {
                    {create.clone()}
                }
            },
        }
        div { class: "flex flex-col gap-5",
            if let Some(token) = made() {
                Once { token, on_close: move |()| made.set(None) }
            }
            if creating() {
                Card { title: "Create a token",
                    CreateForm {
                        on_made: move |token| {
                            made.set(Some(token));
                            creating.set(false);
                        },
                        on_close: move |()| {
                            creating.set(false);
                            script::focus(OPENER);
                        },
                    }
                }
            }
            if nothing {
                Empty {
                    title: "No tokens yet",
                    text: "Scripts and continuous integration use one to talk to DockHost in your name.",
                    action: create,
                }
            } else if !tokens.is_empty() {
                ul { class: "divide-y divide-line rounded-lg border border-line bg-surface-raised @min-[46rem]:grid @min-[46rem]:gap-x-4 \
                        @min-[46rem]:grid-cols-[minmax(8rem,1fr)_auto_auto_auto_auto_auto_auto]",
                    aria_label: "Tokens",
                    for token in tokens {
                        TokenRow { key: "{token.id}", view: token }
                    }
                }
            }
            CommandLine {}
        }
    }
}
