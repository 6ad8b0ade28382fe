//! What browsers would report of the service's pages.

use std::{net::SocketAddr, time::Duration};

use axum::body::Body;
use http::{Request, header};
use http_body_util::BodyExt;
use serde_json::json;
use tokio::time::sleep;

use crate::{
    Error,
    connection::{Connection, Protocol},
    faults::Fault,
};

const PAUSE: Duration = Duration::from_millis(100);
const PATH: &str = "/api/metrics/web-vitals";

/// What each vital is where all is well, and where pages are slow: milliseconds, but for the last one.
const VITALS: [(&str, f64, f64); 5] = [
    ("LCP", 1_850.5, 7_000.0),
    ("FCP", 900.0, 4_500.0),
    ("INP", 90.0, 800.0),
    ("TTFB", 120.0, 2_500.0),
    ("CLS", 0.02, 0.6),
];

/// Reports all vitals of a page, over and over.
pub(crate) async fn report(address: SocketAddr) {
    for page in 0_u64.. {
        // What fails is not tried again, as browsers don't.
        let _ = report_page(address, page).await;
        sleep(PAUSE).await;
    }
}

async fn report_page(address: SocketAddr, page: u64) -> Result<(), Error> {
    let reports = VITALS.map(|(name, good, poor)| {
        let value = if Fault::SlowPages.is_on() { poor } else { good };
        let id = format!("v6-{}-{page}", name.to_lowercase());
        json!({ "name": name, "value": value, "id": id, "page": format!("/shop/{page}") })
    });
    let body = json!(reports).to_string();
    let mut connection = Connection::open(address, Protocol::Http1).await?;
    let request = Request::post(PATH)
        .header(header::HOST, address.to_string())
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))?;
    let response = connection.send(request).await?;
    response.into_body().collect().await?;
    Ok(())
}
