//! The page's title in the browser's tab.

use dioxus::prelude::*;

/// The framework's own would run a text as a script, which the page's policy forbids.
#[component]
pub(crate) fn Title(text: String) -> Element {
    // Into the first paint; effects do not run there.
    #[cfg(feature = "server")]
    use_hook(|| crate::script::title(&text));
    use_effect(use_reactive!(|text| crate::script::title(&text)));
    rsx! {}
}
