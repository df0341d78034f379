//! What an image is built from: the folder of its package manager in `images/`, under what its own folder there has instead.
//! Both are as they were when this program was compiled.

use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use model::image::ImageName;
use sha2::{Digest as _, Sha256};

static APT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../images/apt");
static UBUNTU_2404: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../images/ubuntu-24.04");
static DEBIAN_12: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../images/debian-12");

const DOCKERFILE: &str = "Dockerfile";
/// Names the image that this one is built on. It is no file of the image.
const BASE: &str = "base";
/// The line of the Dockerfile that is given that name.
const BASE_LINE: &str = "ARG BASE\n";
/// Characters of the fingerprint in a tag.
const FINGERPRINT: usize = 12;

/// The folder of the package manager, and the image's own.
fn folders(image: ImageName) -> (&'static Dir<'static>, &'static Dir<'static>) {
    match image {
        ImageName::Ubuntu2404 => (&APT, &UBUNTU_2404),
        ImageName::Debian12 => (&APT, &DEBIAN_12),
    }
}

/// The files by name, so that the fingerprint does not depend on an order. The image's own come before its package manager's,
/// and the Dockerfile names the base.
fn files(image: ImageName) -> BTreeMap<String, Cow<'static, [u8]>> {
    let (manager, own) = folders(image);
    let mut files: BTreeMap<String, Cow<'static, [u8]>> = manager
        .files()
        .chain(own.files())
        .map(|file| (file.path().to_string_lossy().into_owned(), Cow::Borrowed(file.contents())))
        .collect();
    files.remove(BASE);
    if let Some(dockerfile) = files.get_mut(DOCKERFILE) {
        let named = format!("ARG BASE={}\n", base(image));
        *dockerfile = Cow::Owned(String::from_utf8_lossy(dockerfile).replacen(BASE_LINE, &named, 1).into_bytes());
    }
    files
}

/// `dockhost/<name>:<first 12 hex digits of the SHA-256 of its files>`.
pub(super) fn tag(image: ImageName) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files(image) {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name);
        hash.update((content.len() as u64).to_be_bytes());
        hash.update(content);
    }
    let mut hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    hex.truncate(FINGERPRINT);
    format!("dockhost/{image}:{hex}")
}

/// What the image is built on.
pub(super) fn base(image: ImageName) -> &'static str {
    folders(image).1.get_file(BASE).and_then(|file| file.contents_utf8()).unwrap_or_default().trim()
}

/// The files as a tar archive, made in memory. Times and owners are fixed, so the engine's cache holds.
pub(super) fn archive(image: ImageName) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files(image) {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, &*content).expect("writing into memory does not fail");
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
        for image in ImageName::ALL {
            let dockerfile = String::from_utf8(files(image)[DOCKERFILE].to_vec()).unwrap();
            let line = format!("ARG BASE={}", base(image));
            assert_eq!(dockerfile.lines().filter(|one| *one == line).count(), 1, "{image}");
        }
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
            let dockerfile = String::from_utf8(files(image)[DOCKERFILE].to_vec()).unwrap();
            let copied: Vec<_> =
                dockerfile.lines().filter_map(|line| line.strip_prefix("COPY ")?.split(' ').next()).collect();
            assert!(!copied.is_empty() && copied.iter().all(|name| names.iter().any(|n| n == name)), "{names:?}");
            assert!(names.iter().any(|name| name == DOCKERFILE));
            assert!(!names.iter().any(|name| name == BASE));
        }
    }
}
