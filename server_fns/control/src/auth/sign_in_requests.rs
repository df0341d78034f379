//! Programs that wait for a person to sign them in. Nobody has signed in yet who asks so, so everything about them has a
//! bound, and is kept in memory: a restart ends them, and the program asks anew.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Timestamp;
use model::id::PersonId;
use model::plain::plain;
use model::refusal::{Refusal, RefusalCode};
use model::request::AskSignIn;
use model::view::{SignInAnswer, SignInAsked};
use planner::clock::{Instant, Now};

use super::attempts::Rate;
use super::attempts::buckets::Buckets;
use super::secret::{self, Secret, SecretKind};

/// How long a person may take to answer.
pub(crate) const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Requests that wait at once.
const MAX: usize = 1_000;
/// Of one address. A class may sit behind one.
const FROM_ADDRESS: Rate = Rate { burst: 30, every: Duration::from_secs(10) };
/// Codes that one person looks up. There are 25,600 million, so nobody finds another's in the time that it is good.
const BY_PERSON: Rate = Rate { burst: 60, every: Duration::from_secs(2) };
/// Addresses and people that are remembered.
const MAX_KEYS: usize = 10_000;
/// Characters of what a program says of itself.
const SAID: usize = 64;
/// Consonants alone, so that no code is a word.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const HALF: usize = 4;

pub(crate) struct SignInRequests(Mutex<Open>);

struct Open {
    /// By their codes.
    waiting: HashMap<String, Waiting>,
    from: Buckets<IpAddr>,
    by: Buckets<PersonId>,
}

struct Waiting {
    secret_hash: String,
    until: Instant,
    network: IpAddr,
    shown: Shown,
    outcome: Outcome,
}

/// What a person is shown of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) code: String,
    pub(crate) program: String,
    pub(crate) host: String,
    pub(crate) address: String,
    pub(crate) asked_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

enum Outcome {
    Open,
    Granted(SignInAnswer),
    Refused,
}

impl Default for SignInRequests {
    fn default() -> Self {
        let (from, by) = (Buckets::new(FROM_ADDRESS, MAX_KEYS), Buckets::new(BY_PERSON, MAX_KEYS));
        Self(Mutex::new(Open { waiting: HashMap::new(), from, by }))
    }
}

impl SignInRequests {
    /// `network` is what is counted of the address.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(crate) fn ask(
        &self,
        asked: &AskSignIn,
        address: IpAddr,
        network: IpAddr,
        now: Now,
    ) -> Result<SignInAsked, Refusal> {
        let mut open = self.open(now.mono);
        let busy = "Too many programs wait to be signed in. Try again in a minute, or use an API token: `--token`.";
        let busy = || Refusal::new(RefusalCode::RateLimited, busy);
        if open.waiting.len() >= MAX && !open.make_room(network) {
            return Err(busy());
        }
        open.from.take(&network, now.mono).map_err(|_| busy())?;
        let code = fresh(&open.waiting);
        let secret = Secret::generate(SecretKind::SignIn);
        let expires_at = now.wall + LIFETIME;
        let shown = Shown {
            code: code.clone(),
            program: plain(&asked.program, SAID),
            host: plain(&asked.host, SAID),
            address: address.to_string(),
            asked_at: now.wall,
            expires_at,
        };
        let until = Instant(now.mono.0 + LIFETIME);
        let secret_hash = secret::hash(secret.expose());
        open.waiting.insert(code.clone(), Waiting { secret_hash, until, network, shown, outcome: Outcome::Open });
        Ok(SignInAsked { secret: secret.expose().to_owned(), code, expires_at })
    }

    /// The request with that code, if nobody has answered it yet.
    ///
    /// # Errors
    /// `NotFound`; `RateLimited` for whoever tries many codes.
    pub(crate) fn look(&self, person: PersonId, code: &str, now: Now) -> Result<Shown, Refusal> {
        self.open(now.mono).find(person, code, now.mono).map(|waiting| waiting.shown.clone())
    }

    /// The program finds it when it asks next.
    ///
    /// # Errors
    /// As [`Self::look`]; somebody may have answered meanwhile.
    pub(crate) fn grant(&self, person: PersonId, code: &str, token: SignInAnswer, now: Now) -> Result<(), Refusal> {
        self.open(now.mono).find(person, code, now.mono)?.outcome = Outcome::Granted(token);
        Ok(())
    }

    /// # Errors
    /// As [`Self::look`].
    pub(crate) fn refuse(&self, person: PersonId, code: &str, now: Now) -> Result<(), Refusal> {
        self.open(now.mono).find(person, code, now.mono)?.outcome = Outcome::Refused;
        Ok(())
    }

    /// What has become of the program's own request. An answer is told once.
    ///
    /// # Errors
    /// `Forbidden` where a person said no, and where there is no such request.
    pub(crate) fn fetch(&self, secret: &str, now: Now) -> Result<SignInAnswer, Refusal> {
        let mut open = self.open(now.mono);
        let hash = secret::hash(secret);
        let is_it = |waiting: &Waiting| secret::same_hash(&waiting.secret_hash, &hash);
        let found = open.waiting.iter().find(|(_, waiting)| is_it(waiting)).map(|(code, _)| code.clone());
        let no = |message: &str| Refusal::new(RefusalCode::Forbidden, message);
        let code = found.ok_or_else(|| {
            no("Nobody signed this program in in time, or its request was answered already. Ask for another one.")
        })?;
        if open.waiting.get(&code).is_some_and(|waiting| matches!(waiting.outcome, Outcome::Open)) {
            return Ok(SignInAnswer::Waiting);
        }
        match open.waiting.remove(&code).map(|waiting| waiting.outcome) {
            Some(Outcome::Granted(token)) => Ok(token),
            Some(Outcome::Open | Outcome::Refused) | None => Err(no("The person said no: this program is not let in.")),
        }
    }

    /// Those that are still good.
    fn open(&self, now: Instant) -> MutexGuard<'_, Open> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.waiting.retain(|_, waiting| waiting.until > now);
        open
    }
}

impl Open {
    /// Where there are too many, the network with the most loses its oldest, unless it is the one that asks: so nobody keeps
    /// all others out.
    fn make_room(&mut self, asker: IpAddr) -> bool {
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        for waiting in self.waiting.values() {
            *counts.entry(waiting.network).or_default() += 1;
        }
        let own = counts.get(&asker).copied().unwrap_or_default();
        let most = counts.into_iter().max_by_key(|(network, count)| (*count, *network));
        let Some((network, _)) = most.filter(|(_, count)| *count > own) else { return false };
        let of_it = self.waiting.iter().filter(|(_, waiting)| waiting.network == network);
        let oldest = of_it.min_by_key(|(_, waiting)| waiting.until).map(|(code, _)| code.clone());
        oldest.is_some_and(|code| self.waiting.remove(&code).is_some())
    }

    fn find(&mut self, person: PersonId, code: &str, now: Instant) -> Result<&mut Waiting, Refusal> {
        let guesses = "You looked up many codes. Wait a minute, and use the one that the program shows.";
        self.by.take(&person, now).map_err(|_| Refusal::new(RefusalCode::RateLimited, guesses))?;
        let none = "No program waits with this code: it was answered, has expired, or was mistyped. Let the program ask \
                    anew.";
        let found = self.waiting.get_mut(&read(code)).filter(|waiting| matches!(waiting.outcome, Outcome::Open));
        found.ok_or_else(|| Refusal::new(RefusalCode::NotFound, none).at("code"))
    }
}

/// One that no other request has.
fn fresh(taken: &HashMap<String, Waiting>) -> String {
    loop {
        let mut bytes = [0; 2 * HALF];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        // Bytes of 240 and more would make the first letters likelier than the others.
        if bytes.iter().any(|byte| *byte >= 240) {
            continue;
        }
        let letters: String =
            bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
        let code = dashed(&letters);
        if !taken.contains_key(&code) {
            return code;
        }
    }
}

/// As it was typed: in any case, with the hyphen or without it.
fn read(typed: &str) -> String {
    let letters: String = typed.chars().filter(char::is_ascii_alphabetic).take(2 * HALF + 1).collect();
    dashed(&letters.to_ascii_uppercase())
}

fn dashed(letters: &str) -> String {
    let (first, last) = letters.split_at(HALF.min(letters.len()));
    format!("{first}-{last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::TokenId;
    use model::scope::Scope;

    const ADA: PersonId = PersonId::from_bits(1);
    const EVE: PersonId = PersonId::from_bits(2);
    const GRACE: PersonId = PersonId::from_bits(3);

    fn at(seconds: u64) -> Now {
        Now { wall: Timestamp::UNIX_EPOCH + Duration::from_secs(seconds), mono: Instant(Duration::from_secs(seconds)) }
    }

    fn asked() -> AskSignIn {
        AskSignIn { program: "dockhost 0.2.0".to_owned(), host: "laptop\u{1b}[2J".to_owned() }
    }

    fn from(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn ask(requests: &SignInRequests, seconds: u64) -> SignInAsked {
        requests.ask(&asked(), from(7), from(7), at(seconds)).unwrap()
    }

    fn token() -> SignInAnswer {
        let (id, token) = (TokenId::from_bits(1), "dhp_x".to_owned());
        SignInAnswer::Granted { username: "ada".parse().unwrap(), id, token, scope: Scope::Instances }
    }

    fn is_granted(answer: Result<SignInAnswer, Refusal>) -> bool {
        matches!(answer, Ok(SignInAnswer::Granted { .. }))
    }

    #[test]
    fn a_program_gets_its_token_once_after_a_person_gave_it() {
        let requests = SignInRequests::default();
        let SignInAsked { secret, code, .. } = ask(&requests, 0);
        let shown = requests.look(ADA, &code.to_lowercase().replace('-', " "), at(1)).unwrap();
        assert_eq!(
            (shown.code.as_str(), shown.host.as_str(), shown.address.as_str()),
            (&*code, "laptop[2J", "192.0.2.7")
        );
        assert!(matches!(requests.fetch(&secret, at(1)), Ok(SignInAnswer::Waiting)));
        requests.grant(ADA, &code, token(), at(2)).unwrap();
        assert_eq!(requests.look(EVE, &code, at(2)).unwrap_err().code, RefusalCode::NotFound, "it is answered");
        assert!(requests.grant(EVE, &code, token(), at(2)).is_err() && requests.refuse(EVE, &code, at(2)).is_err());
        assert!(requests.fetch(&code, at(2)).is_err(), "the code is no secret");
        assert!(is_granted(requests.fetch(&secret, at(3))));
        assert_eq!(requests.fetch(&secret, at(3)).map(drop).unwrap_err().code, RefusalCode::Forbidden, "it was told");
    }

    #[test]
    fn who_is_refused_late_or_guesses_gets_nothing() {
        let requests = SignInRequests::default();
        let refused = ask(&requests, 0);
        requests.refuse(ADA, &refused.code, at(1)).unwrap();
        assert!(requests.fetch(&refused.secret, at(1)).map(drop).unwrap_err().message.contains("said no"));
        let late = ask(&requests, 0);
        requests.grant(ADA, &late.code, token(), at(1)).unwrap();
        assert!(requests.fetch(&late.secret, at(LIFETIME.as_secs())).is_err());
        assert!(requests.look(ADA, &late.code, at(LIFETIME.as_secs())).is_err());
        for guess in ["", "-", "BBBB-BBBB", "BBBBBBBBBB", "ä"] {
            assert!(requests.look(EVE, guess, at(1)).is_err(), "{guess}");
        }
        let guessed =
            (0..1_000).filter(|_| requests.look(EVE, "BBBB-BBBB", at(2)).unwrap_err().code == RefusalCode::NotFound);
        assert!(guessed.count() <= 60, "nobody tries codes without end");
        assert!(requests.look(GRACE, &ask(&requests, 2).code, at(2)).is_ok(), "which slows nobody else");
    }

    #[test]
    fn strangers_fill_no_memory_and_one_address_keeps_out_no_other() {
        let requests = SignInRequests::default();
        let one = (0..100).filter(|_| requests.ask(&asked(), from(1), from(1), at(0)).is_ok()).count();
        assert_eq!(one, 30);
        assert!(requests.ask(&asked(), from(2), from(2), at(0)).is_ok());
        for other in 0..100_u8 {
            for _ in 0..30 {
                drop(requests.ask(&asked(), from(other), from(other), at(0)));
            }
        }
        assert_eq!(requests.0.lock().unwrap().waiting.len(), MAX);
        let newcomer = requests.ask(&asked(), from(201), from(201), at(0)).unwrap();
        assert!(requests.look(ADA, &newcomer.code, at(0)).is_ok(), "they keep nobody out who has few");
        assert_eq!(requests.0.lock().unwrap().waiting.len(), MAX);
        assert!(requests.ask(&asked(), from(200), from(200), at(LIFETIME.as_secs())).is_ok(), "they all have expired");
        assert_eq!(requests.0.lock().unwrap().waiting.len(), 1);
    }
}
