//! The key of the session, which goes with whatever the page asks for. A browser gives the cookie to every port of the
//! host; the key stays in the storage of this origin, which no page of another port can read.

use dioxus::fullstack::http::HeaderName;
use dioxus::fullstack::{HeaderMap, HeaderValue, get_request_headers, set_request_headers};
use model::request::SESSION_KEY;

/// Takes up the session that this browser has, before anything is asked, and each that begins on another tab. For the
/// launcher.
pub fn follow() {
    recall();
    storage::on_change(recall);
}

/// Where the key of the last session stays when it is over; see `SignIn`.
const LAST: &str = "dockhost-last-session-key";

fn recall() {
    if let Some(key) = storage::read(SESSION_KEY) {
        show(&key);
    }
}

/// Somebody signed in.
pub(crate) fn keep(key: &str) {
    show(key);
    storage::write(SESSION_KEY, key);
    storage::write(LAST, key);
}

/// The key of the session that this browser had last.
pub(crate) fn last() -> Option<String> {
    storage::read(LAST)
}

pub(crate) fn is_kept() -> bool {
    shown().is_some()
}

/// The session is over. What another tab has kept since then is that tab's.
pub(crate) fn forget() {
    if storage::read(SESSION_KEY) == shown() {
        storage::remove(SESSION_KEY);
    }
    set_request_headers(HeaderMap::new());
}

fn shown() -> Option<String> {
    get_request_headers().get(SESSION_KEY)?.to_str().ok().map(str::to_owned)
}

fn show(key: &str) {
    // The server makes keys of letters and digits; what else stands there is none.
    if let Ok(value) = HeaderValue::from_str(key) {
        set_request_headers(HeaderMap::from_iter([(HeaderName::from_static(SESSION_KEY), value)]));
    }
}

/// A browser that allows none keeps the session until the page is loaded anew.
#[cfg(target_arch = "wasm32")]
mod storage {
    use wasm_bindgen::JsCast as _;
    use wasm_bindgen::closure::Closure;
    use web_sys::{Storage, window};

    fn storage() -> Option<Storage> {
        window()?.local_storage().ok()?
    }

    pub(super) fn read(item: &str) -> Option<String> {
        storage()?.get_item(item).ok()?
    }

    pub(super) fn write(item: &str, key: &str) {
        drop(storage().map(|storage| storage.set_item(item, key)));
    }

    pub(super) fn remove(item: &str) {
        drop(storage().map(|storage| storage.remove_item(item)));
    }

    /// Calls back when another tab wrote; for as long as the page lives.
    pub(super) fn on_change(then: fn()) {
        let Some(window) = window() else { return };
        let heard = Closure::<dyn Fn()>::new(then);
        drop(window.add_event_listener_with_callback("storage", heard.as_ref().unchecked_ref()));
        heard.forget();
    }
}

/// A window keeps it, like the cookie, for as long as it is open.
#[cfg(not(target_arch = "wasm32"))]
mod storage {
    pub(super) const fn read(_: &str) -> Option<String> {
        None
    }

    pub(super) const fn write(_: &str, _: &str) {}

    pub(super) const fn remove(_: &str) {}

    pub(super) const fn on_change(_: fn()) {}
}
