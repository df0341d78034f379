//! The ports that have a public URL or may get one.

mod declare;
mod level;
mod link;
mod row;

use dioxus::prelude::*;
use model::port::UrlAccess;
use model::view::{InstanceView, UrlView};

use crate::state::{use_called, use_other_owner};

use declare::Declare;
use row::Row;

#[component]
pub(super) fn Urls(view: InstanceView) -> Element {
    let (called, other) = (use_called(&view), use_other_owner(&view));
    let own = other.is_none();
    let declared: Vec<_> = view.urls.iter().map(|url| url.port).collect();
    rsx! {
        section { class: "flex flex-col gap-3 border-t border-line pt-5 @4xl:border-t-0 @4xl:pt-0",
            div {
                h3 { class: "font-medium", "Public URLs" }
                p { class: "text-sm text-text-muted", "The app must listen on 0.0.0.0 and speak HTTP: plain, or over TLS on 443, 8443 and the like." }
            }
            if lacks_domain(&view.urls) {
                p { class: "text-sm text-text-muted",
                    "This installation has no domain for apps, so ports have no public URL. Its operator sets DOCKHOST_APPS_DOMAIN."
                }
            }
            if view.urls.is_empty() {
                p { class: "text-text-muted", "No port has one yet." }
            } else {
                ul { class: "divide-y divide-line border-y border-line", aria_label: "Public URLs",
                    for url in view.urls.clone() {
                        Row { key: "{url.port.0}", id: view.id, called: called.clone(), own, generation: view.generation, url }
                    }
                }
            }
            Declare { id: view.id, declared, owner: other }
        }
    }
}

/// A level was chosen and yet nothing has a URL: that is the installation's doing, not the person's.
fn lacks_domain(urls: &[UrlView]) -> bool {
    urls.iter().all(|url| url.url.is_empty()) && urls.iter().any(|url| url.access != UrlAccess::Off)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::port::ContainerPort;

    #[test]
    fn the_operator_is_named_only_where_a_domain_would_help() {
        let view = |access, url: &str| UrlView { port: ContainerPort::HTTP, access, url: url.to_owned() };
        assert!(!lacks_domain(&[]));
        assert!(!lacks_domain(&[view(UrlAccess::Off, "")]));
        assert!(!lacks_domain(&[view(UrlAccess::Off, ""), view(UrlAccess::Owner, "https://80-web-1.example/")]));
        assert!(lacks_domain(&[view(UrlAccess::Off, ""), view(UrlAccess::Public, "")]));
    }
}
