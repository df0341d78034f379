//! Styles, fonts and the page's own script for a window that no server hands files to: compiled in.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

const STYLES: &str = include_str!("../../../public/dockhost.css");
/// As in `public/`: in a window nothing is drawn before its program is there, but menus are put in their place alike.
const MENUS: &str = include_str!("../../../public/menus.js");
const FONTS: [(&str, &[u8]); 4] = [
    ("/fonts/inter.woff2", include_bytes!("../../../public/fonts/inter.woff2")),
    ("/fonts/inter-latin.woff2", include_bytes!("../../../public/fonts/inter-latin.woff2")),
    ("/fonts/jetbrains-mono.woff2", include_bytes!("../../../public/fonts/jetbrains-mono.woff2")),
    ("/fonts/jetbrains-mono-latin.woff2", include_bytes!("../../../public/fonts/jetbrains-mono-latin.woff2")),
];

/// What goes into the window's `<head>`.
pub(super) fn head() -> String {
    let inline = |styles: String, (path, font): &(&str, &[u8])| {
        styles.replace(path, &format!("data:font/woff2;base64,{}", BASE64_STANDARD.encode(font)))
    };
    let styles = FONTS.iter().fold(STYLES.to_owned(), inline);
    format!("<meta name=\"color-scheme\" content=\"light dark\"><style>{styles}</style><script>{MENUS}</script>")
}
