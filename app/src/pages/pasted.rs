//! Lines that somebody pastes into a shell of another computer.

/// Fetches an installing script, and hands it to a shell together with the call: so a secret in the call is on nobody's
/// list of processes, and a script that arrives cut off does nothing. `pin` is of the key in a certificate that the server
/// made itself.
pub(in crate::pages) fn pasted(origin: &str, pin: Option<&str>, script: &str, call: &str) -> String {
    let pin = pin.map(|pin| format!(" -k --pinnedpubkey {pin}")).unwrap_or_default();
    let script = quoted(&format!("{origin}{script}"));
    format!("(curl -fsS{pin} {script} && echo {call}) | sh")
}

/// Some shells take brackets for a pattern of file names.
pub(in crate::pages) fn quoted(text: &str) -> String {
    if text.contains('[') { format!("'{text}'") } else { text.to_owned() }
}
