//! The window: asks once for the server's address, remembers it, and then shows the same pages.

mod address;
mod download;
mod style;
mod terminal;

use dioxus::desktop::{Config, LogicalSize, WindowBuilder};
use dioxus::prelude::*;

use address::ServerAddress;
pub(crate) use download::download;

pub fn launch() {
    let window = WindowBuilder::new()
        .with_title("DockHost")
        .with_inner_size(LogicalSize::new(1180.0, 780.0))
        .with_min_inner_size(LogicalSize::new(360.0, 480.0));
    // Files that are dropped are the page's: the library would take them for itself.
    let config = Config::new()
        .with_window(window)
        .with_menu(None)
        .with_custom_head(style::head())
        .with_disable_drag_drop_handler(true);
    // Not by the general launcher: it settles the server's address before anybody was asked.
    dioxus::desktop::launch::launch_virtual_dom(VirtualDom::new(Window), config);
}

#[component]
fn Window() -> Element {
    terminal::use_files();
    let mut server = use_signal(|| address::known().inspect(ServerAddress::use_it));
    if server.read().is_some() {
        return rsx! { crate::App {} };
    }
    rsx! {
        AskAddress {
            on_answer: move |given: ServerAddress| {
                given.use_it();
                server.set(Some(given));
            },
        }
    }
}

#[component]
fn AskAddress(on_answer: EventHandler<ServerAddress>) -> Element {
    let mut text = use_signal(|| "http://localhost:8080".to_owned());
    let mut refusal = use_signal(String::new);
    let mut busy = use_signal(|| false);
    let submit = move |event: FormEvent| async move {
        event.prevent_default();
        busy.set(true);
        let answer = address::check(&text()).await;
        busy.set(false);
        match answer {
            Ok(found) => match found.remember() {
                Ok(()) => on_answer.call(found),
                Err(why) => refusal.set(why),
            },
            Err(why) => refusal.set(why),
        }
    };
    rsx! {
        main { class: "mx-auto flex min-h-screen max-w-sm flex-col justify-center gap-6 p-6",
            div {
                h1 { class: "text-xl font-semibold", "Connect to DockHost" }
                p { class: "mt-1 text-text-muted", "Where is your server? The address is the one you open in a browser." }
            }
            form { class: "flex flex-col gap-4", onsubmit: submit,
                crate::parts::Field {
                    label: "Server address",
                    name: "address",
                    value: text(),
                    error: Some(refusal()).filter(|why| !why.is_empty()),
                    oninput: move |typed| text.set(typed),
                }
                crate::parts::Button { kind: crate::parts::ButtonKind::Primary, submit: true, busy: busy(), "Connect" }
            }
        }
    }
}
