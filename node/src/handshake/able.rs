//! Whether instances of this node can have systemd.

use model::node::EngineState;

use crate::rights::Rights;

/// Why not, and what to do; `None` if nothing stands in the way as far as the node can tell beforehand.
pub(crate) fn without_systemd(engine: &EngineState) -> Option<[String; 2]> {
    // One that is away tells nothing of this.
    let EngineState::Up { api, .. } = engine else { return None };
    judge(Rights::of_this(), &std::fs::read_to_string("/proc/self/mountinfo").ok()?, api)
}

fn judge(rights: Option<Rights>, mountinfo: &str, api: &str) -> Option<[String; 2]> {
    if older(api) {
        let wrong = format!("The engine (API {api}) cannot give a container a cgroup namespace of its own.");
        return Some([wrong, "Update Docker to 20.10 or later.".to_owned()]);
    }
    if rights.is_some_and(|rights| !rights.enter) {
        let wrong = "This process may not step into the namespaces of instances: it lacks CAP_SYS_ADMIN, CAP_SYS_CHROOT or \
                     CAP_SYS_PTRACE.";
        let advice = "Run the node as root, or as a service with the unit that `dockhost-node systemd-unit` prints.";
        return Some([wrong.to_owned(), advice.to_owned()]);
    }
    if unified(mountinfo).is_some_and(|line| !line.contains("nsdelegate")) {
        let wrong = "The cgroups of this machine are mounted without nsdelegate, so an instance with systemd could lift its \
                     own limits.";
        let advice = "Mount them with it: mount -o remount,nsdelegate /sys/fs/cgroup";
        return Some([wrong.to_owned(), advice.to_owned()]);
    }
    if !has_hierarchy(mountinfo) {
        let wrong = "This machine has cgroups of version 1 and among them none that is called systemd.";
        let advice = "Mount it: mkdir -p /sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup \
                      /sys/fs/cgroup/systemd";
        return Some([wrong.to_owned(), advice.to_owned()]);
    }
    None
}

/// The engine knows cgroup namespaces since version 1.41 of its API.
fn older(api: &str) -> bool {
    let mut numbers = api.split('.').map(|number| number.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) < (1, 41),
        _ => false,
    }
}

fn has_hierarchy(mountinfo: &str) -> bool {
    let v1 = |line: &str| line.contains(" - cgroup ") && line.contains("name=systemd");
    unified(mountinfo).is_some() || mountinfo.lines().any(v1)
}

/// The mount of cgroup v2 for all controllers.
fn unified(mountinfo: &str) -> Option<&str> {
    mountinfo.lines().find(|line| line.contains(" /sys/fs/cgroup ") && line.contains(" - cgroup2 "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HYBRID: &str = "29 24 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd";
    const UNIFIED: &str = "29 24 0:25 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
    const ALL: Option<Rights> = Some(Rights { kill: true, low_ports: true, enter: true });

    #[test]
    fn each_reason_says_what_to_do() {
        for mounts in [HYBRID, UNIFIED] {
            assert_eq!(judge(ALL, mounts, "1.41"), None);
            assert_eq!(judge(None, mounts, "1.50"), None);
        }
        let of = |rights, mounts, api| judge(rights, mounts, api).unwrap().concat();
        assert!(of(ALL, HYBRID, "1.40").contains("20.10"));
        assert!(of(Some(Rights { enter: false, ..ALL.unwrap() }), HYBRID, "1.41").contains("systemd-unit"));
        let v1 = "29 24 0:37 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids";
        let hybrid_without = "30 24 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";
        let undelegated = "29 24 0:25 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw";
        assert!(of(ALL, undelegated, "1.41").contains("remount,nsdelegate"));
        assert!(of(ALL, v1, "1.41").contains("name=systemd"));
        assert!(of(ALL, hybrid_without, "1.41").contains("name=systemd"));
    }
}
