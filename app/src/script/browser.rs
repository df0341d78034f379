//! In a browser the functions are part of the program, and no text is run: the page's policy forbids it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use super::Module;
use crate::json;

#[wasm_bindgen(module = "/scripts/page.mjs")]
extern "C" {
    pub(crate) fn focus(id: &str);
    pub(crate) fn enter(id: &str);
    pub(crate) fn address(text: &str);
    pub(crate) fn arrive();
    pub(crate) fn save(key: &str, text: &str);
    pub(crate) fn written() -> Option<String>;
    pub(crate) fn awake();
    pub(crate) fn title(text: &str);
    pub(crate) fn leave(url: &str);
    pub(crate) fn chance() -> f64;

    #[wasm_bindgen(js_name = copy)]
    async fn to_clipboard(text: &str) -> JsValue;
    #[wasm_bindgen(js_name = download)]
    async fn to_disk(instance: &str, path: &str, tickets: Vec<String>) -> JsValue;
    #[wasm_bindgen(js_name = load)]
    fn kept(key: &str) -> Option<String>;
    #[wasm_bindgen(js_name = origin)]
    fn here() -> String;

    type Far;
    fn begin(path: &str, name: &str, broken: &str, say: &Closure<dyn FnMut(String)>) -> Far;
    #[wasm_bindgen(method)]
    fn hear(this: &Far, text: &str);
    #[wasm_bindgen(method)]
    fn close(this: &Far);
}

pub(crate) async fn copy(text: String) -> bool {
    to_clipboard(&text).await.is_truthy()
}

/// Answers with the sentence if it is refused.
pub(crate) async fn download(instance: String, path: String, tickets: [String; 2]) -> Option<String> {
    to_disk(&instance, &path, tickets.into()).await.as_string()
}

pub(crate) async fn load(key: &str) -> Option<String> {
    kept(key)
}

pub(crate) async fn origin() -> Option<String> {
    Some(here())
}

/// A function of a module that runs beside the page. It lives until it is told to close, and says nothing once the last handle
/// is gone.
#[derive(Clone)]
pub(crate) struct Script(Rc<Ends>);

struct Ends {
    far: Far,
    said: Rc<RefCell<Said>>,
    _say: Closure<dyn FnMut(String)>,
}

#[derive(Default)]
struct Said {
    texts: VecDeque<String>,
    waiting: Option<Waker>,
}

impl Script {
    pub(crate) fn begin(module: &Module) -> Self {
        let said = Rc::new(RefCell::new(Said::default()));
        let hears = Rc::clone(&said);
        let say: Closure<dyn FnMut(String)> = Closure::new(move |text: String| {
            let waiting = {
                let mut said = hears.borrow_mut();
                said.texts.push_back(text);
                said.waiting.take()
            };
            if let Some(waiting) = waiting {
                waiting.wake();
            }
        });
        let far = begin(module.path, module.function, module.broken, &say);
        Self(Rc::new(Ends { far, said, _say: say }))
    }

    /// What cannot be written as JSON is not sent.
    pub(crate) fn send(&self, what: impl Serialize) {
        if let Ok(text) = serde_json::to_string(&what) {
            self.0.far.hear(&text);
        }
    }

    /// The next thing that it says; `None` for what cannot be read.
    pub(crate) async fn recv<T: DeserializeOwned>(&self) -> Option<T> {
        let text = poll_fn(|context| {
            let mut said = self.0.said.borrow_mut();
            match said.texts.pop_front() {
                Some(text) => Poll::Ready(text),
                None => {
                    said.waiting = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        });
        json::read(&text.await)
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.far.close();
    }
}
