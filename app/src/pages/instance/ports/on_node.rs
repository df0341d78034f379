//! Which host ports lead to which container ports.

use dioxus::prelude::*;
use model::port::{ContainerPort, PortBinding};
use model::view::InstanceView;

use crate::parts::CopyText;

#[component]
pub(super) fn OnNode(view: InstanceView) -> Element {
    rsx! {
        if view.ports.is_empty() {
            p { class: "text-text-muted", "It has no host ports yet." }
        } else {
            table { class: "w-full text-left",
                thead { class: "text-sm text-text-muted",
                    tr {
                        th { class: "pb-2 font-normal", "On the node" }
                        th { class: "pb-2 font-normal whitespace-nowrap", "In the instance" }
                    }
                }
                tbody {
                    for binding in view.ports.iter().copied() {
                        tr { key: "{binding.host.0}", class: "border-t border-line",
                            td { class: "max-w-0 w-full py-1.5 pr-4", CopyText { text: address(&view.node.address, binding), title: "Copy the address" } }
                            td { class: "py-1.5 whitespace-nowrap",
                                code { class: "font-mono", "{binding.container.0}" }
                                span { class: "pl-2 text-sm text-text-muted", {purpose(binding.container)} }
                            }
                        }
                    }
                }
            }
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
