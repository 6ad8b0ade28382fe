//! Who is at an end of a span.

use std::net::{Ipv4Addr, Ipv6Addr};

use opentelemetry::{KeyValue, Value};
use serde::Serialize;

/// Who is at an end of a span.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Endpoint {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ipv4: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ipv6: Option<Ipv6Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
}

/// The attributes that name the other end, the best one first, each with the one that has its port.
const REMOTE: [(&str, Option<&str>); 11] = [
    ("peer.service", None),
    ("server.address", None),
    ("net.peer.name", None),
    ("network.peer.address", Some("network.peer.port")),
    ("server.socket.domain", None),
    ("server.socket.address", Some("server.socket.port")),
    ("net.sock.peer.name", None),
    ("net.sock.peer.addr", Some("net.sock.peer.port")),
    ("peer.hostname", None),
    ("peer.address", None),
    ("db.name", None),
];

// === impl Endpoint ===

impl Endpoint {
    pub(crate) fn service(name: String) -> Self {
        Self {
            service_name: Some(name),
            ..Self::default()
        }
    }

    /// The other end, as the attributes tell it.
    pub(crate) fn remote(attributes: &[KeyValue]) -> Option<Self> {
        let value = |key: &str| {
            let found = attributes.iter().find(|pair| pair.key.as_str() == key);
            found.map(|pair| &pair.value)
        };
        REMOTE.into_iter().find_map(|(name, port)| {
            let name = value(name)?.as_str();
            let port = port.and_then(value).and_then(self::port);
            (!name.is_empty()).then(|| Self::named(&name, port))
        })
    }

    /// An address where that is one; the address of a Unix socket or a host's name is a name.
    fn named(name: &str, port: Option<u16>) -> Self {
        let mut endpoint = Self {
            port,
            ..Self::default()
        };
        if let Ok(address) = name.parse() {
            endpoint.ipv4 = Some(address);
        } else if let Ok(address) = name.parse() {
            endpoint.ipv6 = Some(address);
        } else {
            endpoint.service_name = Some(name.to_owned());
        }
        endpoint
    }
}

fn port(value: &Value) -> Option<u16> {
    match value {
        Value::I64(port) => u16::try_from(*port).ok(),
        other => other.as_str().parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(attributes: &[(&'static str, &'static str)]) -> serde_json::Value {
        let pair = |(key, value): &(&'static str, &'static str)| KeyValue::new(*key, *value);
        let attributes: Vec<_> = attributes.iter().map(pair).collect();
        serde_json::to_value(Endpoint::remote(&attributes)).expect("JSON")
    }

    #[test]
    fn the_best_of_what_names_the_other_end_is_taken() {
        let all: Vec<_> = REMOTE.iter().map(|(key, _)| (*key, *key)).collect();
        for from in 0..all.len() {
            // The order in the span tells nothing.
            let reversed: Vec<_> = all[from..].iter().rev().copied().collect();
            let name = remote(&reversed)["serviceName"].clone();
            assert_eq!(name, all[from].0);
        }
        assert_eq!(remote(&[("http.route", "/")]), serde_json::Value::Null);
        assert_eq!(
            remote(&[("peer.service", ""), ("db.name", "shop")])["serviceName"],
            "shop"
        );
    }

    #[test]
    fn an_address_is_one_and_has_its_port() {
        let expected = serde_json::json!({"ipv4": "10.0.0.7", "port": 5432});
        let given = [
            ("network.peer.port", "5432"),
            ("network.peer.address", "10.0.0.7"),
        ];
        assert_eq!(remote(&given), expected);
        let given = [("network.peer.address", "::1"), ("network.peer.port", "no")];
        assert_eq!(remote(&given), serde_json::json!({"ipv6": "::1"}));
        let socket = [("network.peer.address", "/run/db.sock")];
        assert_eq!(
            remote(&socket),
            serde_json::json!({"serviceName": "/run/db.sock"})
        );
        let port = [
            KeyValue::new("net.sock.peer.addr", "::1"),
            KeyValue::new("net.sock.peer.port", 70_000),
        ];
        assert_eq!(Endpoint::remote(&port).and_then(|remote| remote.port), None);
    }
}
