//! What this process may do beyond what any may, as far as the node's work needs it.

const KILL: u32 = 5;
const NET_BIND_SERVICE: u32 = 10;
/// Without all three, nobody steps into the mount namespace of another process.
const ENTER: [u32; 3] = [18, 19, 21];

/// What is wrong without the right to end processes of other users, and what to do.
pub(crate) const WITHOUT_KILL: [&str; 2] = [
    "This process may not end a program of an instance that floods a transfer or a terminal: it lacks CAP_KILL.",
    "Run the node as root, or as a service with the unit that `dockhost-node systemd-unit` prints.",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) kill: bool,
    /// To listen on ports below 1024, which only a node needs whose page gives it some.
    pub(crate) low_ports: bool,
    /// To step into the namespaces of instances.
    pub(crate) enter: bool,
}

impl Rights {
    /// `None` if the system does not tell.
    pub(crate) fn of_this() -> Option<Self> {
        Self::read(&std::fs::read_to_string("/proc/self/status").ok()?)
    }

    fn read(status: &str) -> Option<Self> {
        let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
        let effective = u64::from_str_radix(line.trim(), 16).ok()?;
        let has = |capability: u32| effective >> capability & 1 == 1;
        Some(Self { kill: has(KILL), low_ports: has(NET_BIND_SERVICE), enter: ENTER.into_iter().all(has) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_read_from_what_the_kernel_tells() {
        let of =
            |effective: &str| Rights::read(&format!("Name:\tx\nCapPrm:\tffffffffffffffff\nCapEff:\t{effective}\n"));
        assert_eq!(of("000001ffffffffff"), Some(Rights { kill: true, low_ports: true, enter: true }));
        assert_eq!(of("0000000000000420"), Some(Rights { kill: true, low_ports: true, enter: false }));
        assert_eq!(of("00000000002c0420"), Some(Rights { kill: true, low_ports: true, enter: true }));
        assert_eq!(of("0000000000000020"), Some(Rights { kill: true, low_ports: false, enter: false }));
        assert_eq!(of("0000000000000000"), Some(Rights { kill: false, low_ports: false, enter: false }));
        assert_eq!((of(""), Rights::read("Name:\tx\n")), (None, None));
        assert!(Rights::of_this().is_some());
    }

    #[test]
    fn every_right_of_the_unit_has_its_reason() {
        let unit = include_str!("../dockhost-node.service");
        for given in ["CapabilityBoundingSet=", "RestrictAddressFamilies="] {
            let rights = unit.lines().find_map(|line| line.strip_prefix(given)).unwrap();
            for right in rights.split(' ') {
                assert!(unit.lines().any(|line| line.starts_with('#') && line.contains(right)), "{right}");
            }
        }
    }
}
