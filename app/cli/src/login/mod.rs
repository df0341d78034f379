//! Signing in and out, and which account is meant.

mod browser;
mod token;

use std::path::Path;

use model::view::PersonView;
use serde_json::json;
use verbs::told::as_json;

use crate::accounts::{Account, Accounts};
use crate::client::{Client, Url, read_authority};
use crate::exit::{Exit, Failure};
use crate::{files, print};

/// For scripts: an account that is kept nowhere.
const URL: &str = "DOCKHOST_URL";
const TOKEN: &str = "DOCKHOST_TOKEN";
/// Such as a file with the certificate of its server, as `--ca` takes it;
const CA: &str = "DOCKHOST_CA";
/// and the account that is used where no `--as` names one.
const AS: &str = "DOCKHOST_AS";

pub(crate) fn login(url: &str, by_token: bool, authority: Option<&str>) -> Result<(), Failure> {
    let server: Url = url.parse().map_err(Failure::usage)?;
    let authority = match authority {
        Some(file) => Some(read_authority(Path::new(file))?),
        None => installed(&server)?,
    };
    if server.is_open() {
        print::note(&format!(
            "warning: {server} is not encrypted. Whoever is on the way to it can read the token, and use it."
        ));
    }
    // What cannot be written is found out before a token is made.
    let accounts = Accounts::read()?;
    accounts.write()?;
    let token = if by_token { token::asked()? } else { browser::granted(&server, authority.as_deref())? };
    let account = introduced(server, token, authority)?;
    let (name, server) = (account.name(), account.server.clone());
    // Somebody may have signed in elsewhere while this one waited.
    let mut accounts = Accounts::read()?;
    accounts.put(account);
    accounts.write()?;
    print::note(&format!("You are signed in to {server} as {name}. `dockhost ls` lists your instances."));
    Ok(())
}

/// The certificate that the server made itself, where the line that installed this program brought it along.
fn installed(server: &Url) -> Result<Option<String>, Failure> {
    let file = files::folder()?.join("certificates").join(format!("{}.pem", server.place()));
    if file.exists() { read_authority(&file).map(Some) } else { Ok(None) }
}

/// The account that is meant: the one of the environment, the one that is named, or the current one.
pub(crate) fn account(accounts: &Accounts, wanted: Option<&str>) -> Result<Account, Failure> {
    let set = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    if wanted.is_none()
        && let Some(token) = set(TOKEN)
    {
        let url =
            set(URL).ok_or_else(|| Failure::usage(format!("{TOKEN} is set without {URL}, the server's address.")))?;
        let authority = set(CA).map(|file| read_authority(Path::new(&file))).transpose()?;
        return introduced(url.parse().map_err(Failure::usage)?, token, authority);
    }
    accounts.find(wanted.map(str::to_owned).or_else(|| set(AS)).as_deref()).cloned()
}

/// The account of the token, once the server has said whose it is.
fn introduced(server: Url, token: String, authority: Option<String>) -> Result<Account, Failure> {
    let client = Client::new(&server, authority.as_deref(), Some(&token))?;
    let me: PersonView = client.get("/me").and_then(|me| client.read(me)).map_err(|why| match why.exit {
        Exit::SignedOut => Failure::new(Exit::SignedOut, format!("{server} knows no such token, or it has expired.")),
        Exit::Failed | Exit::Usage | Exit::NotFound | Exit::Unreachable => why,
    })?;
    Ok(Account { server, username: me.username, token, authority })
}

/// Ends the token, and forgets it.
pub(crate) fn logout(wanted: Option<&str>, forget: bool) -> Result<(), Failure> {
    let mut accounts = Accounts::read()?;
    let account = accounts.find(wanted)?.clone();
    if !forget {
        match Client::of(&account)?.post("/sign-out") {
            Ok(_) => {}
            // It opens nothing any more, which is what is wanted.
            Err(why) if why.exit == Exit::SignedOut => {}
            Err(why) => {
                let text = format!(
                    "{} The token still opens the account: try again. `dockhost logout --forget` forgets it here alone.",
                    why.text
                );
                return Err(Failure::new(why.exit, text));
            }
        }
    }
    accounts.drop(&account.name());
    accounts.write()?;
    let left = if forget { "is forgotten here; its token still opens it" } else { "is signed out" };
    print::note(&format!("{} {left}.", account.name()));
    Ok(())
}

pub(crate) fn accounts(json: bool) -> Result<(), Failure> {
    let Accounts { current, accounts } = Accounts::read()?;
    if json {
        let listed = accounts.iter().map(|account| {
            let name = account.name();
            json!({"name": name, "server": account.server, "username": account.username, "current": name == current})
        });
        print::out(&as_json(&listed.collect::<Vec<_>>()));
        return Ok(());
    }
    if accounts.is_empty() {
        print::note("You are signed in nowhere. `dockhost login URL` signs in to a server.");
    }
    for account in accounts {
        let mark = if account.name() == current { "*" } else { " " };
        print::out(&format!("{mark} {}\n", account.name()));
    }
    Ok(())
}

pub(crate) fn choose(wanted: &str) -> Result<(), Failure> {
    let mut accounts = Accounts::read()?;
    accounts.current = accounts.find(Some(wanted))?.name();
    accounts.write()?;
    print::note(&format!("{} is used from now on.", accounts.current));
    Ok(())
}
