use super::*;
use crate::doctor::answer::answer;
use crate::doctor::target::target;

fn wrong(answer: &Answer) -> String {
    judge(&target("http://a.example:8080"), "/healthz", answer).wrong
}

#[test]
fn who_answers_instead_is_said() {
    for (status, headers, body, word) in [
        (511, &[][..], "", "captive portal"),
        (302, &[("location", "http://login.wifi.example/?u=a")], "", "captive portal"),
        (401, &[("www-authenticate", "Basic realm=x")], "", "wants a name and a password"),
        (407, &[], "", "wants a name and a password"),
        (403, &[("server", "cloudflare")], "", "cloudflare"),
        (404, &[("server", "Apache")], "", "calls itself Apache"),
        (502, &[("server", "nginx/1.24")], "<html>", "(it calls itself nginx/1.24) and does not reach DockHost"),
        (400, &[], "<p>The plain HTTP request was sent to HTTPS port</p>", "speaks https"),
        (400, &[], "Client sent an HTTP request to an HTTPS server.", "speaks https"),
        (200, &[], "<!DOCTYPE html><TITLE lang=en>Guest\nWLAN</TITLE>", "\"Guest WLAN\""),
        (200, &[], "<html>", "without a title"),
        (200, &[], "hello", "is not DockHost: /healthz gave status 200, \"hello\""),
        (503, &[], r#"{"code": "unavailable", "message": "The disk is full."}"#, "DockHost refused"),
    ] {
        let said = wrong(&answer(status, headers, body));
        assert!(said.contains(word), "{status}: {said}");
    }
}

#[test]
fn a_redirect_to_https_names_the_address_to_write() {
    let moved = answer(308, &[("location", "https://a.example/healthz")], "");
    assert_eq!(judge(&target("http://a.example"), "/healthz", &moved).advice, "Write --server https://a.example.");
}

#[test]
fn silence_has_its_causes() {
    let plain = target("http://a.example");
    for (broken, word) in [
        (Broken::Late, "does not answer"),
        (Broken::Closed, "closed the connection"),
        (Broken::NotHttp, "may want TLS"),
        (Broken::Failed("reset".to_owned()), "failed on its way"),
    ] {
        let said = silent(&plain, "/healthz", &broken).wrong;
        assert!(said.contains(word), "{said}");
    }
    assert!(silent(&target("https://a.example"), "/healthz", &Broken::NotHttp).wrong.contains("HTTP/1.1"));
}
