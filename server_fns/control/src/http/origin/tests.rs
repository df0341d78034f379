//! Whose pages may ask.

use super::super::exposure::Certificate;
use super::super::probe::request;
use super::*;

fn origins() -> Origins {
    let urls = ["https://Dock.Example.org/".to_owned()];
    Origins::new("0.0.0.0:8080".parse().unwrap(), Exposure::Insecure, &urls).unwrap().also_known_as(["box".to_owned()])
}

fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Result<(), Refusal> {
    let request = request(method, path, headers, "");
    let host = host_name::host(&request);
    decide(&origins(), host.as_deref(), request.method(), request.uri(), request.headers())
}

#[test]
fn our_own_pages_may() {
    for own in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "https://dock.example.org"] {
        let headers = [("origin", own), ("sec-fetch-site", "same-origin"), ("cookie", "dh_session=x")];
        assert_eq!(ask("POST", "/api/v1/instances", &headers), Ok(()));
        assert_eq!(ask("GET", "/api/v1/live", &[&headers[..], &[("upgrade", "websocket")]].concat()), Ok(()));
    }
}

#[test]
fn whoever_opened_the_page_by_an_address_may() {
    for (host, origin) in [
        ("192.0.2.7:8080", "http://192.0.2.7:8080"),
        ("[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
        ("192.0.2.7", "http://192.0.2.7"),
        ("box:8080", "http://box:8080"),
    ] {
        assert_eq!(ask("POST", "/api/v1/sign-in", &[("host", host), ("origin", origin)]), Ok(()), "{host}");
    }
    for (host, origin) in [
        ("192.0.2.7:8080", "http://192.0.2.7:8081"),
        ("192.0.2.7:8080", "https://192.0.2.7:8080"),
        ("192.0.2.7:8080", "http://192.0.2.8:8080"),
        ("evil.example:8080", "http://evil.example:8080"),
        ("box:8080", "http://box:1080"),
    ] {
        assert!(ask("POST", "/api/v1/sign-in", &[("host", host), ("origin", origin)]).is_err(), "{host} {origin}");
    }
}

#[test]
fn other_pages_may_not_and_are_named() {
    for foreign in [
        "null",
        "http://evil.example",
        "http://dock.example.org",
        "https://dock.example.org:8443",
        "https://dock.example.org.evil.example",
        "https://app.dock.example.org",
        "http://localhost:8081",
        "",
        "https://dock.example.org https://evil.example",
    ] {
        let refusal = ask("POST", "/api/v1/instances", &[("origin", foreign)]).expect_err(foreign);
        assert_eq!(refusal.code, RefusalCode::Forbidden);
        assert!(refusal.message.contains(&format!("`{foreign}`")), "{}", refusal.message);
        assert!(refusal.message.contains("DOCKHOST_PUBLIC_URL"));
        assert!(ask("GET", "/", &[("origin", foreign), ("upgrade", "websocket")]).is_err());
    }
    let twice = [("origin", "http://localhost:8080"), ("origin", "http://evil.example")];
    assert!(ask("POST", "/api/v1/instances", &twice).is_err());
}

#[test]
fn a_link_from_elsewhere_opens_a_page_and_nothing_else() {
    for site in ["cross-site", "same-site"] {
        let link = [("sec-fetch-site", site), ("sec-fetch-mode", "navigate")];
        assert_eq!(ask("GET", "/instances", &link), Ok(()));
        assert!(ask("POST", "/instances", &link).is_err());
        assert!(ask("GET", "/api/v1/instances", &link).is_err());
        assert!(ask("GET", "/instances", &[&link[..], &[("upgrade", "websocket")]].concat()).is_err());
        assert!(ask("GET", "/instances", &[("sec-fetch-site", site), ("sec-fetch-mode", "no-cors")]).is_err());
    }
    assert_eq!(ask("GET", "/api/v1/instances", &[("sec-fetch-site", "none")]), Ok(()));
}

#[test]
fn the_desktop_window_may_with_a_ticket() {
    let window = [("origin", "dioxus://index.html"), ("sec-fetch-site", "cross-site"), ("upgrade", "websocket")];
    assert_eq!(ask("GET", "/api/v1/terminal?ticket=x", &window), Ok(()));
    assert_eq!(ask("PUT", "/api/v1/instances/i-1/files?path=a&ticket=x", &window[..2]), Ok(()));
    for other in ["/api/v1/live", "/api/v1/instances", "/api/v1/instances/i-1/files?path=a"] {
        assert!(ask("GET", other, &window).is_err(), "{other}");
    }
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("upgrade", "websocket")];
    assert!(ask("GET", "/api/v1/terminal?ticket=x", &foreign).is_err());
}

#[test]
fn programs_send_neither_header_and_may() {
    assert_eq!(ask("POST", "/api/v1/instances", &[("authorization", "Bearer dhp_x")]), Ok(()));
    assert_eq!(ask("POST", "/api/v1/instances", &[("cookie", "dh_session=x")]), Ok(()));
    assert_eq!(ask("GET", "/api/v1/live", &[("cookie", "dh_session=x"), ("upgrade", "websocket")]), Ok(()));
}

#[test]
fn a_browsers_socket_with_a_cookie_needs_an_origin() {
    let socket = [("cookie", "dh_session=x"), ("upgrade", "websocket"), ("sec-fetch-site", "same-origin")];
    assert!(ask("GET", "/api/v1/live", &socket).is_err());
    assert_eq!(ask("GET", "/api/v1/live", &[&socket[..], &[("authorization", "Bearer x")]].concat()), Ok(()));
    assert_eq!(ask("GET", "/api/v1/live", &socket[1..]), Ok(()));
}

#[test]
fn public_urls_are_read_as_browsers_write_them() {
    let read = |exposure, url: &str| Origins::new("10.0.0.5:80".parse().unwrap(), exposure, &[url.to_owned()]);
    let plain = |url: &str| read(Exposure::Insecure, url);
    assert!(plain("HTTPS://Dock.Example.org:443/x").unwrap().allows("https://dock.example.org", None));
    assert!(plain("http://[2001:db8::1]:3000").unwrap().allows("http://[2001:db8::1]:3000", None));
    assert!(plain("https://a.example").unwrap().allows("http://10.0.0.5", None));
    let tls = |certificate, url: &str| read(Exposure::Tls(certificate), url).unwrap();
    assert!(tls(Certificate::Given, "https://a.example").allows("https://10.0.0.5:80", None));
    assert!(tls(Certificate::Given, "https://a.example").strict());
    assert!(!tls(Certificate::Made, "https://a.example").strict());
    assert!(read(Exposure::Proxied, "https://a.example").unwrap().strict());
    assert!(!plain("http://a.example").unwrap().strict());
    assert!(!Origins::new("127.0.0.1:443".parse().unwrap(), Exposure::Loopback, &[]).unwrap().strict());
    for bad in ["dock.example.org", "", "ftp://a.example", "https://", "/x", "https://ada@a.example", "*"] {
        assert_eq!(plain(bad), Err(BadPublicUrl(bad.to_owned())), "{bad}");
    }
}
