//! What a reverse proxy in front of the server does to what takes long: files that are large, and connections that are
//! silent.

use std::time::Duration;

use super::answer::{Answer, Broken};
use super::check::{Fault, Outcome};

/// Where files are taken, of an instance that there is not.
pub(super) const UPLOAD: &str = "/api/v1/instances/i-0000000000000000/files?path=doctor";
/// Bytes of a file that somebody may upload. It is announced and never sent.
pub(super) const LARGE: u64 = 1 << 30;
/// How long the refusal of a large body may take. A proxy that waits for the body itself answers nothing.
pub(super) const REFUSAL: Duration = Duration::from_secs(3);
/// To see it would take as long as the proxy waits.
const SILENCE: &str = "Let it wait a day before it closes a silent connection: `proxy_read_timeout 1d; \
                       proxy_send_timeout 1d;` in nginx, `timeout tunnel 1d` in HAProxy; Caddy waits by itself.";

/// `seen` is an answer of the server's, and `large` what came when a large body was announced.
pub(super) fn judge(seen: &Result<Answer, Broken>, large: &Result<Answer, Broken>) -> Outcome {
    let shown = seen.as_ref().ok().and_then(|answer| answer.header("via").or_else(|| answer.header("server")));
    // DockHost says no in its own form.
    let refused = large.as_ref().is_ok_and(|answer| answer.status == 413 && answer.refusal().is_none());
    match (refused, shown) {
        (true, shown) => {
            let who = shown.unwrap_or_else(|| "A proxy in front of the server".to_owned());
            Outcome::Warned(Fault::new(
                format!("{who} refuses large bodies (status 413), so uploads of files fail."),
                format!("In nginx, write `client_max_body_size 0; proxy_request_buffering off;`. {SILENCE}"),
            ))
        }
        (false, Some(who)) => {
            let unseen = "when it closes silent connections cannot be seen from here";
            Outcome::Ok(format!("{who} refuses no large body; {unseen}. {SILENCE}"))
        }
        (false, None) => Outcome::Ok("nothing in between says that it is there".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::answer::answer;

    const NGINX: [(&str, &str); 1] = [("server", "nginx")];

    fn ours() -> Result<Answer, Broken> {
        Ok(answer(413, &[], r#"{"code": "too_large", "message": "It is too large."}"#))
    }

    #[test]
    fn a_proxy_that_refuses_large_bodies_is_named_with_its_setting() {
        let refused = Ok(answer(413, &NGINX, "<html>413 Request Entity Too Large</html>"));
        for (seen, who) in [(&NGINX[..], "nginx refuses"), (&[], "A proxy in front of the server refuses")] {
            let Outcome::Warned(fault) = judge(&Ok(answer(200, seen, "ok")), &refused) else { panic!("{who}") };
            assert!(fault.wrong.starts_with(who), "{}", fault.wrong);
            assert!(fault.advice.contains("client_max_body_size 0"), "{}", fault.advice);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_said_where_there_is_a_proxy() {
        for large in [ours(), Err(Broken::Late), Ok(answer(405, &[], ""))] {
            let Outcome::Ok(says) = judge(&Ok(answer(200, &NGINX, "ok")), &large) else { panic!("{large:?}") };
            assert!(says.starts_with("nginx ") && says.contains("proxy_read_timeout 1d"), "{says}");
        }
    }

    #[test]
    fn without_one_nothing_is_advised() {
        let direct = judge(&Ok(answer(200, &[], "ok")), &ours());
        assert_eq!(direct, Outcome::Ok("nothing in between says that it is there".to_owned()));
    }
}
