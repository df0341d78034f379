//! Engines as they describe themselves, and what is known of each.

use super::*;

fn component(name: &str, version: &str, build: &str) -> Component {
    Component { name: name.to_owned(), version: version.to_owned(), build: build.to_owned() }
}

fn of_runc(version: &str, build: &str) -> Vec<&'static str> {
    known(&[component("runc", version, build)]).faults.iter().map(|fault| fault.cve).collect()
}

const LEAKY: &str = "CVE-2024-21626";
const MASKED: &str = "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881";

#[test]
fn a_distributions_own_mend_counts() {
    for (version, build, faults) in [
        ("1.1.5+ds1", "1.1.5+ds1-1+deb12u1", &[MASKED][..]),
        ("1.1.5+ds1", "1.1.5+ds1-1+deb12u2", &[MASKED]),
        ("1.1.5+ds1", "1.1.5+ds1-1", &[LEAKY, MASKED]),
        ("1.0.0~rc93+ds1", "1.0.0~rc93+ds1-5+deb11u2", &[LEAKY, MASKED]),
        ("1.0.0~rc93+ds1", "1.0.0~rc93+ds1-5+deb11u3", &[MASKED]),
        ("1.1.7-0ubuntu1~22.04.1", "", &[LEAKY, MASKED]),
        ("1.1.7-0ubuntu1~22.04.2", "", &[MASKED]),
        ("1.3.3-0ubuntu1~24.04.2", "", &[]),
        ("1.1.15+ds1", "1.1.15+ds1-2+b4", &[MASKED]),
    ] {
        assert_eq!(of_runc(version, build), faults, "{version} {build}");
    }
}

#[test]
fn each_line_of_releases_has_its_own_mend() {
    for (version, faults) in [
        ("1.0.0-rc6", &["CVE-2019-5736", MASKED][..]),
        ("1.0.0-rc92", &[MASKED]),
        ("1.0.0-rc93", &[LEAKY, MASKED]),
        ("1.1.11", &[LEAKY, MASKED]),
        ("1.1.12", &[MASKED]),
        ("v1.2.7", &[MASKED]),
        ("1.2.8", &[]),
        ("1.3.2", &[MASKED]),
        ("1.3.3", &[]),
        ("1.4.0-rc.2", &[MASKED]),
        ("1.4.0-rc.3", &[]),
        ("1.4.0", &[]),
        ("2.0.0", &[]),
    ] {
        assert_eq!(of_runc(version, "v1.1.12-0-g51d5e94"), faults, "{version}");
    }
}

#[test]
fn what_cannot_be_told_is_unknown_and_not_safe() {
    for components in [vec![], vec![component("runc", "", "")], vec![component("runc", "de40ad0", "de40ad0")]] {
        assert_eq!(known(&components), Known { faults: Vec::new(), unknown: vec!["runc".to_owned()] });
    }
    // A build of another version than the one that runs proves nothing.
    assert_eq!(of_runc("1.1.4+ds1", "1.1.5+ds1-1+deb12u1"), [LEAKY, MASKED]);
}

#[test]
fn a_fault_of_plugins_needs_plugins() {
    let runc = component("runc", "1.3.3", "");
    let engine = |version: &str| vec![component("Engine", version, "5d6db84"), runc.clone()];
    let with = |version: &str| [engine(version), vec![component(AUTHORIZATION, "", "")]].concat();
    assert_eq!(known(&engine("20.10.24")), Known::default());
    for (version, faults) in
        [("20.10.24", 1), ("26.0.2", 1), ("26.1.4", 1), ("26.1.5", 0), ("27.0.3", 1), ("27.5.1", 0), ("29.4.3", 0)]
    {
        assert_eq!(known(&with(version)).faults.len(), faults, "{version}");
    }
    // Debian's engine does not tell which of its packages it is.
    assert_eq!(known(&with("20.10.24+dfsg1")).unknown, ["Engine"]);
}

#[test]
fn a_fault_says_what_it_is_and_what_to_do() {
    let all = known(&[component("runc", "1.1.5", "")]).faults;
    assert!(all[0].wrong().starts_with("runc 1.1.5 has a known fault (CVE-2024-21626): "), "{}", all[0].wrong());
    assert!(all[0].advice().contains("1.1.12") && all[0].advice().contains("https://"), "{}", all[0].advice());
    for entry in &TABLE {
        assert!(entry.link.starts_with("https://") && !entry.what.ends_with('.'));
        assert!(
            entry
                .fixed
                .iter()
                .chain(entry.packages.iter().map(|(_, text)| text))
                .all(|text| Version::parse(text).is_some())
        );
    }
}
