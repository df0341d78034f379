//! Instances, tombstones among them.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::forward::Unopened;
use model::host_key::HostKey;
use model::id::{InstanceId, NodeId, PersonId};
use model::instance::{DesiredState, InstanceSpec};
use model::observed::{Activity, Observed, Problem};
use model::port::{ContainerPort, PortBlock};
use model::version::{Generation, Incarnation, Restarts};
use planner::world::{Instance, LastReport};
use protocol::plain::Plain as _;

use crate::store::row::{Row, Table};

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

impl Row for InstanceRow {
    const TABLE: Table = Table::Instance;
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
        let report = report.into();
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
