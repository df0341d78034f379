//! How bytes travel to a browser: which coding an answer has, which files the web client is made of, and the page around what
//! is drawn for a visitor.

mod coding;
mod compress;
mod file;
mod page;
mod policy;
mod site;

use axum::Router;
use axum::middleware::from_fn;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

pub use file::File;
pub use page::{BadIndex, Page};
pub use policy::Policy;
pub use site::Site;

/// Quick enough for a page that is drawn anew for everybody; what does not change was compressed once, as well as can be.
const QUICK: CompressionLevel = CompressionLevel::Precise(6);

/// Puts compression around every route of `router`; an answer that was ready or that goes on for long passes as it is.
pub(super) fn compressed<S>(router: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router
        .layer(from_fn(compress::mark))
        .layer(CompressionLayer::new().quality(QUICK).compress_when(compress::is_marked))
        .layer(from_fn(compress::negotiate))
}
