//! On the way to an app. Somebody who is not signed in is shown the door in this place, and goes on from here.

use dioxus::prelude::*;

#[component]
pub(crate) fn Visit(app: String, path: String) -> Element {
    // The server sends a person on to the app's own host, so this is no page of the router's.
    use_effect(|| {
        document::eval("location.replace('/open' + location.search)");
    });
    rsx! {
        document::Title { "{app} · DockHost" }
        p { class: "text-text-muted", role: "status", "Opening {app} …" }
    }
}
