//! What a page wants of its browser and the framework does not offer. The functions are in `scripts/page.mjs`.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod window;

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::{
    Script, address, arrive, awake, chance, copy, download, enter, focus, leave, load, origin, save, title, written,
};
#[cfg(all(not(target_arch = "wasm32"), not(feature = "desktop")))]
pub(crate) use window::download;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use window::{
    Script, address, arrive, awake, chance, copy, enter, focus, leave, load, origin, save, title, written,
};

/// A function of a module that the server hands out, or a window out of itself.
pub(crate) struct Module {
    pub(crate) path: &'static str,
    pub(crate) function: &'static str,
    /// What it says, as JSON, when it cannot be loaded.
    pub(crate) broken: &'static str,
}
