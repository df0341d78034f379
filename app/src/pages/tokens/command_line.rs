//! The program for one's own computer: how it is installed, and how it signs in.

use dioxus::prelude::*;

use crate::pages::node_form::use_origin;
use crate::pages::pasted::{pasted, quoted};
use crate::parts::{Card, CopyText};
use crate::state::use_live;

#[component]
pub(super) fn CommandLine() -> Element {
    let live = use_live();
    let origin = use_origin();
    let pin = use_memo(move || live.welcome.read().server_key_pin.clone());
    rsx! {
        Card { title: "Command line",
            div { class: "flex flex-col items-start gap-3",
                p { class: "text-sm text-text-muted",
                    "The program dockhost does on your own computer what these pages do, and leads ssh to your instances. Paste \
                     this on a computer with Linux:"
                }
                if let Some(origin) = origin() {
                    CopyText { text: installing(&origin, pin.read().as_deref()), title: "Copy the line that installs it", wrap: true }
                    p { class: "text-sm text-text-muted", "Then let it sign in, with a browser or with a token:" }
                    CopyText { text: format!("dockhost login {}", quoted(&origin)), title: "Copy the command", wrap: true }
                }
            }
        }
    }
}

fn installing(origin: &str, pin: Option<&str>) -> String {
    pasted(origin, pin, "/install-dockhost", &format!("install_dockhost {}", quoted(origin)))
}

#[cfg(test)]
mod tests {
    use super::installing;

    #[test]
    fn the_line_has_all_that_the_computer_needs() {
        assert_eq!(
            installing("https://a.example", None),
            "(curl -fsS https://a.example/install-dockhost && echo install_dockhost https://a.example) | sh"
        );
        assert_eq!(
            installing("https://[2001:db8::1]:8080", Some("sha256//a+/b=")),
            "(curl -fsS -k --pinnedpubkey sha256//a+/b= 'https://[2001:db8::1]:8080/install-dockhost' && \
             echo install_dockhost 'https://[2001:db8::1]:8080') | sh"
        );
    }
}
