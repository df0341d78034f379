//! The folders of `images/`, as they were when this program was compiled.

use include_dir::{Dir, File, include_dir};
use model::image::ImageName;
use sha2::{Digest as _, Sha256};

static UBUNTU_2404: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../images/ubuntu-24.04");
static DEBIAN_12: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../images/debian-12");

const DOCKERFILE: &str = "Dockerfile";
const BASE: &str = "ARG BASE=";
/// Characters of the fingerprint in a tag.
const FINGERPRINT: usize = 12;

fn folder(image: ImageName) -> &'static Dir<'static> {
    match image {
        ImageName::Ubuntu2404 => &UBUNTU_2404,
        ImageName::Debian12 => &DEBIAN_12,
    }
}

/// The files by name, so that the fingerprint does not depend on an order.
fn files(image: ImageName) -> Vec<(String, &'static File<'static>)> {
    let mut files: Vec<_> =
        folder(image).files().map(|file| (file.path().to_string_lossy().into_owned(), file)).collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

/// `dockhost/<name>:<first 12 hex digits of the SHA-256 of the folder's content>`.
pub(super) fn tag(image: ImageName) -> String {
    let mut hash = Sha256::new();
    for (name, file) in files(image) {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name);
        hash.update((file.contents().len() as u64).to_be_bytes());
        hash.update(file.contents());
    }
    let mut hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    hex.truncate(FINGERPRINT);
    format!("dockhost/{image}:{hex}")
}

/// What the image is built on, as its Dockerfile names it.
pub(super) fn base(image: ImageName) -> &'static str {
    let dockerfile = folder(image).get_file(DOCKERFILE).and_then(File::contents_utf8).unwrap_or_default();
    dockerfile.lines().find_map(|line| line.strip_prefix(BASE)).unwrap_or_default().trim()
}

/// The folder as a tar archive, made in memory. Times and owners are fixed, so the engine's cache holds.
pub(super) fn archive(image: ImageName) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, file) in files(image) {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.contents().len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, file.contents()).expect("writing into memory does not fail");
    }
    archive.into_inner().expect("writing into memory does not fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_names_its_base() {
        assert_eq!(base(ImageName::Ubuntu2404), "ubuntu:24.04");
        assert_eq!(base(ImageName::Debian12), "debian:12");
    }

    #[test]
    fn every_image_has_a_tag_of_its_own_content() {
        let tags = ImageName::ALL.map(tag);
        for (image, tag) in ImageName::ALL.into_iter().zip(&tags) {
            let (name, hex) = tag.rsplit_once(':').unwrap();
            assert_eq!(name, format!("dockhost/{image}"));
            assert!(hex.len() == FINGERPRINT && hex.bytes().all(|b| b.is_ascii_hexdigit()), "{tag}");
        }
        assert_ne!(tags[0].rsplit_once(':').unwrap().1, tags[1].rsplit_once(':').unwrap().1);
    }

    #[test]
    fn the_archive_holds_what_the_dockerfile_copies() {
        for image in ImageName::ALL {
            let bytes = archive(image);
            let mut archive = tar::Archive::new(&bytes[..]);
            let names: Vec<_> =
                archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string()).collect();
            let dockerfile = folder(image).get_file(DOCKERFILE).unwrap().contents_utf8().unwrap();
            let copied: Vec<_> =
                dockerfile.lines().filter_map(|line| line.strip_prefix("COPY ")?.split(' ').next()).collect();
            assert!(!copied.is_empty() && copied.iter().all(|name| names.iter().any(|n| n == name)), "{names:?}");
            assert!(names.iter().any(|name| name == DOCKERFILE));
        }
    }
}
