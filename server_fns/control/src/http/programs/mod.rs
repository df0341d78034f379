//! Programs that lie beside the server's own and are handed out. They are opened at the start, so that what is handed out
//! belongs to this server also while another version is being put in its place.

mod answer;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

pub(crate) use answer::{given, script};

/// One of them for each architecture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// Of its file.
    pub(crate) name: &'static str,
    /// In a sentence: *no node program*.
    pub(crate) called: &'static str,
    /// What does not work without one.
    pub(crate) lacks: &'static str,
}

/// As `uname -m` says them, and by the numbers in the header of a program.
const ARCHITECTURES: [(&str, u16); 3] = [("x86_64", 62), ("aarch64", 183), ("riscv64", 243)];
/// How a program begins: ELF, 64 bits, the low byte first.
const ELF: &[u8] = b"\x7fELF\x02\x01";
const HEAD: usize = 20;
const CHUNK: usize = 256 << 10;

/// One for each architecture at most.
#[derive(Debug)]
pub(crate) struct Programs {
    kind: Kind,
    found: Vec<Arc<Program>>,
}

#[derive(Debug)]
pub(crate) struct Program {
    architecture: &'static str,
    file: File,
    length: u64,
    checksum: OnceCell<String>,
}

impl Programs {
    /// Such as `dockhost-node`, of whichever architecture it is, and then such as `dockhost-node-aarch64`. Without a folder
    /// there is none.
    pub(crate) fn beside(folder: Option<&Path>, kind: Kind) -> Self {
        let mut found: Vec<Arc<Program>> = Vec::new();
        let Some(folder) = folder else { return Self { kind, found } };
        let others = ARCHITECTURES.iter().map(|(architecture, _)| format!("{}-{architecture}", kind.name));
        for name in std::iter::once(kind.name.to_owned()).chain(others) {
            match Program::open(&folder.join(&name)) {
                Ok(program) if found.iter().any(|known| known.architecture == program.architecture) => {}
                Ok(program) => found.push(Arc::new(program)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let file = name.as_str();
                    tracing::warn!(file, %error, "this file beside the server's program is handed out to nobody");
                }
            }
        }
        if found.is_empty() {
            let folder = folder.display();
            tracing::warn!(%folder, "no {} lies there, so {}", kind.called, kind.lacks);
        }
        Self { kind, found }
    }

    fn all(&self) -> &[Arc<Program>] {
        &self.found
    }

    fn of(&self, architecture: &str) -> Option<Arc<Program>> {
        self.found.iter().find(|program| program.architecture == architecture).cloned()
    }

    /// Why there is none for it. What was asked for is not repeated: it may be anything.
    fn missing(&self, architecture: &str) -> String {
        let known = ARCHITECTURES.iter().find(|(name, _)| *name == architecture);
        let asked = known.map_or("that architecture", |(name, _)| *name);
        let names: Vec<&str> = self.found.iter().map(|program| program.architecture).collect();
        let has = if names.is_empty() { "none at all".to_owned() } else { names.join(", ") };
        let Kind { name, called, .. } = self.kind;
        format!(
            "This server has no {called} for {asked} (it has: {has}). Its operator puts one called \
             {name}-ARCHITECTURE, such as {name}-aarch64, beside the program dockhost and starts the server anew.\n"
        )
    }
}

impl Program {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let mut head = [0; HEAD];
        let unfit = || io::Error::other("it is no program for Linux on x86_64, aarch64 or riscv64");
        file.read_exact_at(&mut head, 0).map_err(|_| unfit())?;
        let architecture = architecture(&head).ok_or_else(unfit)?;
        let length = file.metadata()?.len();
        Ok(Self { architecture, file, length, checksum: OnceCell::new() })
    }

    const fn architecture(&self) -> &'static str {
        self.architecture
    }

    const fn length(&self) -> u64 {
        self.length
    }

    /// SHA-256 in hex, which is found out once.
    async fn checksum(self: &Arc<Self>) -> io::Result<String> {
        let whole = async {
            let program = Arc::clone(self);
            spawn_blocking(move || program.digest()).await.map_err(io::Error::other)?
        };
        self.checksum.get_or_try_init(|| whole).await.cloned()
    }

    fn digest(&self) -> io::Result<String> {
        let (mut digest, mut at) = (Sha256::new(), 0);
        loop {
            let chunk = self.chunk(at)?;
            if chunk.is_empty() {
                return Ok(hex::encode(digest.finalize()));
            }
            digest.update(&chunk);
            at += chunk.len() as u64;
        }
    }

    fn chunks(self: Arc<Self>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::try_unfold((self, 0), |(program, at)| async move {
            let reading = Arc::clone(&program);
            let chunk = spawn_blocking(move || reading.chunk(at)).await.map_err(io::Error::other)??;
            let next = at + chunk.len() as u64;
            Ok::<_, io::Error>((!chunk.is_empty()).then_some((chunk, (program, next))))
        })
    }

    fn chunk(&self, at: u64) -> io::Result<Bytes> {
        let mut chunk = vec![0; CHUNK];
        let read = self.file.read_at(&mut chunk, at)?;
        chunk.truncate(read);
        Ok(chunk.into())
    }
}

fn architecture(head: &[u8; HEAD]) -> Option<&'static str> {
    let machine = u16::from_le_bytes([head[18], head[19]]);
    let known = ARCHITECTURES.iter().find(|(_, number)| head.starts_with(ELF) && *number == machine);
    known.map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt as _;

    const NODE: Kind = Kind { name: "dockhost-node", called: "node program", lacks: "nothing is installed" };

    fn elf(machine: u8, rest: &[u8]) -> Vec<u8> {
        let mut program = ELF.to_vec();
        program.resize(HEAD, 0);
        program[18] = machine;
        program.extend_from_slice(rest);
        program
    }

    #[tokio::test]
    async fn programs_go_by_what_they_are_and_are_handed_out_whole() {
        let dir = tempfile::tempdir().unwrap();
        let large = elf(183, &vec![7; 3 * CHUNK + 5]);
        std::fs::write(dir.path().join("dockhost-node"), &large).unwrap();
        std::fs::write(dir.path().join("dockhost-node-x86_64"), elf(62, b"")).unwrap();
        std::fs::write(dir.path().join("dockhost-node-aarch64"), elf(183, b"another")).unwrap();
        std::fs::write(dir.path().join("dockhost-node-riscv64"), "#!/bin/sh\necho no program\n").unwrap();
        let programs = Programs::beside(Some(dir.path()), NODE);
        let names: Vec<&str> = programs.all().iter().map(|program| program.architecture()).collect();
        assert_eq!(names, ["aarch64", "x86_64"]);
        let program = programs.of("aarch64").unwrap();
        // Another version is put in its place, as an upgrade does.
        std::fs::write(dir.path().join("new"), elf(183, b"new")).unwrap();
        std::fs::rename(dir.path().join("new"), dir.path().join("dockhost-node")).unwrap();
        assert_eq!(program.checksum().await.unwrap(), hex::encode(Sha256::digest(&large)));
        assert_eq!(program.length(), large.len() as u64);
        let came: Vec<Bytes> = program.chunks().try_collect().await.unwrap();
        assert_eq!(came.iter().flatten().copied().collect::<Vec<u8>>(), large);
    }

    #[test]
    fn an_architecture_that_is_not_there_is_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let said = Programs::beside(Some(dir.path()), NODE).missing("aarch64");
        assert!(said.contains("no node program for aarch64 (it has: none at all)"), "{said}");
        std::fs::write(dir.path().join("dockhost-node"), elf(62, b"")).unwrap();
        let programs = Programs::beside(Some(dir.path()), NODE);
        assert!(programs.of("aarch64").is_none());
        assert!(programs.missing("aarch64").contains("(it has: x86_64)"));
        assert!(programs.missing("$(reboot)").contains("for that architecture (it has"));
    }
}
