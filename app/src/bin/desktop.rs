//! The client in a window of its own.

fn main() {
    app::desktop::launch();
}
