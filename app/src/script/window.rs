//! A window of the desktop has its page elsewhere, so it is given the functions as a text to run. On the server they do nothing:
//! what they are for happens in a browser.

use std::hash::{BuildHasher as _, RandomState};

use dioxus::document::Eval;
use dioxus::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Module;

const FUNCTIONS: &str = include_str!("../../scripts/page.mjs");

/// Runs `call` with the functions at hand. It hears `what` by `dioxus.recv()`.
fn run(call: &str, what: impl Serialize) -> Eval {
    let script = document::eval(&format!("{}\n{call}", FUNCTIONS.replace("export ", "")));
    // A page that is gone hears nothing, and wants nothing.
    drop(script.send(what));
    script
}

pub(crate) fn focus(id: &str) {
    run("focus(await dioxus.recv());", id);
}

pub(crate) fn enter(id: &str) {
    run("enter(await dioxus.recv());", id);
}

/// A window shows no address.
pub(crate) fn address(_: &str) {}

pub(crate) fn arrive() {
    run("arrive();", ());
}

pub(crate) async fn copy(text: String) -> bool {
    run("return await copy(await dioxus.recv());", text).join().await.unwrap_or(false)
}

pub(crate) async fn load(key: &str) -> Option<String> {
    run("return load(await dioxus.recv());", key).join::<Option<String>>().await.ok().flatten()
}

pub(crate) fn save(key: &str, text: &str) {
    run("save(...await dioxus.recv());", (key, text));
}

/// Answers with the sentence if it is refused. The window's own program downloads by itself.
#[cfg(not(feature = "desktop"))]
pub(crate) async fn download(instance: String, path: String, tickets: [String; 2]) -> Option<String> {
    let what = (instance, path, tickets);
    let answer = run("return await download(...await dioxus.recv());", what).join::<Option<String>>().await;
    answer.unwrap_or_else(|_| Some("The download could not be begun.".to_owned()))
}

/// No server draws for a window.
pub(crate) fn written() -> Option<String> {
    None
}

/// It is awake when it is there.
pub(crate) fn awake() {}

pub(crate) fn title(text: &str) {
    document::document().set_title(text.to_owned());
}

pub(crate) fn leave(url: &str) {
    run("leave(await dioxus.recv());", url);
}

pub(crate) async fn origin() -> Option<String> {
    run("return origin();", ()).join().await.ok()
}

/// From 0 to 1.
pub(crate) fn chance() -> f64 {
    let some = RandomState::new().hash_one(());
    f64::from(u32::try_from(some >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

/// A function of a module that runs beside the page. It lives until it is told to close.
#[derive(Clone)]
pub(crate) struct Script(Eval);

impl Script {
    pub(crate) fn begin(module: &Module) -> Self {
        let Module { path, function, broken } = module;
        Self(document::eval(&format!(
            "try {{
                const module = await import(new URL('{path}', document.baseURI).href);
                await module.{function}(dioxus);
            }} catch {{
                dioxus.send({broken});
            }}"
        )))
    }

    /// A script that is gone hears nothing, which is what was wanted of it.
    pub(crate) fn send(&self, what: impl Serialize) {
        drop(self.0.send(what));
    }

    /// The next thing that it says; `None` once it is gone.
    pub(crate) async fn recv<T: DeserializeOwned>(&self) -> Option<T> {
        let mut script = self.0;
        script.recv().await.ok()
    }
}
