//! The configurations that `ops/` deploys are read, and have nothing to be warned of.

use std::path::Path;

use bartizan_telemetry::{
    Config,
    config::{LogFormat, LogOutput, TraceExporter},
};

#[track_caller]
fn read(file: &str) -> Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../ops")
        .join(file);
    let text = std::fs::read_to_string(path).expect("the file is there");
    let config = Config::from_yaml(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(
        config.warnings().is_empty(),
        "{file}: {:?}",
        config.warnings()
    );
    config
}

#[test]
fn the_demo_writes_lines_where_they_are_read_from() {
    let config = read("demo/bartizan.yaml");
    assert_eq!(config.logging.output, LogOutput::File);
    assert_eq!(config.logging.format, LogFormat::Json);
    let file = config.logging.file.expect("a file is named");
    assert_eq!(file.parent(), Some(Path::new("/var/log/bartizan")));
    assert_eq!(file.extension().and_then(|end| end.to_str()), Some("log"));
}

#[test]
fn all_of_them_are_scraped_and_send_their_spans() {
    for file in ["demo/bartizan.yaml", "kubernetes/bartizan.yaml"] {
        let config = read(file);
        let listen = config.metrics.listen.expect("metrics are served");
        assert_eq!(listen.to_string(), "0.0.0.0:9464", "{file}");
        assert_eq!(config.tracing.exporter, TraceExporter::OtlpGrpc, "{file}");
        assert_eq!(
            config.tracing.endpoint.as_deref(),
            Some("http://collector:4317"),
            "{file}"
        );
        // Rules and dashboards go by the job, which is the service's name.
        assert_eq!(config.resource.service_name, "demo", "{file}");
    }
}
