//! What a container of ours is made of. The ceilings and refusals here hold whatever the server asks for.

use std::collections::HashMap;
use std::path::Path;

use agent::facts::Labels;
use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, Mount, MountType, RestartPolicy,
    RestartPolicyNameEnum,
};
use model::assignment::AssignedInstance;
use model::id::{ClusterId, NodeId};

use super::network;

/// Where the keys of an instance appear in it.
pub(super) const FILES: &str = "/run/dockhost";

/// What root in an instance needs for logins, packages and services of its own. Left out of the engine's
/// usual set: `MKNOD` (devices) and `NET_RAW` (forged packets; ping works without).
const CAPABILITIES: [&str; 12] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Processes and threads of one instance: a fork bomb ends here.
const PIDS: i64 = 512;
const SHM_BYTES: i64 = 64 << 20;
/// Empty at each start.
const BOOT: [(&str, &str); 2] =
    [("/run", "rw,nosuid,nodev,mode=755,size=256m"), ("/run/lock", "rw,nosuid,nodev,noexec,mode=1777,size=5m")];
/// When memory runs out on the node, instances go before the engine and the node do.
const OOM_SCORE: i64 = 500;
const LOG_FILE_SIZE: &str = "10m";
const LOG_FILES: &str = "3";

/// The engine and its image, as far as the container depends on them.
pub(super) struct Place<'a> {
    pub(super) cluster: ClusterId,
    pub(super) node: NodeId,
    pub(super) image_tag: &'a str,
    pub(super) files_dir: &'a Path,
    /// Processors of the node. A limit above them is no limit, and the engine would refuse it.
    pub(super) cpus: u32,
}

/// The engine's description of the container of `assigned`.
///
/// `no-new-privileges` is not set: root in the instance is the person's own from the first login and is
/// bounded by the same capabilities, so it would protect nobody and take `sudo` from the users they add.
/// The limit of open files is the engine's own: a higher one makes the start fail, and the engine does not
/// tell how high it may go.
pub(super) fn body(assigned: &AssignedInstance, place: &Place<'_>) -> ContainerCreateBody {
    ContainerCreateBody {
        hostname: Some(assigned.name.to_string()),
        image: Some(place.image_tag.to_owned()),
        labels: Some(Labels::of(assigned, place.cluster).to_map(place.node)),
        host_config: Some(host(assigned, place)),
        ..ContainerCreateBody::default()
    }
}

fn host(assigned: &AssignedInstance, place: &Place<'_>) -> HostConfig {
    let memory = assigned.limits.memory_bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    let ceiling = i64::from(place.cpus).saturating_mul(1_000_000_000);
    let nano_cpus = assigned.limits.cpu_millis.map(|millis| (i64::from(millis) * 1_000_000).min(ceiling));
    HostConfig {
        privileged: Some(false),
        cap_drop: Some(vec!["ALL".to_owned()]),
        cap_add: Some(CAPABILITIES.map(str::to_owned).to_vec()),
        pids_limit: Some(PIDS),
        memory,
        // The sum of memory and swap: equal to memory, so that a limit is not stretched by swapping.
        memory_swap: memory,
        nano_cpus,
        oom_score_adj: Some(OOM_SCORE),
        shm_size: Some(SHM_BYTES),
        // Its init gets its own part of the hierarchy, and sees no other: see `agent::handshake`.
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        // As after the boot of any machine. What is in there counts as the instance's memory.
        tmpfs: Some(BOOT.map(|(path, options)| (path.to_owned(), options.to_owned())).into()),
        log_config: Some(log()),
        // The node is the only one that starts instances; two would undo each other's work.
        restart_policy: Some(RestartPolicy { name: Some(RestartPolicyNameEnum::NO), maximum_retry_count: None }),
        mounts: Some(vec![files(place.files_dir)]),
        network_mode: Some(network::NAME.to_owned()),
        publish_all_ports: Some(false),
        ..HostConfig::default()
    }
}

/// A mount and not a `binds` entry: for a folder that is missing, the engine would make an empty one there.
fn files(dir: &Path) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(dir.to_string_lossy().into_owned()),
        target: Some(FILES.to_owned()),
        read_only: Some(true),
        ..Mount::default()
    }
}

fn log() -> HostConfigLogConfig {
    let config = [("max-size", LOG_FILE_SIZE), ("max-file", LOG_FILES)];
    HostConfigLogConfig {
        typ: Some("local".to_owned()),
        config: Some(
            config.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<HashMap<_, _>>(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::image::ImageName;
    use model::instance::Limits;
    use model::version::Incarnation;

    fn made(limits: Limits) -> ContainerCreateBody {
        let sample = crate::sample::assigned(1);
        let assigned = AssignedInstance { image: ImageName::Debian12.into(), limits, ..sample };
        let (cluster, node) = (ClusterId::from_bits(7), NodeId::from_bits(8));
        let files_dir = Path::new("/data/instances/i-1");
        body(&assigned, &Place { cluster, node, image_tag: "dockhost/debian-12:0", files_dir, cpus: 2 })
    }

    #[test]
    fn the_baseline_holds() {
        let host = made(Limits::default()).host_config.unwrap();
        assert_eq!(host.privileged, Some(false));
        assert_eq!(host.cap_drop.unwrap(), ["ALL"]);
        let added = host.cap_add.unwrap();
        for dangerous in ["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_PTRACE", "MKNOD", "SYS_MODULE", "SYS_RESOURCE"] {
            assert!(!added.iter().any(|held| held == dangerous), "{dangerous} is added");
        }
        assert_eq!(host.pids_limit, Some(512));
        assert_eq!(host.restart_policy.unwrap().name, Some(RestartPolicyNameEnum::NO));
        let [mount] = &host.mounts.unwrap()[..] else { panic!("exactly one mount") };
        assert_eq!((mount.target.as_deref(), mount.read_only), (Some("/run/dockhost"), Some(true)));
        assert_eq!(mount.source.as_deref(), Some("/data/instances/i-1"));
        assert_eq!(host.network_mode.as_deref(), Some("dockhost"));
        assert!(host.port_bindings.is_none() && host.binds.is_none() && host.devices.is_none());
        assert!(host.pid_mode.is_none() && host.ipc_mode.is_none() && host.userns_mode.is_none());
        assert_eq!(
            host.cgroupns_mode,
            Some(HostConfigCgroupnsModeEnum::PRIVATE),
            "another one would show every neighbour"
        );
        assert_eq!(host.tmpfs.unwrap().len(), 2);
        assert!(host.security_opt.is_none(), "the engine's own seccomp and AppArmor profiles apply");
    }

    #[test]
    fn no_limit_is_left_to_the_node() {
        let host = made(Limits::default()).host_config.unwrap();
        assert_eq!((host.memory, host.memory_swap, host.nano_cpus), (None, None, None));
    }

    #[test]
    fn limits_do_not_stretch_by_swap_nor_exceed_the_node() {
        let limits = Limits { cpu_millis: Some(500), memory_bytes: Some(256 << 20) };
        let host = made(limits).host_config.unwrap();
        assert_eq!((host.memory, host.memory_swap), (Some(256 << 20), Some(256 << 20)));
        assert_eq!(host.nano_cpus, Some(500_000_000));
        let many = made(Limits { cpu_millis: Some(64_000), memory_bytes: None }).host_config.unwrap();
        assert_eq!(many.nano_cpus, Some(2_000_000_000));
    }

    #[test]
    fn it_carries_its_name_and_labels() {
        let body = made(Limits::default());
        assert_eq!(body.hostname.as_deref(), Some("web"));
        let labels = Labels::parse(&body.labels.unwrap()).unwrap();
        assert_eq!((labels.cluster, labels.incarnation), (ClusterId::from_bits(7), Incarnation(1)));
        assert!(body.exposed_ports.is_none() && body.entrypoint.is_none() && body.cmd.is_none());
    }
}
