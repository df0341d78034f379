//! `config ssh`: a block in the person's own settings of OpenSSH, so that every program that uses it finds instances.

use std::path::PathBuf;

use super::Way;
use super::gateway::in_config;
use crate::exit::Failure;
use crate::{files, print};

const BEGIN: &str = "# >>> written by `dockhost config ssh`";
const END: &str = "# <<< dockhost";

/// Writes the block anew. It stands in a file of this program; the person's own file includes it.
pub(crate) fn configure(wanted: Option<&str>) -> Result<(), Failure> {
    let way = Way::find(wanted)?;
    let (own, included) = (own()?, files::folder()?.join("ssh_config"));
    files::keep(&included, &block(&way))?;
    let before = files::read(&own)?.unwrap_or_default();
    let after = with_include(&before, &in_config(&included))
        .map_err(|why| Failure::failed(format!("{} was left as it is: {why}", own.display())))?;
    if after != before {
        // A file that is a link stays one.
        let place = own.canonicalize().unwrap_or_else(|_| own.clone());
        files::write(&place, &after)?;
    }
    let (file, username) = (own.display(), &way.account.username);
    print::note(&format!(
        "{file} includes {}: `ssh NAME.{username}.dockhost` logs in to an instance, `ssh dockhost` opens the lobby.",
        included.display()
    ));
    Ok(())
}

fn own() -> Result<PathBuf, Failure> {
    Ok(files::home()?.join(".ssh/config"))
}

fn block(way: &Way) -> String {
    let (gateway, account) = (&way.gateway, &way.account);
    format!(
        "# {}: `dockhost config ssh` writes this file anew.\n\
         Host dockhost\n  HostName {}\n  Port {}\n  User {}\n\
         Host *.dockhost\n  User root\n  ProxyJump dockhost\n  ServerAliveInterval 30\n\
         Host dockhost *.dockhost\n  UserKnownHostsFile {}\n  StrictHostKeyChecking yes\n",
        account.name(),
        gateway.host,
        gateway.port,
        account.username,
        in_config(&gateway.known),
    )
}

/// The settings with the include at their head: behind a `Host` it would count for that host alone. Once only, whoever
/// asks for it again.
fn with_include(settings: &str, included: &str) -> Result<String, String> {
    let ours = format!("{BEGIN}\nInclude {included}\n{END}\n");
    let Some(begin) = settings.find(BEGIN) else {
        let gap = if settings.is_empty() { "" } else { "\n" };
        return Ok(format!("{ours}{gap}{settings}"));
    };
    let rest = &settings[begin..];
    let Some(length) = rest.find(END).map(|at| at + END.len()) else {
        return Err(format!(
            "it has the line `{BEGIN}` without the line `{END}`. Remove what is between them, and ask again."
        ));
    };
    let after = rest[length..].strip_prefix('\n').unwrap_or(&rest[length..]);
    Ok(format!("{}{ours}{after}", &settings[..begin]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_include_stands_once_and_first_and_nothing_else_changes() {
        let ours = format!("{BEGIN}\nInclude \"/a\"\n{END}\n");
        assert_eq!(with_include("", "\"/a\"").unwrap(), ours);
        let own = "Host lab\n  User ada\n";
        let once = with_include(own, "\"/a\"").unwrap();
        assert_eq!(once, format!("{ours}\n{own}"));
        assert_eq!(with_include(&once, "\"/a\"").unwrap(), once);
        let moved = with_include(&format!("# mine\n{once}"), "\"/b\"").unwrap();
        assert_eq!(moved, format!("# mine\n{}\n{own}", ours.replace("/a", "/b")));
        assert!(with_include(&format!("{BEGIN}\n{own}"), "\"/a\"").unwrap_err().contains("without the line"));
    }
}
