//! A browser's own description of itself, in words.

/// *Firefox on Linux*; what is not known is shown as it is.
pub(super) fn name(agent: &str) -> String {
    // The order matters: Edge and Chrome call themselves Safari, too, and Android calls itself Linux.
    let browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) if agent.trim().is_empty() => "A program that does not say what it is".to_owned(),
        (None, _) => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn browsers_are_told_apart() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        assert_eq!(name(chrome), "Chrome on Linux");
        assert_eq!(name(&format!("{chrome} Edg/131.0")), "Edge on Linux");
        assert_eq!(
            name("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) Version/18.1 Safari/605.1.15"),
            "Safari on macOS"
        );
        assert_eq!(name("Mozilla/5.0 (Android 15; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0"), "Firefox on Android");
    }

    #[test]
    fn others_are_shown_as_they_are() {
        assert_eq!(name("curl/8.5.0"), "curl/8.5.0");
        assert!(name(" ").starts_with("A program"));
        assert_eq!(name(&"é".repeat(100)).chars().count(), 60);
    }
}
