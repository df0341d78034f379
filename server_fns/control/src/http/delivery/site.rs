//! The files of the web client, read once at the start: a page and what it loads are of one build, also while another one is
//! being put in its place.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::{fs, io};

use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::file::File;

/// Drawn for each visitor, and so no file.
const INDEX: &str = "/index.html";

#[derive(Debug)]
pub struct Site {
    files: HashMap<String, File>,
    /// What stands in one of these is a file or nothing, never a page.
    folders: HashSet<String>,
}

impl Site {
    /// A file's `.br` and `.gz` are its codings, and no files of their own.
    pub fn read(dir: &Path) -> io::Result<Self> {
        let mut found = HashMap::new();
        collect(dir, "", &mut found)?;
        let mut site = Self { files: HashMap::new(), folders: HashSet::new() };
        let names: Vec<String> = found.keys().cloned().collect();
        for name in names {
            if name == INDEX || base(&name).is_some_and(|base| names_has(&found, &site, base)) {
                continue;
            }
            let Some(content) = found.remove(&name) else { continue };
            let [brotli, gzip] = ["br", "gz"].map(|end| found.remove(&format!("{name}.{end}")));
            if let Some((folder, _)) = name.trim_start_matches('/').split_once('/') {
                site.folders.insert(folder.to_owned());
            }
            let file = File::new(&name, content, brotli, gzip);
            site.files.insert(name, file);
        }
        Ok(site)
    }

    /// `None` where no file can be, and so a page may.
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
        match self.files.get(path) {
            Some(file) => Some(file.answer(method, headers)),
            None => {
                self.is_in_folder(path).then(|| (StatusCode::NOT_FOUND, "There is no such file.\n").into_response())
            }
        }
    }

    fn is_in_folder(&self, path: &str) -> bool {
        path.trim_start_matches('/').split_once('/').is_some_and(|(folder, _)| self.folders.contains(folder))
    }
}

/// The file of which this one is a coding.
fn base(name: &str) -> Option<&str> {
    name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz"))
}

/// Whether the file was found, and perhaps taken already.
fn names_has(found: &HashMap<String, Vec<u8>>, site: &Site, base: &str) -> bool {
    found.contains_key(base) || site.files.contains_key(base) || base == INDEX
}

fn collect(dir: &Path, at: &str, found: &mut HashMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let name = format!("{at}/{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &name, found)?;
        } else {
            found.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    #[test]
    fn files_are_found_whole_and_pages_are_not() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("assets")).unwrap();
        for name in [
            "index.html",
            "index.html.br",
            "favicon.svg",
            "assets/a.js",
            "assets/a.js.br",
            "assets/a.js.gz",
            "assets/b.gz",
        ] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let site = Site::read(dir.path()).unwrap();
        let ask = |path: &str, coding: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, coding.parse().unwrap())]);
            site.answer(&Method::GET, path, &headers)
                .map(|answer| (answer.status().as_u16(), answer.headers().get("content-encoding").is_some()))
        };
        assert_eq!(ask("/assets/a.js", "br"), Some((200, true)));
        assert_eq!(ask("/assets/a.js", "gzip"), Some((200, true)));
        assert_eq!(ask("/favicon.svg", "br"), Some((200, false)));
        assert_eq!(ask("/assets/b.gz", "br"), Some((200, false)), "a file that is no coding of another");
        for path in ["/assets/a.js.br", "/assets/../index.html", "/assets/missing.js"] {
            assert_eq!(ask(path, "br"), Some((404, false)), "{path}");
        }
        for path in ["/", "/index.html", "/index.html.br", "/instances/new", "/assets"] {
            assert_eq!(ask(path, "br"), None, "{path}");
        }
    }
}
