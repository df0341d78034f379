use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::CreateContainerOptionsBuilder;
use futures_util::StreamExt as _;
use model::assignment::AssignedInstance;
use model::id::ClusterId;
use model::observed::ContainerState;
use model::port::PortBlock;
use node::docker::EngineError;
use node::forward::Forwards;
use node::images::Builds;
use tokio::time::timeout;

use crate::bench::{GRACE, SOON, banner, bench, socket};

/// Where cgroup v2 and v1 show the limit.
const PIDS_MAX: &str = "cat /sys/fs/cgroup/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids/pids.max";

#[tokio::test]
async fn an_instance_lives() {
    let Some(bench) = bench().await else { return };
    bench
        .run(async |bench| {
            let ssh = bench.open().await;
            bench.create().await;
            let made = bench.engine.inspect(&bench.name()).await.unwrap().unwrap();
            assert_eq!((made.state, made.started_at), (ContainerState::Created, None));
            assert_eq!(made.labels.unwrap().object, bench.instance.id);

            bench.start().await;
            assert_eq!(banner(ssh).await, "SSH-2.0-");
            assert_eq!(bench.ssh_ok(ssh, "hostname; echo kept >/root/file; whoami").await, "web\nroot");
            assert_eq!(bench.ssh_ok(ssh, PIDS_MAX).await, "512");

            bench.engine.stop(&bench.name(), GRACE).await.unwrap();
            bench.engine.stop(&bench.name(), GRACE).await.unwrap();
            let stopped = bench.engine.inspect(&bench.name()).await.unwrap().unwrap();
            assert!(matches!(stopped.state, ContainerState::Exited { out_of_memory: false, .. }), "{stopped:?}");
            assert_eq!(bench.engine.address(&bench.name()).await.unwrap(), None);

            bench.start().await;
            bench.engine.start(&bench.name(), bench.cluster).await.unwrap();
            assert_eq!(bench.ssh_ok(ssh, "cat /root/file").await, "kept");
            assert_eq!(bench.engine.list(bench.cluster).await.unwrap().len(), 1);

            bench.engine.remove(&bench.name()).await.unwrap();
            bench.engine.remove(&bench.name()).await.unwrap();
            assert_eq!(bench.engine.inspect(&bench.name()).await.unwrap(), None);
            assert_eq!(bench.engine.start(&bench.name(), bench.cluster).await, Err(EngineError::NotFound));
        })
        .await;
}

#[tokio::test]
async fn a_key_that_is_taken_away_no_longer_opens() {
    let Some(bench) = bench().await else { return };
    bench
        .run(async |bench| {
            let ssh = bench.open().await;
            bench.create().await;
            bench.start().await;
            bench.ssh_ok(ssh, "true").await;
            bench.files.write(&AssignedInstance { authorized_keys: Vec::new(), ..bench.instance.clone() }).unwrap();
            assert!(!bench.ssh(ssh, "true").await.status.success());
            bench.files.write(&bench.instance).unwrap();
            bench.ssh_ok(ssh, "true").await;
            assert!(!bench.ssh(ssh, "touch /run/dockhost/authorized_keys").await.status.success(), "it is read-only");
        })
        .await;
}

#[tokio::test]
async fn a_terminal_feels_right() {
    let Some(bench) = bench().await else { return };
    bench
        .run(async |bench| {
            let ssh = bench.open().await;
            bench.create().await;
            bench.start().await;
            for command in
                ["sudo -n true", "useradd -m ada && su ada -c 'sudo -n true || true'", "ping -V", "nano --version"]
            {
                bench.ssh_ok(ssh, command).await;
            }
            assert_eq!(bench.ssh_ok(ssh, "locale 2>&1 | grep -c 'Cannot'; true").await, "0");
            let shell = bench.ssh_ok(ssh, "TERM=xterm-256color bash -ic 'echo \"$PS1\"; alias ls' 2>/dev/null").await;
            assert!(shell.contains("\\033[") && shell.contains("--color=auto"), "{shell}");
            assert_eq!(bench.ssh_ok(ssh, "ls /etc/ssh | grep -c ssh_host; true").await, "0", "host keys in the image");
        })
        .await;
}

/// Where a node cannot give an instance what systemd needs.
#[tokio::test]
async fn the_small_init_keeps_what_a_machine_keeps() {
    let Some(bench) = bench().await else { return };
    bench
        .run(async |bench| {
            let ssh = bench.open().await;
            bench.create().await;
            bench.start().await;
            for made in [
                r"printf '#!/bin/sh\necho local >>/var/ran\n' >/etc/rc.local && chmod 755 /etc/rc.local",
                r"printf '#!/bin/sh\necho service >>/var/ran\nexec sleep 1000\n' >'/etc/dockhost/services/my own' && chmod 755 /etc/dockhost/services/*",
                "touch /tmp/mark /run/mark && echo '@reboot root echo cron >>/var/ran' >/etc/cron.d/own",
                // One that left its session, and one that nobody waits for.
                r#"setsid sh -c 'trap "echo told >/var/told; sleep 1; echo done >>/var/told; exit" TERM; touch /var/ready; while :; do sleep 0.1; done' </dev/null >/dev/null 2>&1 &"#,
                "until [ -e /var/ready ]; do sleep 0.1; done; (setsid sleep 0.2 &) ; sleep 1; ! ps ax | grep -q '[d]efunct'",
                "grep -q 'small init' /run/motd.d/init",
            ] {
                bench.ssh_ok(ssh, made).await;
            }
            let begun = Instant::now();
            bench.engine.stop(&bench.name(), Duration::from_secs(20)).await.unwrap();
            assert!(begun.elapsed() < Duration::from_secs(10), "it waits for nobody but those who are busy");
            bench.start().await;
            assert_eq!(bench.ssh_ok(ssh, "cat /var/told; ls /tmp/mark /run/mark 2>/dev/null; true").await, "told\ndone");
            let ran = "until [ \"$(sort -u /var/ran | tr '\\n' ' ')\" = 'cron local service ' ]; do sleep 0.1; done";
            bench.ssh_ok(ssh, &format!("timeout 20 bash -c {}", quoted(ran))).await;
            // sshd that ended begins anew.
            bench.ssh(ssh, "pkill -o sshd").await;
            assert_eq!(banner(ssh).await, "SSH-2.0-");
        })
        .await;
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[tokio::test]
async fn events_tell_what_changed() {
    let Some(bench) = bench().await else { return };
    bench
        .run(async |bench| {
            bench.create().await;
            let events = bench.engine.events(bench.cluster);
            let mut events = std::pin::pin!(events);
            // The first poll subscribes; what happens after it is told.
            let restarts = async {
                loop {
                    bench.engine.stop(&bench.name(), GRACE).await.unwrap();
                    bench.engine.start(&bench.name(), bench.cluster).await.unwrap();
                }
            };
            let told = async {
                tokio::select! {
                    biased;
                    told = events.next() => told,
                    never = restarts => never,
                }
            };
            assert_eq!(timeout(SOON, told).await.unwrap(), Some(bench.name()));
        })
        .await;
}

#[tokio::test]
async fn a_container_of_our_name_without_our_labels_is_nobodys() {
    let (Some(bench), Some(socket)) = (bench().await, socket()) else { return };
    bench
        .run(async move |bench| {
            let tag = node::images::ensure(&bench.engine, &Builds::default(), &crate::bench::IMAGE.into(), |_| {})
                .await
                .unwrap();
            let docker =
                Docker::connect_with_unix(&socket.to_string_lossy(), 60, bollard::API_DEFAULT_VERSION).unwrap();
            let docker = docker.negotiate_version().await.unwrap();
            let options = CreateContainerOptionsBuilder::new().name(&bench.name()).build();
            let body = ContainerCreateBody { image: Some(tag.clone()), ..ContainerCreateBody::default() };
            docker.create_container(Some(options), body).await.unwrap();

            let dir =
                bench.files.write(&AssignedInstance { authorized_keys: Vec::new(), ..bench.instance.clone() }).unwrap();
            let made = bench.engine.create(&bench.instance, bench.cluster, bench.node, &tag, &dir).await;
            assert!(matches!(made, Err(EngineError::Conflict(_))), "{made:?}");
            assert_eq!(bench.engine.inspect(&bench.name()).await.unwrap().unwrap().labels, None);
            assert!(bench.engine.list(bench.cluster).await.unwrap().is_empty());
        })
        .await;
}

#[tokio::test]
async fn another_cluster_is_not_listed() {
    let Some(bench) = bench().await else { return };
    bench
        .run(async |bench| {
            bench.create().await;
            assert_eq!(bench.engine.list(bench.cluster).await.unwrap().len(), 1);
            assert!(bench.engine.list(ClusterId::from_bits(1)).await.unwrap().is_empty());
        })
        .await;
}

#[tokio::test]
async fn instances_do_not_reach_each_other() {
    let (Some(one), Some(two)) = (bench().await, bench().await) else { return };
    two.run(async move |two| {
        two.create().await;
        two.start().await;
        let address = two.engine.address(&two.name()).await.unwrap().unwrap();
        one.run(async move |one| {
            let ssh = one.open().await;
            one.create().await;
            one.start().await;
            let tried = one.ssh(ssh, &format!("timeout 3 bash -c '</dev/tcp/{address}/22'")).await;
            assert!(!tried.status.success(), "one instance reached another");
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_block_that_another_program_uses_is_told() {
    let Some(bench) = bench().await else { return };
    bench
        .run(async |bench| {
            let held = bench.open().await;
            let second = Forwards::new(held.ip());
            let taken = second.open(bench.instance.id, PortBlock::starting_at(held.port()), &[]).await.unwrap_err();
            assert_eq!(taken.port.0, held.port());
        })
        .await;
}
