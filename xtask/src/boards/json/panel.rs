//! A panel as Grafana's JSON.

use serde_json::{Value, json};

use super::{
    super::{
        board::Place,
        expression::expand,
        panel::{Kind, Panel, Query, Steps},
        unit::Unit,
    },
    grid, prometheus,
};

/// The version of the panels' options.
const PLUGIN_VERSION: &str = "12.3.1";

pub(super) fn json(panel: &Panel, place: Place) -> Result<Value, String> {
    let unit = panel.unit.grafana()?;
    let targets: Result<Vec<_>, String> = panel
        .queries
        .iter()
        .zip('A'..='Z')
        .map(|(query, id)| target(panel.kind, query, id))
        .collect();
    let mut json = json!({
        "datasource": prometheus(),
        "description": panel.description(),
        "fieldConfig": { "defaults": defaults(panel, unit), "overrides": [] },
        "gridPos": grid(place),
        "id": panel.id(),
        "options": options(panel, unit),
        "pluginVersion": PLUGIN_VERSION,
        "targets": targets?,
        "title": panel.title,
        "type": kind(panel.kind),
    });
    if panel.kind == Kind::Table {
        json["transformations"] = json!([{
            "id": "organize",
            "options": {
                "excludeByName": { "Time": true },
                "indexByName": {},
                "renameByName": { "Value": "count" },
            },
        }]);
    }
    Ok(json)
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Stat => "stat",
        Kind::Lines | Kind::Stack => "timeseries",
        Kind::Heatmap => "heatmap",
        Kind::Table => "table",
    }
}

fn target(kind: Kind, query: &Query, id: char) -> Result<Value, String> {
    let at_once = kind == Kind::Table;
    let (format, legend) = match kind {
        Kind::Table => ("table", "__auto"),
        Kind::Heatmap => ("heatmap", query.legend),
        _ => ("time_series", query.legend),
    };
    Ok(json!({
        "datasource": prometheus(),
        "editorMode": "code",
        // The recorder keeps none.
        "exemplar": false,
        "expr": expand(&query.expression)?,
        "format": format,
        "instant": at_once,
        "legendFormat": legend,
        "range": !at_once,
        "refId": id.to_string(),
    }))
}

fn defaults(panel: &Panel, unit: &str) -> Value {
    let steps: Vec<_> = panel
        .steps
        .colours()
        .into_iter()
        .map(|(value, colour)| json!({ "color": colour, "value": value }))
        .collect();
    let is_judged = panel.steps != Steps::None;
    let colour = match panel.kind {
        Kind::Stat if is_judged => json!({ "mode": "thresholds" }),
        Kind::Stat => json!({ "mode": "fixed", "fixedColor": "text" }),
        _ => json!({ "mode": "palette-classic-by-name" }),
    };
    let links: Vec<_> = panel.links.iter().map(|link| link.json()).collect();
    let mut defaults = json!({
        "color": colour,
        "custom": custom(panel.kind, is_judged),
        "links": links,
        // A quantile of no requests is no number, and no number is neither good nor bad.
        "mappings": [{
            "type": "special",
            "options": { "match": "nan", "result": { "text": panel.no_value, "color": "text" } },
        }],
        "min": 0,
        "noValue": panel.no_value,
        "thresholds": { "mode": "absolute", "steps": steps },
        "unit": unit,
    });
    // Stacked shares are of one whole; what is alone is seen better on a scale of its own.
    if panel.unit == Unit::Share {
        defaults["decimals"] = json!(2);
    }
    defaults
}

fn custom(kind: Kind, is_judged: bool) -> Value {
    match kind {
        Kind::Lines | Kind::Stack => {
            let (fill, stacking) = if kind == Kind::Stack {
                (30, "normal")
            } else {
                (5, "none")
            };
            json!({
                "axisSoftMin": 0,
                "drawStyle": "line",
                "fillOpacity": fill,
                "gradientMode": "none",
                "lineInterpolation": "linear",
                "lineWidth": 1,
                "pointSize": 4,
                // A single sample between gaps has no line.
                "showPoints": "auto",
                // A gap is no traffic, or no scrape: both are to be seen.
                "spanNulls": false,
                "stacking": { "group": "A", "mode": stacking },
                "thresholdsStyle": { "mode": if is_judged { "dashed" } else { "off" } },
            })
        }
        Kind::Heatmap => json!({ "scaleDistribution": { "type": "linear" } }),
        Kind::Table => {
            json!({ "align": "auto", "cellOptions": { "type": "auto" }, "filterable": true, "inspect": false })
        }
        Kind::Stat => json!({}),
    }
}

fn options(panel: &Panel, unit: &str) -> Value {
    let last = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
    match panel.kind {
        Kind::Stat => json!({
            "colorMode": "background",
            "graphMode": "area",
            "justifyMode": "auto",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "reduceOptions": last,
            "showPercentChange": false,
            "textMode": "value",
            "wideLayout": true,
        }),
        Kind::Lines | Kind::Stack => json!({
            "legend": {
                "calcs": ["max", "lastNotNull"],
                "displayMode": "table",
                "placement": "bottom",
                "showLegend": true,
                "sortBy": "Last *",
                "sortDesc": true,
            },
            "tooltip": { "mode": "multi", "sort": "desc" },
        }),
        Kind::Heatmap => json!({
            "calculate": false,
            "cellGap": 1,
            "color": {
                "exponent": 0.5,
                "fill": "dark-orange",
                "mode": "scheme",
                "reverse": false,
                "scale": "exponential",
                "scheme": "Oranges",
                "steps": 64,
            },
            "exemplars": { "color": "rgba(255,0,255,0.7)" },
            // Empty buckets are no colour.
            "filterValues": { "le": 1e-9 },
            "legend": { "show": true },
            "rowsFrame": { "layout": "auto" },
            "showValue": "never",
            "tooltip": { "mode": "single", "showColorScale": true, "yHistogram": true },
            "yAxis": { "axisPlacement": "left", "reverse": false, "unit": unit },
        }),
        Kind::Table => json!({
            "cellHeight": "sm",
            "frameIndex": 0,
            "showHeader": true,
            "sortBy": [{ "desc": true, "displayName": "count" }],
        }),
    }
}
