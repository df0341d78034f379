//! A copy of everything that is stored, and back.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use control::Config;
use control::console::{ConsoleAnswer, ConsoleRequest};
use control::operator::call;
use control::store::Backup;

use super::admin::{UNSEEN, unexpected};

/// The file is complete and on disk when this returns, or it is not there.
pub(super) async fn backup(
    data_dir: PathBuf,
    database: Option<String>,
    file: &Path,
    activity: bool,
) -> anyhow::Result<()> {
    anyhow::ensure!(!file.exists(), "{} is there already; a backup replaces nothing", file.display());
    let config = Config { data_dir, database, sign_up: Some(UNSEEN), ..Config::default() };
    let answer = call(config, ConsoleRequest::Backup { activity }).await?;
    let ConsoleAnswer::Backup(content) = answer else { return Err(unexpected(answer)) };
    let part = file.with_extension("part");
    write(&part, file, &content).inspect_err(|_| drop(std::fs::remove_file(&part)))?;
    say(&format!("{} holds everything up to {}", file.display(), Backup::read(&content)?.made_at));
    Ok(())
}

/// It holds the hashes of all passwords and keys, so nobody else may read it.
fn write(part: &Path, file: &Path, content: &str) -> anyhow::Result<()> {
    let shown = || format!("cannot write {}", part.display());
    let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part).with_context(shown)?;
    to.write_all(content.as_bytes()).with_context(shown)?;
    to.sync_all().with_context(shown)?;
    std::fs::rename(part, file).with_context(|| format!("cannot write {}", file.display()))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(shown)
}

pub(super) async fn restore(data_dir: PathBuf, database: Option<String>, file: &Path) -> anyhow::Result<()> {
    let shown = file.display();
    let content = std::fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let backup = Backup::read(&content).with_context(|| format!("{shown} cannot be restored"))?;
    let (made_at, cluster) = (backup.made_at, backup.cluster);
    let config = Config { data_dir, database, sign_up: Some(UNSEEN), ..Config::default() };
    let now = std::time::SystemTime::now().into();
    tokio::spawn(async move { backup.restore(&config.location(), now).await }).await??;
    say(&format!(
        "restored {cluster} as it was at {made_at}. Start the server: nodes connect by themselves, nothing on them is \
         deleted, and what was made since then is shown on the node's page"
    ));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "standard output is what a command answers on")]
fn say(line: &str) {
    println!("{line}");
}
