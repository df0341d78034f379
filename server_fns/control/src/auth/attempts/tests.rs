//! Who is slowed, and who is not.

use super::*;

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
const T0: Instant = Instant(Duration::from_secs(5));

fn from(address: IpAddr) -> Visitor<'static> {
    Visitor { address, browser: None, known: Known::default(), password: "password" }
}

/// Where the account has a session.
fn at_home(address: IpAddr) -> Visitor<'static> {
    Visitor { known: Known { address: true, browser: false }, ..from(address) }
}

/// A session began at that address, in a browser that showed an earlier key or none.
fn began<'a>(address: IpAddr, browser: &str, earlier: Option<&str>) -> Began<'a> {
    Began { address, browser: browser.to_owned(), earlier: earlier.map(str::to_owned), password: "password" }
}

const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 4));

fn after(seconds: u64) -> Instant {
    Instant(T0.0 + Duration::from_secs(seconds))
}

#[test]
fn right_ones_never_count() {
    let attempts = Attempts::new(AttemptLimits::default());
    for _ in 0..1_000 {
        let attempt = attempts.sign_in(from(HOME), "ada", T0).unwrap();
        attempts.give_back(&attempt);
        let attempt = attempts.password_change("ada", T0).unwrap();
        attempts.give_back(&attempt);
    }
}

#[test]
fn wrong_ones_for_one_account_are_counted_whatever_the_address_and_the_spelling() {
    let attempts = Attempts::new(AttemptLimits::default());
    let wrong = attempts.limits().sign_in_per_account.burst;
    for n in 0..wrong {
        let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(n));
        let _ = attempts.sign_in(from(address), if n % 2 == 0 { "ada" } else { " ADA" }, T0).unwrap();
    }
    let refusal = attempts.sign_in(from(HOME), "ada", T0).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::RateLimited);
    assert_eq!(refusal.message, "Too many wrong attempts for this account. Try again in 30 s.");
    assert!(attempts.sign_in(from(HOME), "grace", T0).is_ok());
    assert!(attempts.sign_in(from(HOME), "ada", after(29)).is_err());
    assert!(attempts.sign_in(from(HOME), "ada", after(30)).is_ok());
}

#[test]
fn strangers_keep_nobody_out_where_they_are_known() {
    let attempts = Attempts::new(AttemptLimits::default());
    // Guesses at ada from everywhere, and at others from the very proxy through which she comes.
    for second in 0..2_000_u64 {
        let stranger = IpAddr::V4(std::net::Ipv4Addr::from_bits(u32::try_from(second).unwrap()));
        drop(attempts.sign_in(from(stranger), "ada", after(second)));
        drop(attempts.sign_in(from(HOME), "grace", after(second)));
        drop(attempts.sign_in(from(HOME), &format!("nobody-{second}"), after(second)));
    }
    let now = after(2_000);
    assert!(attempts.sign_in(from("203.0.113.9".parse().unwrap()), "ada", now).is_err(), "a place that nobody knows");
    assert!(attempts.sign_in(from(HOME), "someone", now).is_err());
    let attempt = attempts.sign_in(at_home(HOME), "ada", now).unwrap();
    attempts.give_back(&attempt);
    // Her session has ended, and the address is remembered.
    let elsewhere = ELSEWHERE;
    attempts.signed_in("grace-2", began(elsewhere, "hash", None));
    for _ in 0..100 {
        drop(attempts.sign_in(from(elsewhere), "nobody", now));
    }
    assert!(attempts.sign_in(from(elsewhere), "nobody", now).is_err());
    assert!(attempts.sign_in(from(elsewhere), "grace-2", now).is_ok());
}

#[test]
fn who_guesses_where_somebody_is_known_is_slowed_as_well() {
    let attempts = Attempts::new(AttemptLimits::default());
    let taken = (0..100).filter(|_| attempts.sign_in(at_home(HOME), "ada", T0).is_ok()).count();
    assert_eq!(taken, 10);
    let refusal = attempts.sign_in(at_home(HOME), "ada", T0).unwrap_err();
    assert_eq!(refusal.message, "Too many wrong attempts for this account from your address. Try again in 30 s.");
    assert!(attempts.sign_in(at_home("198.51.100.4".parse().unwrap()), "ada", T0).is_ok(), "another place of hers");
}

#[test]
fn who_guesses_from_the_owners_own_address_keeps_out_no_browser_of_theirs() {
    let attempts = Attempts::new(AttemptLimits::default());
    attempts.signed_in("Ada", began(ELSEWHERE, "hash", None));
    for _ in 0..100 {
        drop(attempts.sign_in(at_home(HOME), "ada", T0));
        drop(attempts.sign_in(from(HOME), "nobody", T0));
        drop(attempts.sign_in(Visitor { browser: Some("invented"), ..at_home(HOME) }, "ada", T0));
    }
    assert!(attempts.sign_in(at_home(HOME), "ada", T0).is_err());
    let in_browser = Visitor { browser: Some("hash"), ..from(HOME) };
    let attempt = attempts.sign_in(in_browser, "ada", T0).unwrap();
    attempts.give_back(&attempt);
    let live = Known { address: true, browser: true };
    assert!(attempts.sign_in(Visitor { browser: Some("live"), known: live, ..from(HOME) }, "ada", T0).is_ok());
    for n in 0..3 * known::MAX {
        attempts.signed_in("grace", began(HOME, &n.to_string(), None));
    }
    assert_eq!(attempts.lock().known.count(), known::MAX_OF_ACCOUNT + 3, "she makes the server forget nobody else");
    // A browser is one account's, and guesses in it are slowed as well.
    assert!(attempts.sign_in(in_browser, "nobody", T0).is_err());
    let taken = (0..100).filter(|_| attempts.sign_in(in_browser, "ada", T0).is_ok()).count();
    assert_eq!(taken, 10);
    let refusal = attempts.sign_in(in_browser, "ada", T0).unwrap_err();
    assert_eq!(refusal.message, "Too many wrong attempts for this account from this browser. Try again in 30 s.");
}

#[test]
fn one_address_cannot_try_many_accounts_where_they_are_known_either() {
    let attempts = Attempts::new(AttemptLimits::default());
    let of_class = |n: u32| format!("pupil-{}", n % 30);
    let taken = (0..300).filter(|n| attempts.sign_in(at_home(HOME), &of_class(*n), T0).is_ok()).count();
    assert_eq!(taken, 60);
    let refusal = attempts.sign_in(at_home(HOME), "pupil-0", T0).unwrap_err();
    assert_eq!(refusal.message, "Too many attempts from your address. Try again in 2 s.");
    // Who is not guessed at gets in all the same, and everybody in their own browser; the refused attempts took nothing.
    let attempt = attempts.sign_in(at_home(HOME), "teacher", T0).unwrap();
    attempts.give_back(&attempt);
    assert!(attempts.sign_in(at_home(HOME), "pupil-0", T0).is_err(), "what another got without it is not given to it");
    attempts.signed_in("pupil-0", began(ELSEWHERE, "hash", None));
    assert!(attempts.sign_in(Visitor { browser: Some("hash"), ..at_home(HOME) }, "pupil-0", T0).is_ok());
    assert!(attempts.sign_in(at_home(HOME), "pupil-0", after(2)).is_ok());
}

#[test]
fn what_is_given_back_does_not_count() {
    let attempts = Attempts::new(AttemptLimits::default());
    for visitor in [from(HOME), at_home(HOME)] {
        for _ in 0..1_000 {
            let attempt = attempts.sign_in(visitor, "ada", T0).unwrap();
            attempts.give_back(&attempt);
        }
    }
}

/// Strangers have used up what they may, so only those who are known get in.
fn only_known(attempts: &Attempts, account: &str) {
    for n in 0..100_u32 {
        drop(attempts.sign_in(from(IpAddr::V4(std::net::Ipv4Addr::from_bits(0x0b00_0000 + n))), account, T0));
    }
    assert!(attempts.sign_in(from("203.0.113.9".parse().unwrap()), account, T0).is_err());
}

#[test]
fn a_browser_that_signs_in_often_has_one_place() {
    let attempts = Attempts::new(AttemptLimits::default());
    attempts.signed_in("ada", began(HOME, "laptop", None));
    attempts.signed_in("ada", began(HOME, "0", None));
    for n in 0..100 {
        attempts.signed_in("ada", began(HOME, &(n + 1).to_string(), Some(&n.to_string())));
    }
    // The key before the last stays until the last one is shown: the answer that brought it may have been lost.
    assert_eq!(attempts.lock().known.count(), 4);
    only_known(&attempts, "ada");
    for (key, gets_in) in [("laptop", true), ("100", true), ("99", true), ("98", false), ("0", false)] {
        let visitor = Visitor { browser: Some(key), ..from(ELSEWHERE) };
        assert_eq!(attempts.sign_in(visitor, "ada", T0).is_ok(), gets_in, "{key}");
    }
}

#[test]
fn a_place_in_use_is_remembered_longest_and_addresses_push_out_no_browser() {
    let attempts = Attempts::new(AttemptLimits::default());
    attempts.signed_in("ada", began(HOME, "laptop", None));
    for n in 0..100 {
        attempts.signed_in("ada", began(IpAddr::V4(std::net::Ipv4Addr::from_bits(n)), "laptop", Some("laptop")));
        attempts.signed_in("ada", began(HOME, "laptop", Some("laptop")));
    }
    assert_eq!(attempts.lock().known.count(), known::MAX_OF_ACCOUNT + 1);
    only_known(&attempts, "ada");
    assert!(attempts.sign_in(from(HOME), "ada", T0).is_ok());
    assert!(attempts.sign_in(Visitor { browser: Some("laptop"), ..from(ELSEWHERE) }, "ada", T0).is_ok());
}

#[test]
fn many_accounts_make_the_server_forget_their_own_places_first() {
    let attempts = Attempts::new(AttemptLimits::default());
    attempts.signed_in("ada", began(HOME, "hash", None));
    for n in 0..3_000 {
        attempts.signed_in(&format!("crowd-{}", n % 500), began(ELSEWHERE, &n.to_string(), None));
    }
    assert_eq!(attempts.lock().known.count(), known::MAX);
    only_known(&attempts, "ada");
    assert!(attempts.sign_in(Visitor { browser: Some("hash"), ..from(ELSEWHERE) }, "ada", T0).is_ok());
}

#[test]
fn under_another_password_only_the_session_that_goes_on_is_known() {
    let attempts = Attempts::new(AttemptLimits::default());
    attempts.signed_in("ada", began(HOME, "laptop", None));
    attempts.signed_in("ada", began("192.0.2.8".parse().unwrap(), "thief", None));
    attempts.signed_in("ada", Began { password: "another", ..began(HOME, "laptop", None) });
    only_known(&attempts, "ada");
    let now = |key, address| Visitor { browser: Some(key), password: "another", ..from(address) };
    assert!(attempts.sign_in(now("laptop", ELSEWHERE), "ada", T0).is_ok());
    assert!(attempts.sign_in(now("none", HOME), "ada", T0).is_ok());
    assert!(attempts.sign_in(now("thief", ELSEWHERE), "ada", T0).is_err());
    assert!(attempts.sign_in(now("none", "192.0.2.8".parse().unwrap()), "ada", T0).is_err());
}

#[test]
fn a_key_in_other_hands_keeps_its_owner_out_no_longer_than_the_address_does() {
    let attempts = Attempts::new(AttemptLimits::default());
    attempts.signed_in("ada", began(HOME, "stolen", None));
    only_known(&attempts, "ada");
    let stolen = |address| Visitor { browser: Some("stolen"), ..from(address) };
    let guesses = (0..100).filter(|_| attempts.sign_in(stolen(ELSEWHERE), "ada", T0).is_ok()).count();
    assert_eq!(guesses, 10);
    let refusal = attempts.sign_in(stolen(ELSEWHERE), "ada", T0).unwrap_err();
    assert_eq!(refusal.message, "Too many wrong attempts for this account from this browser. Try again in 30 s.");
    assert!(attempts.sign_in(stolen(HOME), "ada", T0).is_ok(), "at home");
    attempts.revoked(" Ada", "stolen");
    assert!(attempts.sign_in(stolen(ELSEWHERE), "ada", after(3_000)).is_ok(), "as anybody, after a while");
    assert_eq!(attempts.lock().known.count(), 1);
}

#[test]
fn a_refused_account_does_not_use_up_the_address() {
    let attempts = Attempts::new(AttemptLimits::default());
    for _ in 0..100 {
        let _ = attempts.sign_in(from(HOME), "ada", T0);
    }
    assert!(attempts.sign_in(from(HOME), "grace", T0).is_ok());
}

#[test]
fn one_address_cannot_try_many_accounts() {
    let attempts = Attempts::new(AttemptLimits::default());
    let net: IpAddr = "2001:db8::1".parse().unwrap();
    let same: IpAddr = "2001:db8::ffff:1".parse().unwrap();
    for n in 0..attempts.limits().sign_in_per_address.burst {
        let _ = attempts.sign_in(from(net), &format!("person-{n}"), T0).unwrap();
    }
    let refusal = attempts.sign_in(from(same), "one-more", T0).unwrap_err();
    assert_eq!(refusal.message, "Too many attempts from your address. Try again in 6 s.");
    assert!(attempts.sign_in(from("2001:db8:0:1::1".parse().unwrap()), "one-more", T0).is_ok());
}

#[test]
fn accounts_are_made_at_a_bounded_speed() {
    let attempts = Attempts::new(AttemptLimits::default());
    let made = (0..200).filter(|_| attempts.sign_up(HOME, T0).is_ok()).count();
    assert_eq!(made, 40);
    assert!(attempts.sign_up(HOME, after(20)).is_ok());
}

#[test]
fn codes_that_open_nothing_are_counted_by_address() {
    let attempts = Attempts::new(AttemptLimits::default());
    for _ in 0..attempts.limits().enrolment_per_address.burst {
        attempts.wrong_code(HOME, T0).unwrap();
    }
    let refusal = attempts.wrong_code(HOME, T0).unwrap_err();
    assert!(refusal.message.contains("enrolment codes from your address opened nothing"), "{refusal}");
    assert!(attempts.wrong_code("203.0.113.9".parse().unwrap(), T0).is_ok());
    assert!(attempts.wrong_code(HOME, after(6)).is_ok());
}
