//! Known faults of engines by which an instance may get out, as a table, and which of them a node has.
//!
//! Only what an instance of DockHost can reach is here: nobody in one chooses images, mounts, networks of the host or
//! requests to the engine, so faults of `docker cp`, `docker build`, CRI or Swarm are not. Faults of the kernel are
//! not either: its version tells too little of what its distribution mended.

use std::cmp::Ordering;

use super::Component;
use super::version::Version;

/// One fault as its advisory has it.
struct Entry {
    component: &'static str,
    cve: &'static str,
    /// The first version that has it; empty: the very first.
    from: &'static str,
    /// The first version of each line of releases that does not have it any more; older lines were not mended.
    fixed: &'static [&'static str],
    /// Packages in which a distribution mended an older version, by its release.
    packages: &'static [(&'static str, &'static str)],
    /// Another component without which it does no harm.
    needs: Option<&'static str>,
    what: &'static str,
    link: &'static str,
}

/// By which an engine's list of components tells that requests to it are filtered.
pub(super) const AUTHORIZATION: &str = "authorization plugin";

const TABLE: [Entry; 4] = [
    Entry {
        component: "runc",
        cve: "CVE-2019-5736",
        from: "",
        fixed: &["1.0.0-rc7"],
        packages: &[],
        needs: None,
        what: "a program in an instance can overwrite runc and run as root on the node when a terminal or a transfer begins",
        link: "https://www.openwall.com/lists/oss-security/2019/02/11/2",
    },
    Entry {
        component: "runc",
        cve: "CVE-2024-21626",
        from: "1.0.0-rc93",
        fixed: &["1.1.12"],
        // DSA-5615-1, USN-6619-1.
        packages: &[
            ("deb11", "1.0.0~rc93+ds1-5+deb11u3"),
            ("deb12", "1.1.5+ds1-1+deb12u1"),
            ("20.04", "1.1.7-0ubuntu1~20.04.2"),
            ("22.04", "1.1.7-0ubuntu1~22.04.2"),
        ],
        needs: None,
        what: "a program in an instance can reach the node's files through a descriptor that runc leaks",
        link: "https://github.com/opencontainers/runc/security/advisories/GHSA-xr7r-f8xq-vfvv",
    },
    Entry {
        component: "runc",
        cve: "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881",
        from: "",
        fixed: &["1.2.8", "1.3.3", "1.4.0-rc.3"],
        packages: &[],
        needs: None,
        what: "somebody who chooses the image or the mounts of a container can make runc write into the node's /proc and break out",
        link: "https://github.com/opencontainers/runc/releases/tag/v1.2.8",
    },
    Entry {
        component: "Engine",
        cve: "CVE-2024-41110",
        from: "19.3.0",
        fixed: &["19.3.16", "20.10.28", "23.0.15", "24.0.10", "25.0.6", "26.0.3", "26.1.5", "27.0.4", "27.1.1"],
        packages: &[("deb12", "20.10.24+dfsg1-1+deb12u1")],
        needs: Some(AUTHORIZATION),
        what: "a request without a body passes the authorization plugins of this engine",
        link: "https://github.com/moby/moby/security/advisories/GHSA-v23v-6jw2-98fq",
    },
];

/// One known fault of a node's engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub component: String,
    /// As the engine tells it.
    pub version: String,
    pub cve: &'static str,
    /// A clause.
    pub what: &'static str,
    pub link: &'static str,
    /// In which versions it is gone.
    pub fixed: String,
}

impl Fault {
    /// One sentence: what it is.
    pub fn wrong(&self) -> String {
        format!("{} {} has a known fault ({}): {}.", self.component, self.version, self.cve, self.what)
    }

    /// One sentence: what to do.
    pub fn advice(&self) -> String {
        format!(
            "Update {} to {} or later, or to a package in which its distribution mended this; see {}.",
            self.component, self.fixed, self.link
        )
    }
}

/// What is known of an engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub faults: Vec<Fault>,
    /// Components of which nothing can be said: the engine names no version, or too little of it.
    pub unknown: Vec<String>,
}

/// The faults of an engine that says this of itself. Silence is no safety: what is not said is unknown.
pub fn known(components: &[Component]) -> Known {
    let named = |name: &str| components.iter().find(|component| component.name.eq_ignore_ascii_case(name));
    let mut all = Known::default();
    for entry in TABLE.iter().filter(|entry| entry.needs.is_none_or(|needed| named(needed).is_some())) {
        let found = named(entry.component);
        match found.map(|component| (component, entry.judge(component))) {
            Some((_, Some(false))) => {}
            Some((component, Some(true))) => all.faults.push(Fault {
                component: entry.component.to_owned(),
                version: told(component).to_owned(),
                cve: entry.cve,
                what: entry.what,
                link: entry.link,
                fixed: entry.fixed.join(", "),
            }),
            Some((_, None)) | None => {
                if !all.unknown.iter().any(|name| name == entry.component) {
                    all.unknown.push(entry.component.to_owned());
                }
            }
        }
    }
    all
}

/// The longer of both where that is the distribution's.
fn told(component: &Component) -> &str {
    if packaged(component).is_some() { &component.build } else { &component.version }
}

/// The version of the package, where the engine tells it in place of a commit. It must be of the version that it says.
fn packaged(component: &Component) -> Option<Version> {
    let (build, version) = (Version::parse(&component.build)?, Version::parse(&component.version)?);
    (build.is_package() && build.upstream(&version) == Ordering::Equal).then_some(build)
}

impl Entry {
    /// Whether that component has the fault; `None` where its version does not tell.
    fn judge(&self, component: &Component) -> Option<bool> {
        let version = packaged(component).or_else(|| Version::parse(&component.version))?;
        let is_older = |than: &str| Version::parse(than).is_some_and(|than| version.upstream(&than) == Ordering::Less);
        if is_older(self.from) || !self.is_unfixed(&version) {
            return Some(false);
        }
        let release = version.release();
        let mended = self.packages.iter().filter_map(|(of, text)| Some((*of, Version::parse(text)?)));
        for (of, mended) in mended {
            let ours = match &release {
                Some(release) => release == of,
                // The first package of a version names no release.
                None => version.upstream(&mended) == Ordering::Equal,
            };
            if ours && version.is_package() {
                // Without its last part, nobody knows which package it is.
                return version.has_revision().then(|| version.packaged(&mended) == Some(Ordering::Less));
            }
        }
        Some(true)
    }

    fn is_unfixed(&self, version: &Version) -> bool {
        let fixed: Vec<Version> = self.fixed.iter().filter_map(|text| Version::parse(text)).collect();
        match fixed.iter().rev().find(|fixed| fixed.is_of_line(version)) {
            Some(fixed) => version.upstream(fixed) == Ordering::Less,
            // A line of its own: newer than the newest that was mended, or never mended.
            None => fixed.last().is_some_and(|newest| version.upstream(newest) == Ordering::Less),
        }
    }
}

#[cfg(test)]
mod tests;
