//! Services that routes do not lead to in practice: metrics, webhooks, databases, queues and peers have clients in the cluster.
//!
//! It decides no edit, only whether workloads without a route are worth a warning (docs/reference.md, section 2.7).

/// Words of a Service's name, or of a port's, between dashes.
const WORDS: [&str; 39] = [
    "admission",
    "amqp",
    "bolt",
    "cql",
    "dns",
    "epmd",
    "etcd",
    "exporter",
    "gossip",
    "headless",
    "healthz",
    "jmx",
    "kafka",
    "ldap",
    "mariadb",
    "memberlist",
    "memcache",
    "memcached",
    "metrics",
    "mongo",
    "mongodb",
    "mysql",
    "nats",
    "otlp",
    "peer",
    "pgql",
    "postgres",
    "postgresql",
    "raft",
    "redis",
    "replication",
    "smtp",
    "sql",
    "statsd",
    "syslog",
    "transport",
    "webhook",
    "webhooks",
    "zookeeper",
];

/// Well-known ports of databases, queues and name servers.
const PORTS: [i64; 13] = [
    53, 1433, 2181, 2379, 2380, 3306, 5432, 5672, 6379, 9042, 9092, 11211, 27017,
];

/// Whether a Service with this name and these ports (by name and number) has clients only in the cluster.
pub(crate) fn is_inner<'a>(
    service: &str,
    ports: impl Iterator<Item = (&'a str, Option<i64>)>,
) -> bool {
    let known = |name: &str| {
        let mut words = name.split('-');
        words.any(|word| WORDS.binary_search(&word).is_ok())
    };
    let inner = |(name, number): (&str, Option<i64>)| {
        known(name) || number.is_some_and(|number| PORTS.contains(&number))
    };
    let mut ports = ports.peekable();
    known(service) || ports.peek().is_some() && ports.all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_cluster_asks_is_inner() {
        assert!(WORDS.is_sorted());
        for (service, ports, inner) in [
            ("app", &[("http", Some(80))][..], false),
            ("app", &[("", Some(443))], false),
            ("app", &[], false),
            ("app", &[("http", Some(80)), ("metrics", Some(9090))], false),
            ("app", &[("http-metrics", Some(9090))], true),
            ("app-webhook-service", &[("", Some(443))], true),
            ("node-exporter", &[("http", Some(9100))], true),
            ("exporters", &[("http", Some(9100))], false),
            ("db", &[("", Some(5432))], true),
            ("db", &[("tcp-postgresql", Some(5433))], true),
            ("cache", &[("", Some(6379)), ("metrics", Some(9121))], true),
        ] {
            assert_eq!(
                is_inner(service, ports.iter().copied()),
                inner,
                "{service} {ports:?}"
            );
        }
    }
}
