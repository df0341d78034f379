//! Whether the two switches from HTTP to something else pass: to the channel's WebSocket and to a data socket's bytes.

use super::answer::{Answer, Broken};
use super::check::{Fault, Verdict};
use super::stranger;
use super::target::Target;

/// `accept` is what the server makes of the key of this WebSocket; whoever answers in its place does not know it.
pub(super) fn channel(target: &Target, asked: &str, accept: &str, came: &Result<Answer, Broken>) -> Verdict {
    let answer = match came {
        Ok(answer) => answer,
        Err(broken) => return Err(cut(target, asked, broken)),
    };
    let switched = answer.header("upgrade").is_some_and(|to| to.eq_ignore_ascii_case("websocket"))
        && answer.header("sec-websocket-accept").as_deref() == Some(accept);
    match answer.status {
        101 if switched => Ok("the WebSocket opens, and the key is known".to_owned()),
        101 => Err(Fault::new(
            format!("The upgrade of {asked} was answered by something in between, and not by DockHost."),
            proxy_settings(),
        )),
        _ => Err(refused(target, asked, answer)),
    }
}

/// The epoch that was named is one that no channel has, so that a running node keeps its own.
pub(super) fn stream(target: &Target, asked: &str, came: &Result<Answer, Broken>) -> Verdict {
    match came {
        Ok(answer) if matches!(answer.status, 101 | 409) => Ok("the way for data sockets is open".to_owned()),
        Ok(answer) => Err(refused(target, asked, answer)),
        Err(broken) => Err(cut(target, asked, broken)),
    }
}

fn refused(target: &Target, asked: &str, answer: &Answer) -> Fault {
    let plain = answer.status == 200 && !answer.body.contains('<');
    match answer.status {
        401 if !answer.wants_password() => wrong_key(),
        // DockHost looks at the key first, so what it misses of the rest got lost on the way.
        400 | 405 | 426 => stripped(asked, answer.status),
        200 if plain => stripped(asked, answer.status),
        404 => Fault::new(
            format!("/healthz is answered at {} and {asked} is not (status 404).", target.place()),
            "Have the proxy pass every path to DockHost; if there is none, update the server, which is older than this node.",
        ),
        _ => stranger::judge(target, asked, answer),
    }
}

fn wrong_key() -> Fault {
    Fault::new(
        "The server does not know this API key: it was mistyped, rotated, or its node was removed.",
        "Rotate the key on the node's page in the console, and start the node with the new one.",
    )
}

fn stripped(asked: &str, status: u16) -> Fault {
    Fault::new(
        format!(
            "A proxy between this machine and DockHost strips the header `Upgrade` from {asked} (status {status})."
        ),
        proxy_settings(),
    )
}

fn cut(target: &Target, asked: &str, broken: &Broken) -> Fault {
    match broken {
        Broken::Late | Broken::Closed => Fault::new(
            format!("{} answers /healthz and not the upgrade of {asked}: a proxy or firewall cuts it.", target.place()),
            proxy_settings(),
        ),
        Broken::NotHttp | Broken::Failed(_) => stranger::silent(target, asked, broken),
    }
}

/// The variable matters: with the word `websocket` in its place, data sockets do not pass.
fn proxy_settings() -> String {
    "In nginx, write `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \
     \"upgrade\";` in DockHost's location; in Caddy, a plain `reverse_proxy` passes upgrades, so remove any `header_up` \
     or `request_header` that touches Upgrade or Connection."
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::answer::answer;
    use crate::doctor::target::target;

    const WEBSOCKET: [(&str, &str); 2] = [("upgrade", "WebSocket"), ("sec-websocket-accept", "x")];

    fn of_channel(came: Result<Answer, Broken>) -> Verdict {
        channel(&target("https://a.example"), "/api/v1/channel", "x", &came)
    }

    fn of_stream(came: Result<Answer, Broken>) -> Verdict {
        stream(&target("https://a.example"), "/api/v1/stream", &came)
    }

    #[test]
    fn the_channel_is_open_only_with_the_servers_own_word() {
        assert!(of_channel(Ok(answer(101, &WEBSOCKET, ""))).is_ok());
        for other in [&WEBSOCKET[..1], &[("upgrade", "websocket"), ("sec-websocket-accept", "y")]] {
            let fault = of_channel(Ok(answer(101, other, ""))).unwrap_err();
            assert!(fault.wrong.contains("in between"), "{}", fault.wrong);
        }
    }

    #[test]
    fn a_data_socket_that_is_refused_for_its_epoch_alone_has_a_way() {
        for open in [101, 409] {
            assert!(of_stream(Ok(answer(open, &[], ""))).is_ok());
        }
        assert!(of_stream(Ok(answer(404, &[], ""))).unwrap_err().advice.contains("older"));
    }

    #[test]
    fn both_tell_a_wrong_key_from_a_stripped_header() {
        for judge in [of_channel, of_stream] {
            assert!(judge(Ok(answer(401, &[], ""))).unwrap_err().advice.contains("Rotate the key"));
            for status in [200, 400, 426] {
                let fault = judge(Ok(answer(status, &[], ""))).unwrap_err();
                assert!(
                    fault.wrong.contains("strips the header") && fault.advice.contains("$http_upgrade"),
                    "{status}"
                );
            }
            let password = answer(401, &[("www-authenticate", "Basic")], "");
            assert!(judge(Ok(password)).unwrap_err().wrong.contains("password"));
            assert!(judge(Ok(answer(502, &[], ""))).unwrap_err().wrong.contains("does not reach DockHost"));
            assert!(judge(Err(Broken::Closed)).unwrap_err().wrong.contains("cuts it"));
        }
    }
}
