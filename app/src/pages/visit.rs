//! On the way to an app. Somebody who is not signed in is shown the door in this place, and goes on from here.

use dioxus::prelude::*;
use model::request::Visit as Request;
use server_fns::{Json, apps};

use crate::action::use_ask;
use crate::parts::{Notice, NoticeKind, Title};
use crate::script;

#[component]
pub(crate) fn Visit(app: String, path: String, browser: String) -> Element {
    let ask = use_ask();
    let wanted = app.clone();
    // The app has a host of its own, so it is no page of the router's.
    use_effect(use_reactive!(|(wanted, path, browser)| {
        let request = Request { app: wanted, path, browser };
        ask.start(apps::visit(Json(request)), |way| script::leave(&way.url));
    }));
    rsx! {
        Title { text: "{app} · DockHost" }
        h1 { class: "pb-3 text-xl font-semibold wrap-anywhere", "{app}" }
        match ask.rest(&[]) {
            Some(why) => rsx! {
                Notice { kind: NoticeKind::Bad, "{why}" }
            },
            None => rsx! {
                p { class: "text-text-muted", role: "status", "Opening {app} …" }
            },
        }
    }
}
