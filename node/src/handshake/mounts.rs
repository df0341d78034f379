//! Where a container has the hierarchy in which systemd keeps its units, read from what the kernel says of its mounts.

/// Of cgroup v2, all there is; of v1, the one that controls no resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hierarchy {
    pub(super) path: &'static str,
    pub(super) is_writable: bool,
}

/// The only places at which engines mount it, as which filesystem, and by which option of the whole it is fit: without
/// `nsdelegate`, an instance that may write there lifts its own limits.
const PLACES: [(&str, &str, &str); 2] =
    [("/sys/fs/cgroup", "cgroup2", "nsdelegate"), ("/sys/fs/cgroup/systemd", "cgroup", "name=systemd")];

/// `None` if there is none, or if it shows more than what is below the container's own group: then it must stay as it is.
pub(super) fn of(mountinfo: &str, container: &str) -> Option<Hierarchy> {
    PLACES.into_iter().find_map(|(path, kind, option)| {
        // A later mount covers an earlier one.
        let mount = mountinfo.lines().filter_map(Mount::read).rfind(|mount| mount.at == path)?;
        let fits = mount.kind == kind && mount.of_all.split(',').any(|one| one == option);
        let own = mount.root.contains(container);
        (fits && own).then(|| Hierarchy { path, is_writable: mount.options.split(',').any(|one| one == "rw") })
    })
}

/// One line, as proc(5) has it.
struct Mount<'a> {
    root: &'a str,
    at: &'a str,
    options: &'a str,
    kind: &'a str,
    of_all: &'a str,
}

impl<'a> Mount<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (here, beyond) = line.split_once(" - ")?;
        let mut here = here.split(' ').skip(3);
        let mut beyond = beyond.split(' ');
        let (root, at, options) = (here.next()?, here.next()?, here.next()?);
        Some(Self { root, at, options, kind: beyond.next()?, of_all: beyond.nth(1)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "73b08997daf045db32b1dd11a2728907c9d192c33cdaffde336adfa6b8187ebb";

    fn v1(options: &str) -> String {
        let tmpfs = "84 83 0:46 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs rw,mode=755";
        let pids = format!("92 84 0:36 /docker/{ID} /sys/fs/cgroup/pids ro,nosuid - cgroup cgroup rw,pids");
        format!(
            "{tmpfs}\n{pids}\n93 84 0:37 /docker/{ID} /sys/fs/cgroup/systemd {options} - cgroup systemd rw,name=systemd"
        )
    }

    #[test]
    fn v1_has_one_for_systemd_and_v2_one_for_all() {
        let found = of(&v1("ro,nosuid,relatime"), ID).unwrap();
        assert_eq!(found, Hierarchy { path: "/sys/fs/cgroup/systemd", is_writable: false });
        assert!(of(&v1("rw,nosuid"), ID).unwrap().is_writable);
        let v2 = format!(
            "40 30 0:25 /system.slice/docker-{ID}.scope /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot"
        );
        assert_eq!(of(&v2, ID), Some(Hierarchy { path: "/sys/fs/cgroup", is_writable: false }));
        let over = format!("{v2}\n{}", v2.replace(" ro,", " rw,"));
        assert!(of(&over, ID).unwrap().is_writable, "the last mount counts");
    }

    #[test]
    fn what_is_not_below_the_containers_own_group_is_left_alone() {
        for root in ["/", "/docker", "/docker/0000"] {
            let whole = format!("40 30 0:25 {root} /sys/fs/cgroup ro - cgroup2 cgroup rw,nsdelegate");
            assert_eq!(of(&whole, ID), None, "{root}");
        }
        let undelegated = format!("40 30 0:25 /docker/{ID} /sys/fs/cgroup ro - cgroup2 cgroup rw");
        assert_eq!(of(&undelegated, ID), None, "it could lift its limits");
        assert_eq!(of("", ID), None);
        assert_eq!(of("40 30", ID), None);
        let other = format!("40 30 0:25 /docker/{ID} /sys/fs/cgroup ro - ext4 /dev/sda rw");
        assert_eq!(of(&other, ID), None);
    }
}
