//! Instances, tombstones among them.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::forward::{Place, Unopened};
use model::host_key::HostKey;
use model::id::{InstanceId, NodeId, PersonId};
use model::instance::{DesiredState, InstanceSpec};
use model::observed::{Activity, Observed, Problem};
use model::port::{ContainerPort, PortBlock};
use model::version::{Generation, Incarnation, Restarts};
use planner::world::{Instance, LastReport};
use protocol::plain::Plain as _;

use crate::store::claim::Claims;
use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct InstanceRow {
    id: InstanceId,
    owner: PersonId,
    spec: InstanceSpec,
    node: NodeId,
    host_ports: PortBlock,
    clashed: Vec<PortBlock>,
    desired: DesiredState,
    generation: Generation,
    wished_at: Timestamp,
    incarnation: Incarnation,
    restarts: Restarts,
    host_key: HostKey,
    was_present: bool,
    created_at: Timestamp,
    report: LastReportRow,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LastReportRow {
    observed: Observed,
    generation: Generation,
    activity: Option<Activity>,
    problem: Option<Problem>,
    #[serde(default)]
    unopened: Vec<Unopened>,
    #[serde(default)]
    closed: Option<Vec<ContainerPort>>,
    restarts: Restarts,
    at: Timestamp,
}

impl Stored for Instance {
    const TABLE: &'static str = "instance";
    const SINCE: u32 = 1;
    type Row = InstanceRow;

    fn id(key: &InstanceId) -> String {
        key.to_string()
    }

    /// Tombstones keep theirs: they are free when the row is gone.
    fn claims(&self) -> Claims {
        let of_node = self.host_ports.host_ports().chain(self.forwarded_ports(Place::Node));
        let of_node = of_node.map(|port| format!("port {} {}", self.node, port.0));
        // Records of 0.2 and before are called so. One of another name would hold the number once more, beside the old one.
        let of_server = self.forwarded_ports(Place::Server).map(|port| format!("port gateway {}", port.0));
        // The others are called by what is claimed already.
        let url = Some(&self.spec.url_name).filter(|name| !name.is_empty()).map(|name| format!("url {name}"));
        let name = format!("instance {} {}", self.owner, self.spec.name);
        of_node.chain(of_server).chain(url).chain([name]).collect()
    }
}

impl From<&Instance> for InstanceRow {
    fn from(row: &Instance) -> Self {
        let Instance {
            id,
            owner,
            spec,
            node,
            host_ports,
            clashed,
            desired,
            generation,
            wished_at,
            incarnation,
            restarts,
            host_key,
            was_present,
            created_at,
            report,
        } = row.clone();
        let report = report.into();
        let host_key = HostKey::clone(&host_key);
        Self {
            id,
            owner,
            spec,
            node,
            host_ports,
            clashed,
            desired,
            generation,
            wished_at,
            incarnation,
            restarts,
            host_key,
            was_present,
            created_at,
            report,
        }
    }
}

impl From<InstanceRow> for Instance {
    fn from(row: InstanceRow) -> Self {
        let InstanceRow {
            id,
            owner,
            spec,
            node,
            host_ports,
            clashed,
            desired,
            generation,
            wished_at,
            incarnation,
            restarts,
            host_key,
            was_present,
            created_at,
            report,
        } = row;
        let (report, host_key) = (report.into(), host_key.into());
        Self {
            id,
            owner,
            spec,
            node,
            host_ports,
            clashed,
            desired,
            generation,
            wished_at,
            incarnation,
            restarts,
            host_key,
            was_present,
            created_at,
            report,
        }
    }
}

impl From<LastReport> for LastReportRow {
    fn from(report: LastReport) -> Self {
        let LastReport { observed, generation, activity, problem, unopened, closed, restarts, at } = report;
        Self { observed, generation, activity, problem, unopened, closed, restarts, at }
    }
}

impl From<LastReportRow> for LastReport {
    fn from(report: LastReportRow) -> Self {
        let LastReportRow { observed, generation, activity, problem, unopened, closed, restarts, at } = report;
        // Until 0.2.0 what nodes said was kept as it was.
        let (observed, problem) = (observed.plain(), problem.map(|problem| problem.plain()));
        let unopened = unopened.into_iter().map(|unopened| unopened.plain()).collect();
        Self { observed, generation, activity, problem, unopened, closed, restarts, at }
    }
}
