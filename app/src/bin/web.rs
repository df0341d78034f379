//! The client in a browser: takes over the page that the server drew.

fn main() {
    app::follow();
    dioxus::launch(app::App);
}
