//! What the node says of its machine.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use model::image::ImageName;
use model::node::{EngineState, NodeFacts};
use model::reserved::Reserved;
use sysinfo::{CpuRefreshKind, Disks, MemoryRefreshKind, RefreshKind, System};

/// Reads the machine. Every reading may block for as long as its slowest disk does.
pub struct Machine {
    system: System,
    data_dir: PathBuf,
    images: Vec<ImageName>,
    reserved: Reserved,
    network: String,
    bind: Option<IpAddr>,
}

impl Machine {
    pub fn new(data_dir: &Path, images: Vec<ImageName>, reserved: Reserved) -> Self {
        let kind = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing().with_cpu_usage())
            .with_memory(MemoryRefreshKind::nothing().with_ram());
        let data_dir = data_dir.canonicalize().unwrap_or_else(|_| data_dir.to_owned());
        Self {
            system: System::new_with_specifics(kind),
            data_dir,
            images,
            reserved,
            network: wire::network(),
            bind: None,
        }
    }

    /// Where the host ports listen.
    #[must_use]
    pub fn bound_to(self, bind: IpAddr) -> Self {
        Self { bind: Some(bind), ..self }
    }

    /// How the machine is now; the processors' load is that since the reading before. The engine is filled in
    /// by whoever watches it.
    pub fn read(&mut self) -> NodeFacts {
        self.system.refresh_cpu_usage();
        self.system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let (disk_total_bytes, disk_free_bytes) = disk(&self.data_dir);
        NodeFacts {
            system: System::long_os_version().unwrap_or_else(|| std::env::consts::OS.to_owned()),
            architecture: System::cpu_arch(),
            cpus: u32::try_from(self.system.cpus().len()).unwrap_or(u32::MAX),
            cpu_percent: self.system.global_cpu_usage().clamp(0.0, 100.0),
            memory_total_bytes: self.system.total_memory(),
            memory_used_bytes: self.system.used_memory(),
            disk_total_bytes,
            disk_free_bytes,
            engine: EngineState::Unknown,
            node_version: env!("CARGO_PKG_VERSION").to_owned(),
            images: self.images.clone(),
            reserved: self.reserved.clone(),
            network: self.network.clone(),
            bind: self.bind,
            components: Vec::new(),
            without_systemd: String::new(),
        }
    }
}

/// Total and free bytes of the filesystem that holds the path; zeros if none is found.
pub(crate) fn disk(path: &Path) -> (u64, u64) {
    let disks = Disks::new_with_refreshed_list();
    let holding = disks.list().iter().filter(|disk| path.starts_with(disk.mount_point()));
    let nearest = holding.max_by_key(|disk| disk.mount_point().components().count());
    nearest.map_or((0, 0), |disk| (disk.total_space(), disk.available_space()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_processors_and_memory() {
        let facts = Machine::new(Path::new("/"), ImageName::ALL.to_vec(), Reserved::none()).read();
        assert!(facts.cpus >= 1 && facts.memory_total_bytes > 0);
        assert!(facts.memory_used_bytes <= facts.memory_total_bytes);
        assert!(facts.disk_free_bytes <= facts.disk_total_bytes);
        assert_eq!(facts.images, ImageName::ALL);
    }
}
