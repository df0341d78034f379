//! Which known faults the programs of the engine have.

use model::engine::{Component, known};

use super::answer::clean;
use super::check::{Fault, Outcome};

/// One for each fault; where there is none, one that says of what.
pub(super) fn judge(components: &[Component]) -> Vec<Outcome> {
    let found = known(components);
    let faults = found.faults.iter().map(|fault| Fault::new(clean(&fault.wrong()), fault.advice()));
    let unknown = found.unknown.iter().map(|name| {
        Fault::new(
            format!("Docker does not tell which version of {name} it uses, so its known faults cannot be looked up."),
            format!("Look yourself ({name} --version), and keep it up to date."),
        )
    });
    let warned: Vec<Outcome> = faults.chain(unknown).map(Outcome::Warned).collect();
    if warned.is_empty() { vec![Outcome::Ok(format!("none is known of {}", names(components)))] } else { warned }
}

fn names(components: &[Component]) -> String {
    let named = components.iter().filter(|component| !component.version.is_empty());
    named.map(|component| clean(&format!("{} {}", component.name, component.version))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runc(version: &str, build: &str) -> Vec<Component> {
        vec![Component { name: "runc".to_owned(), version: version.to_owned(), build: build.to_owned() }]
    }

    #[test]
    fn a_fault_warns_an_unknown_version_too_and_a_mended_one_does_not() {
        assert_eq!(judge(&runc("1.3.3", "")), [Outcome::Ok("none is known of runc 1.3.3".to_owned())]);
        let warned = judge(&runc("1.1.5+ds1", "1.1.5+ds1-1"));
        assert!(matches!(&warned[0], Outcome::Warned(fault) if fault.wrong.contains("CVE-2024-21626")), "{warned:?}");
        let mended = judge(&runc("1.1.5+ds1", "1.1.5+ds1-1+deb12u1"));
        assert!(!format!("{mended:?}").contains("CVE-2024-21626"), "{mended:?}");
        assert!(matches!(&judge(&[])[0], Outcome::Warned(fault) if fault.wrong.contains("does not tell")));
    }
}
