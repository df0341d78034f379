//! Which host ports of one machine lead to which ports in the instance.

use dioxus::prelude::*;
use model::port::{ContainerPort, PortBinding};

use crate::parts::{CopyText, Words};

#[component]
pub(super) fn Table(
    title: &'static str,
    text: String,
    /// Of the node, where the text names it.
    name: String,
    children: Element,
) -> Element {
    rsx! {
        section { class: "@container flex flex-col gap-2",
            div {
                h3 { class: "font-medium", "{title}" }
                p { class: "text-sm text-text-muted", Words { text, name } }
            }
            table { class: "w-full text-left", aria_label: "{title}",
                thead { class: "text-sm text-text-muted",
                    tr {
                        th { class: "pb-1.5 align-bottom font-normal", scope: "col", "Host port" }
                        th { class: "pb-1.5 font-normal @md:whitespace-nowrap", scope: "col", "Port in the instance" }
                        // As wide as a row's menu, so that the columns of all tables are alike.
                        td { div { class: "w-9 pointer-coarse:w-11" } }
                    }
                }
                {children}
            }
        }
    }
}

/// One of the three, which stay as long as the instance does.
#[component]
pub(super) fn BlockRow(node: String, binding: PortBinding, closed: bool) -> Element {
    let remark = if closed { "closed" } else { purpose(binding.container) };
    rsx! {
        tbody { class: "border-t border-line",
            Cells { address: address(&node, binding), port: binding.container, remark }
        }
    }
}

/// A long address is broken, never cut: its end is what matters most, and that is not broken.
#[component]
pub(super) fn Cells(address: String, port: ContainerPort, remark: &'static str, menu: Option<Element>) -> Element {
    let (machine, number) = address.split_at(address.rfind(':').unwrap_or_default());
    rsx! {
        tr {
            td { class: "w-full py-1.5 pr-2",
                CopyText { text: machine, tail: number, title: "Copy the address", wrap: true, fill: true }
            }
            td { class: "py-1.5 whitespace-nowrap",
                code { class: "font-mono", "{port.0}" }
                span { class: "pl-2 text-sm text-text-muted empty:hidden", "{remark}" }
            }
            td { class: "py-1.5 text-right", {menu} }
        }
    }
}

/// An IPv6 address needs brackets before a port.
fn address(node: &str, binding: PortBinding) -> String {
    let port = binding.host.0;
    match node {
        "" => port.to_string(),
        node if node.contains(':') && !node.starts_with('[') => format!("[{node}]:{port}"),
        node => format!("{node}:{port}"),
    }
}

const fn purpose(port: ContainerPort) -> &'static str {
    match port {
        ContainerPort::SSH => "ssh",
        ContainerPort::HTTP => "http",
        ContainerPort::HTTPS => "https",
        ContainerPort(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::port::HostPort;

    #[test]
    fn addresses_can_be_pasted() {
        let binding = PortBinding { host: HostPort(1024), container: ContainerPort::SSH };
        assert_eq!(address("lab-3.example", binding), "lab-3.example:1024");
        assert_eq!(address("fd00::1", binding), "[fd00::1]:1024");
        assert_eq!(address("", binding), "1024");
    }
}
