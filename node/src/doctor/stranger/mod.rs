//! What an answer that is not DockHost's seems to come from.

use super::answer::{Answer, Broken, clean};
use super::check::Fault;
use super::target::Target;

/// `asked` is the path that was asked for.
pub(super) fn judge(target: &Target, asked: &str, answer: &Answer) -> Fault {
    let place = target.place();
    let called = answer.header("server").map(|name| format!(" (it calls itself {name})")).unwrap_or_default();
    let status = answer.status;
    if let Some(message) = answer.refusal() {
        return Fault::new(
            format!("DockHost refused {asked} with status {status}: {message}"),
            "Look at the server's log at this time.",
        );
    }
    if answer.wants_password() {
        return Fault::new(
            format!("A proxy in front of DockHost wants a name and a password for {asked}{called}."),
            "Except /healthz, /api/v1/channel and /api/v1/stream from the proxy's sign-in: the node has its own key.",
        );
    }
    if let Some(to) = answer.header("location").filter(|_| (300..400).contains(&status)) {
        return redirect(target, asked, &to);
    }
    let body = answer.body.to_ascii_lowercase();
    if status == 400 && (body.contains("https port") || body.contains("https server")) {
        return Fault::new(
            format!("{place} speaks https, and --server says http."),
            format!("Write --server https://{}.", target.authority),
        );
    }
    if status == 511 {
        return portal(format!(
            "A captive portal answers at {place}: it wants a sign-in before it lets this machine out."
        ));
    }
    if (502..=504).contains(&status) {
        return Fault::new(
            format!("A reverse proxy answers at {place}{called} and does not reach DockHost: status {status}."),
            "Start DockHost on the server, and check the address that the proxy passes requests to.",
        );
    }
    if status == 404 {
        return Fault::new(
            format!("The program at {place}{called} knows no {asked}: it is not DockHost, or DockHost is elsewhere."),
            "Check host, port and path of --server, and that a proxy passes every path to DockHost.",
        );
    }
    if status == 403 {
        return Fault::new(
            format!("A proxy or firewall in front of DockHost{called} forbids {asked}."),
            "Let this machine's address and this path through there; DockHost itself never answers 403 here.",
        );
    }
    if let Some(title) = title(&answer.body) {
        return portal(format!(
            "A web page answers at {place}{called}, \"{title}\": it is a captive portal, a proxy or another program."
        ));
    }
    Fault::new(
        format!(
            "The program at {place}{called} is not DockHost: {asked} gave status {status}, \"{}\".",
            clean(&answer.body)
        ),
        "Check host and port of --server, and which program listens there.",
    )
}

/// No answer in HTTP came at all.
pub(super) fn silent(target: &Target, asked: &str, broken: &Broken) -> Fault {
    let place = target.place();
    match broken {
        Broken::Late => Fault::new(
            format!("{place} takes the connection and does not answer {asked}."),
            "Look whether DockHost hangs (its log), and whether a firewall in between holds the request back.",
        ),
        Broken::Closed => Fault::new(
            format!("{place} closed the connection without an answer to {asked}."),
            "Check which program listens there, and whether a firewall or proxy in between cuts the connection.",
        ),
        Broken::NotHttp if !target.secure => Fault::new(
            format!("The program at {place} does not speak HTTP: it may want TLS, or it is not DockHost."),
            format!("Try --server https://{}, and check the port.", target.authority),
        ),
        Broken::NotHttp => Fault::new(
            format!("The program at {place} does not speak HTTP/1.1: it is not DockHost."),
            "Check the port in --server, and that the proxy there offers HTTP/1.1.",
        ),
        Broken::Failed(why) => Fault::new(
            format!("The request for {asked} failed on its way to {place}: {}.", clean(why)),
            "Run this again; if it stays, look at the logs of the server and of the proxy in front of it.",
        ),
    }
}

fn redirect(target: &Target, asked: &str, to: &str) -> Fault {
    let host = to.split_once("://").map(|(_, rest)| rest.split(['/', '?', ':']).next().unwrap_or_default());
    if !target.secure && to.starts_with("https://") && host == Some(&target.host) {
        let root = to.strip_suffix(asked).unwrap_or(to).trim_end_matches('/');
        return Fault::new(
            format!("{} redirects to https, and the node follows no redirect.", target.place()),
            format!("Write --server {root}."),
        );
    }
    portal(format!("{} redirects {asked} to {to}: it seems to be a captive portal or a sign-in page.", target.place()))
}

fn portal(wrong: String) -> Fault {
    Fault::new(wrong, "Sign in to this network in a browser if it asks for that, or check host and port of --server.")
}

fn title(body: &str) -> Option<String> {
    // Lower-casing only ASCII keeps every position where it is.
    let lower = body.to_ascii_lowercase();
    if !lower.contains("<html") && !lower.contains("<!doctype html") {
        return None;
    }
    let begin = lower.find("<title").and_then(|at| Some(at + lower.get(at..)?.find('>')? + 1));
    let within = begin.and_then(|at| body.get(at..)).and_then(|rest| rest.split('<').next());
    Some(within.map(clean).filter(|title| !title.is_empty()).unwrap_or_else(|| "without a title".to_owned()))
}

#[cfg(test)]
mod tests;
