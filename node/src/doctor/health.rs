//! Whether it is a DockHost that answers.

use super::answer::{Answer, Broken};
use super::check::Verdict;
use super::stranger;
use super::target::Target;

pub(super) const PATH: &str = "/healthz";

pub(super) fn judge(target: &Target, asked: &str, came: &Result<Answer, Broken>) -> Verdict {
    match came {
        Ok(answer) if is_ours(answer) => {
            let via = answer.header("via").or_else(|| answer.header("server"));
            let via = via.map(|name| format!(", through {name}")).unwrap_or_default();
            Ok(format!("DockHost answers at {}{via}", target.url()))
        }
        Ok(answer) => Err(stranger::judge(target, asked, answer)),
        Err(broken) => Err(stranger::silent(target, asked, broken)),
    }
}

/// DockHost says one word and nothing else.
fn is_ours(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.trim_end() == "ok"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::answer::answer;
    use crate::doctor::target::target;

    #[test]
    fn only_the_one_word_is_ours() {
        let at = target("http://a.example");
        assert!(judge(&at, PATH, &Ok(answer(200, &[], "ok\n"))).is_ok());
        assert!(judge(&at, PATH, &Ok(answer(200, &[("server", "Caddy")], "ok\n"))).unwrap().contains("through Caddy"));
        for other in [answer(200, &[], "okay"), answer(200, &[], ""), answer(404, &[], "ok")] {
            assert!(judge(&at, PATH, &Ok(other)).is_err());
        }
        assert!(judge(&at, PATH, &Err(Broken::Closed)).is_err());
    }
}
