//! Which coding of an answer a client takes, by RFC 9110, section 12.5.3.

/// The codings that the server can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

/// What is ready in each is given as the smallest.
pub(super) const SMALLEST: [Coding; 3] = [Coding::Brotli, Coding::Gzip, Coding::Identity];
/// What is compressed for one answer is so in the quickest: a tenth larger, in a fraction of the time.
pub(super) const QUICKEST: [Coding; 3] = [Coding::Gzip, Coding::Brotli, Coding::Identity];

impl Coding {
    /// As headers name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    fn is(self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.name()) || (self == Self::Gzip && name.eq_ignore_ascii_case("x-gzip"))
    }
}

/// The one that the client likes best, and of those it likes alike the first in `order`; `None` if it takes none of them.
/// `accepted` are the values of its `Accept-Encoding`.
pub(super) fn choose<'a>(order: [Coding; 3], accepted: impl Iterator<Item = &'a str>) -> Option<Coding> {
    let wishes: Vec<(&str, u16)> = accepted.flat_map(|value| value.split(',')).filter_map(wish).collect();
    let named = |coding: Coding| wishes.iter().find(|(name, _)| coding.is(name)).map(|(_, weight)| *weight);
    let others = wishes.iter().find(|(name, _)| *name == "*").map(|(_, weight)| *weight);
    let weight = |coding: Coding| match (named(coding), others) {
        (Some(weight), _) => weight,
        // Whoever names some codings and not this one takes it all the same, after those.
        (None, Some(weight)) if weight == 0 || coding != Coding::Identity => weight,
        (None, _) if coding == Coding::Identity => 1,
        (None, _) => 0,
    };
    // Of several that are greatest, `max_by_key` answers with the last.
    order.into_iter().rev().filter(|coding| weight(*coding) > 0).max_by_key(|coding| weight(*coding))
}

/// A name and how much it is wished, in thousandths; `None` for what is no wish.
fn wish(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    // A weight that cannot be read says nothing in favour of it.
    let weight = weight.map_or(1.0, |weight| weight.parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1000")]
    Some((name, (weight * 1000.0) as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accepted: &str) -> Option<Coding> {
        choose(SMALLEST, [accepted].into_iter())
    }

    #[test]
    fn the_smallest_of_what_is_liked_best() {
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("gzip, deflate", Coding::Gzip),
            ("x-gzip", Coding::Gzip),
            ("BR", Coding::Brotli),
            ("br;q=0.5, gzip;q=0.8", Coding::Gzip),
            ("br;q=0.5 , gzip ; q=0.5", Coding::Brotli),
            ("gzip;q=0.001", Coding::Gzip),
            ("identity, gzip;q=0.5", Coding::Identity),
            ("identity;q=0.5, gzip", Coding::Gzip),
            ("deflate, zstd", Coding::Identity),
            ("", Coding::Identity),
            (",,", Coding::Identity),
            ("*", Coding::Brotli),
            ("*;q=0.3, gzip", Coding::Gzip),
            ("br;q=0, *", Coding::Gzip),
            ("br;q=0, gzip;q=0", Coding::Identity),
            ("br;q=nonsense, gzip;q=0.1", Coding::Gzip),
            ("identity;q=0, gzip", Coding::Gzip),
            ("identity;q=0, *", Coding::Brotli),
            ("identity, *;q=0", Coding::Identity),
        ] {
            assert_eq!(chosen(accepted), Some(coding), "{accepted}");
        }
        assert_eq!(choose(SMALLEST, std::iter::empty()), Some(Coding::Identity));
        assert_eq!(choose(SMALLEST, ["gzip", "br"].into_iter()), Some(Coding::Brotli), "a header may come in pieces");
        assert_eq!(choose(QUICKEST, ["gzip", "br"].into_iter()), Some(Coding::Gzip));
        assert_eq!(choose(QUICKEST, ["br"].into_iter()), Some(Coding::Brotli));
    }

    #[test]
    fn who_takes_nothing_that_there_is_gets_nothing() {
        for accepted in ["identity;q=0", "*;q=0", "identity;q=0, deflate", "br;q=0, gzip;q=0.000, identity;q=0"] {
            assert_eq!(chosen(accepted), None, "{accepted}");
        }
    }
}
