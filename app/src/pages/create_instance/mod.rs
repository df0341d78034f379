//! Creating an instance: three choices, all made already.

mod draft;
mod first_key;
mod fit;
mod form;
mod images;
mod keys;
mod limits;
mod name;

use dioxus::prelude::*;

use crate::parts::PageHeader;

pub(crate) use draft::Draft;
use form::Form;
pub(crate) use keys::about;

#[component]
pub(crate) fn CreateInstance() -> Element {
    rsx! {
        div { class: "max-w-2xl",
            PageHeader { title: "Create instance", text: "Change what you like, and create it." }
            Form {}
        }
    }
}
