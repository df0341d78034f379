//! A path of an instance into the folder where a person's downloads are.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use dioxus::fullstack::reqwest;
use model::id::InstanceId;
use model::refusal::Refusal;
use tokio::sync::watch;

use crate::format;
use crate::transfers::{Way, way};

/// So far, and of how many if that is known.
type Progress = (u64, Option<u64>);

/// Saves the file, or the folder as one `.tar` file, and answers with where. It is there whole or not at all, and takes the
/// place of no other file. The error is a sentence.
pub(crate) async fn download(
    instance: InstanceId,
    path: String,
    mut progress: impl FnMut(String),
) -> Result<Option<String>, String> {
    let way = way(instance).await?;
    let (tell, mut hear) = watch::channel((0, None));
    // Beside the window, which is to go on while bytes come.
    let mut task = tokio::spawn(async move { save(instance, &path, way, &tell).await });
    loop {
        tokio::select! {
            saved = &mut task => {
                let saved = saved.map_err(|error| format!("The download broke off: {error}. Nothing was saved; try again."))??;
                return Ok(Some(format!("Saved as {}", saved.display())));
            }
            Ok(()) = hear.changed() => progress(so_far(*hear.borrow_and_update())),
        }
    }
}

fn so_far((got, of): Progress) -> String {
    match of {
        Some(of) => format!("{} of {}", format::bytes(got), format::bytes(of)),
        None => format::bytes(got),
    }
}

async fn save(
    instance: InstanceId,
    path: &str,
    Way { server, ticket }: Way,
    tell: &watch::Sender<Progress>,
) -> Result<PathBuf, String> {
    let lost = |error: reqwest::Error| {
        format!("The download broke off: {}. Nothing was saved; try again.", error.without_url())
    };
    let address = format!("{server}/api/v1/instances/{instance}/files");
    let query = [("path", path), ("ticket", ticket.as_str())];
    let mut answer = reqwest::Client::new().get(address).query(&query).send().await.map_err(lost)?;
    if !answer.status().is_success() {
        let status = answer.status();
        let refusal = answer.json::<Refusal>().await;
        return Err(
            refusal.map_or_else(|_| format!("It was refused on the way, with status {status}."), |no| no.message)
        );
    }
    let of = answer.content_length();
    let folder = folder().ok_or("There is no folder to save it in: HOME is not set.")?;
    let unwritten = |error: std::io::Error| {
        format!("It cannot be saved in {}: {error}. Make room or give access there, and try again.", folder.display())
    };
    std::fs::create_dir_all(&folder).map_err(unwritten)?;
    let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(unwritten)?;
    let mut got = 0;
    while let Some(piece) = answer.chunk().await.map_err(lost)? {
        file.write_all(&piece).map_err(unwritten)?;
        got += u64::try_from(piece.len()).unwrap_or_default();
        tell.send_replace((got, of));
    }
    // A folder's length is not known before its end.
    keep(file, &folder, &name(path, of.is_none())).map_err(unwritten)
}

/// The folder that the system's settings name.
fn folder() -> Option<PathBuf> {
    dirs::download_dir().or_else(|| Some(dirs::home_dir()?.join("Downloads")))
}

/// Gives the file a name that none has yet.
fn keep(mut file: tempfile::NamedTempFile, folder: &Path, name: &str) -> std::io::Result<PathBuf> {
    let (stem, end) = match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() => (stem, format!(".{end}")),
        _ => (name, String::new()),
    };
    for number in 0.. {
        let number = if number == 0 { String::new() } else { format!(" ({number})") };
        let to = folder.join(format!("{stem}{number}{end}"));
        match file.persist_noclobber(&to) {
            Ok(_) => return Ok(to),
            Err(refused) if refused.error.kind() == std::io::ErrorKind::AlreadyExists => file = refused.file,
            Err(refused) => return Err(refused.error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

/// The last part of a path on another system, as a name on this one.
fn name(path: &str, is_folder: bool) -> String {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let plain: String =
        last.chars().map(|c| if c.is_control() || r#"\/:*?"<>|"#.contains(c) { '_' } else { c }).collect();
    let plain = if plain.trim_matches(['.', ' ']).is_empty() { "download".to_owned() } else { plain };
    if is_folder { format!("{plain}.tar") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_here_too() {
        assert_eq!(name("/var/log/dpkg.log", false), "dpkg.log");
        assert_eq!(name("/srv/deep/", true), "deep.tar");
        assert_eq!(name("/srv/a\\b:c\u{1b}", false), "a_b_c_");
        assert_eq!(name("/srv/..", false), "download");
    }

    #[test]
    fn no_file_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let save = |text: &str, name: &str| {
            let mut file = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            keep(file, folder.path(), name).unwrap()
        };
        assert_eq!(save("one", "a.tar"), folder.path().join("a.tar"));
        let second = save("two", "a.tar");
        assert_eq!(second, folder.path().join("a (1).tar"));
        assert_eq!(save("three", ".bashrc"), folder.path().join(".bashrc"));
        assert_eq!(std::fs::read_to_string(folder.path().join("a.tar")).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(second).unwrap(), "two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
