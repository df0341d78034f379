use super::*;

fn asked() -> RequestContext {
    RequestContext {
        peer: IpAddr::from([192, 0, 2, 7]),
        scheme: "https",
        host: "80-web.apps.example".to_owned(),
        identity: Some(Identity { person: "ada".parse().unwrap(), token: HeaderValue::from_static("signed") }),
    }
}

pub(in super::super) fn map(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
    }
    map
}

#[test]
fn forty_ways_to_claim_another_origin_are_taken_away() {
    let spoofed = [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-port",
        "x-forwarded-server",
        "x-forwarded-user",
        "x-forwarded-email",
        "x-forwarded-groups",
        "x-forwarded-prefix",
        "x-forwarded-ssl",
        "x-forwarded",
        "x-real-ip",
        "x-dockhost-user",
        "x-dockhost-person",
        "x-dockhost-identity",
        "x_dockhost_identity",
        "dockhost-session-key",
        "x_forwarded_for",
        "x_dockhost_user",
        "x.dockhost.user",
        "x!forwarded'for",
        "x-goog-authenticated-user-email",
        "cf-access-authenticated-user-email",
        "tailscale-user-login",
        "ssl-client-s-dn",
        "x-original-url",
        "x-original-forwarded-for",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-remote-user",
        "remote-user",
        "true-client-ip",
        "cf-connecting-ip",
        "cf-connecting-ipv6",
        "cf-visitor",
        "fastly-client-ip",
        "fly-client-ip",
        "x-envoy-external-address",
        "x-auth-request-user",
        "x-auth-request-email",
        "x-authenticated-user",
        "x-webauth-user",
        "x-user-id",
        "x-user",
        "x-email",
        "x-goog-iap-jwt-assertion",
        "x-amzn-oidc-identity",
        "x-ms-client-principal",
        "x-azure-clientip",
        "x-appengine-user-ip",
        "client-ip",
    ];
    let pairs: Vec<(&str, &str)> = spoofed.iter().map(|name| (*name, "evil")).collect();
    let passed = inward(&map(&pairs), &asked(), None);
    assert!(passed.values().all(|value| value != "evil"), "{passed:?}");
    assert_eq!(passed["x-forwarded-for"], "192.0.2.7");
    assert_eq!(passed["x-dockhost-user"], "ada");
    assert_eq!(passed["x-dockhost-identity"], "signed");
    assert!(claimless(&map(&pairs)).is_empty(), "they would pass behind a body");
    let websocket = HeaderValue::from_static("websocket");
    let stranger = inward(&map(&pairs), &RequestContext { identity: None, ..asked() }, Some(&websocket));
    assert!(stranger.keys().all(|name| !name.as_str().contains("dockhost")), "{stranger:?}");
    assert!(spoofed.len() >= 40);
}

#[test]
fn neither_our_cookies_nor_our_tokens_reach_an_app() {
    let from = map(&[
        ("cookie", "a=1; dh_session=dhs_x; __Host-dockhost-app=y"),
        ("cookie", "b=2; dockhost-app=z"),
        ("authorization", "Bearer dhp_secret"),
    ]);
    let passed = inward(&from, &asked(), None);
    assert_eq!(passed["cookie"], "a=1; b=2");
    assert!(!passed.contains_key("authorization"));
    let mut with_more = map(&[]);
    with_more.insert(header::AUTHORIZATION, HeaderValue::from_bytes(b"Bearer dhp_secret \xff").unwrap());
    assert!(!inward(&with_more, &asked(), None).contains_key("authorization"));
    let own = inward(&map(&[("authorization", "Basic YTpi")]), &asked(), None);
    assert_eq!(own["authorization"], "Basic YTpi");
}

#[test]
fn what_belongs_to_one_connection_stays_there() {
    let mut from = map(&[("connection", "close, X-Secret"), ("x-secret", "1"), ("x-other", "1"), ("te", "gzip")]);
    from.append(header::CONNECTION, HeaderValue::from_bytes(b"\xc3\xa9, X-Other").unwrap());
    from.append(header::ACCEPT, HeaderValue::from_static("*/*"));
    let passed = inward(&from, &asked(), None);
    for name in ["x-secret", "x-other", "te", "connection"] {
        assert!(!passed.contains_key(name), "{name}");
    }
    assert!(passed.contains_key("accept"));
}

#[test]
fn an_app_hears_that_its_visitor_takes_trailers() {
    let passed = inward(&map(&[("te", "gzip, Trailers"), ("connection", "TE")]), &asked(), None);
    assert_eq!(passed["te"], "trailers");
    assert_eq!(passed["connection"], "te");
    let passed = inward(&map(&[("te", "trailers")]), &asked(), Some(&HeaderValue::from_static("chat")));
    assert_eq!(passed["upgrade"], "chat");
    assert_eq!(passed["connection"], "upgrade");
    assert!(!passed.contains_key("te"));
}

#[test]
fn bytes_above_127_pass_unharmed() {
    let mut from = HeaderMap::new();
    let lines: [&[u8]; 3] = [
        "name=José; dh_session=dhs_x".as_bytes(),
        b"latin=Jos\xe9; __Host-dockhost-app=\xe9; not utf-8=\xff\xfe",
        b"\xe2\x80\x83dh_session=theirs; noname",
    ];
    for line in lines {
        from.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
    }
    from.append("x-place", HeaderValue::from_bytes(b"Z\xfcrich").unwrap());
    let passed = inward(&from, &asked(), None);
    let whole: &[u8] = b"name=Jos\xc3\xa9; latin=Jos\xe9; not utf-8=\xff\xfe; \xe2\x80\x83dh_session=theirs; noname";
    assert_eq!(passed["cookie"].as_bytes(), whole);
    assert_eq!(passed["x-place"].as_bytes(), b"Z\xfcrich");
}

#[test]
fn two_lengths_or_two_hosts_are_refused() {
    for pairs in [
        &[("content-length", "1"), ("content-length", "2")][..],
        &[("content-length", "1"), ("transfer-encoding", "chunked")],
        &[("host", "a"), ("host", "b")],
    ] {
        assert!(check(&map(pairs)).is_err(), "{pairs:?}");
    }
    assert!(check(&map(&[("content-length", "1"), ("host", "a")])).is_ok());
    assert!(check(&map(&[("x", &"a".repeat(70_000))])).is_err());
}
