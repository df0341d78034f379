//! The parts of a request that have another life in rows and node messages. Those are read leniently, so that
//! versions understand each other; a request is taken exactly or refused, because a field that nobody reads is a
//! limit that nobody keeps.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

use crate::amount;
use crate::instance::Limits;
use crate::port::PortRange;

/// Ceilings of one instance. Each is said once.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct AskedLimits {
    /// Thousandths of a processor.
    cpu_millis: Option<u32>,
    memory_bytes: Option<u64>,
    /// In place of `cpu_millis`: a number of processors such as 0.5.
    #[cfg_attr(feature = "schema", schemars(with = "Option<NumberOrText>"))]
    cpus: Option<Cpus>,
    /// In place of `memory_bytes`: with its unit, such as `256m` or `1 GiB`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    memory: Option<Memory>,
}

pub(crate) fn limits<'de, D: Deserializer<'de>>(from: D) -> Result<Limits, D::Error> {
    let AskedLimits { cpu_millis, memory_bytes, cpus, memory } = AskedLimits::deserialize(from)?;
    Ok(Limits {
        cpu_millis: either("cpus", "cpu_millis", cpus.map(|Cpus(millis)| millis), cpu_millis)?,
        memory_bytes: either("memory", "memory_bytes", memory.map(|Memory(bytes)| bytes), memory_bytes)?,
    })
}

/// Which of the two counts is nobody's to guess, also where they say the same.
fn either<T, E: Error>(name: &str, other_name: &str, one: Option<T>, other: Option<T>) -> Result<Option<T>, E> {
    if one.is_some() && other.is_some() {
        return Err(E::custom(format_args!("`{name}` and `{other_name}` mean one limit, so send one of them")));
    }
    Ok(one.or(other))
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct AskedRange {
    first: u16,
    last: u16,
}

pub(crate) fn port_range<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PortRange>, D::Error> {
    let asked = Option::<AskedRange>::deserialize(from)?;
    Ok(asked.map(|AskedRange { first, last }| PortRange { first, last }))
}

#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is there to be described")]
enum NumberOrText {
    Number(f64),
    Text(String),
}

/// Thousandths of a processor, written as a number of processors.
struct Cpus(u32);

impl<'de> Deserialize<'de> for Cpus {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Processors)
    }
}

struct Processors;

impl Visitor<'_> for Processors {
    type Value = Cpus;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of processors such as 0.5")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cpus, E> {
        let millis = amount::cpu_millis(text.trim());
        millis.map(Cpus).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Cpus, E> {
        let millis = amount::cpu_millis(&number.to_string());
        millis.map(Cpus).ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Cpus, E> {
        let millis = amount::cpu_millis(&number.to_string());
        millis.map(Cpus).ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

/// Bytes, written with a unit.
struct Memory(u64);

impl<'de> Deserialize<'de> for Memory {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Amount)
    }
}

struct Amount;

impl Visitor<'_> for Amount {
    type Value = Memory;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("memory with its unit, such as \"256m\" or \"1 GiB\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Memory, E> {
        amount::memory_bytes(text).map(Memory).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{CreateInstance, RegisterNode};

    fn limits_of(text: &str) -> Result<Limits, String> {
        let body = format!(r#"{{"name":"web","limits":{text}}}"#);
        serde_json::from_str::<CreateInstance>(&body).map(|asked| asked.limits).map_err(|error| error.to_string())
    }

    #[test]
    fn limits_are_read_as_people_and_as_programs_write_them() {
        let both = Limits { cpu_millis: Some(500), memory_bytes: Some(256 << 20) };
        for text in [
            r#"{"cpu_millis":500,"memory_bytes":268435456}"#,
            r#"{"cpus":0.5,"memory":"256m"}"#,
            r#"{"cpus":"0.5","memory":"256 MiB"}"#,
            r#"{"cpus":0.5,"memory_bytes":268435456,"memory":null}"#,
        ] {
            assert_eq!(limits_of(text), Ok(both), "{text}");
        }
        assert_eq!(limits_of(r#"{"cpus":2}"#), Ok(Limits { cpu_millis: Some(2_000), memory_bytes: None }));
        assert_eq!(limits_of("{}"), Ok(Limits::default()));
    }

    #[test]
    fn a_limit_that_is_not_understood_is_never_left_out() {
        for (text, why) in [
            (r#"{"mem":"256m"}"#, "unknown field `mem`"),
            (r#"{"memory":256}"#, "with its unit"),
            (r#"{"memory":"256"}"#, "with its unit"),
            (r#"{"memory":"much"}"#, "with its unit"),
            (r#"{"cpus":-1}"#, "a number of processors"),
            (r#"{"cpus":0.0001}"#, "a number of processors"),
            (r#"{"cpus":"two"}"#, "a number of processors"),
            (r#"{"cpu_millis":"500"}"#, "expected u32"),
            (r#"{"memory":"1g","memory_bytes":1073741824}"#, "send one of them"),
            (r#"{"cpus":1,"cpu_millis":1000}"#, "send one of them"),
        ] {
            let said = limits_of(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn a_range_of_ports_has_its_two_ends() {
        let read = |text: &str| serde_json::from_str::<RegisterNode>(text).map(|asked| asked.host_ports);
        let range = PortRange { first: 1024, last: 2048 };
        assert_eq!(read(r#"{"name":"lab","host_ports":{"first":1024,"last":2048}}"#).unwrap(), Some(range));
        assert_eq!(read(r#"{"name":"lab","host_ports":null}"#).unwrap(), None);
        assert_eq!(read(r#"{"name":"lab"}"#).unwrap(), None);
        for text in [r#"{"first":1024,"last":2048,"step":3}"#, r#"{"first":1024}"#, r#"{"first":"1024","last":2048}"#] {
            assert!(read(&format!(r#"{{"name":"lab","host_ports":{text}}}"#)).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_sent_between_versions_stays_readable() {
        // Rows and node messages have the same types, and may hold more than this version knows.
        let limits: Limits = serde_json::from_str(r#"{"cpu_millis":500,"memory_bytes":null,"disk_bytes":1}"#).unwrap();
        assert_eq!(limits, Limits { cpu_millis: Some(500), memory_bytes: None });
        let range: PortRange = serde_json::from_str(r#"{"first":1,"last":9,"step":2}"#).unwrap();
        assert_eq!(range, PortRange { first: 1, last: 9 });
    }
}
