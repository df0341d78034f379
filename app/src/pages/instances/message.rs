//! What is said of an instance.

use dioxus::prelude::*;
use model::view::InstanceView;

use crate::parts::{Countdown, Time};

#[component]
pub(crate) fn Message(view: InstanceView) -> Element {
    rsx! {
        "{view.message}"
        if let Some(at) = view.starts_at {
            " "
            Countdown { at }
        }
        if let Some(at) = view.last_heard_at {
            " That node was last heard "
            Time { at }
            "."
        }
    }
}
