//! `GET /faults` lists what can go wrong, `PUT /faults/{fault}` turns it on and `DELETE` off.

use std::fmt::Write;

use axum::{Router, extract::Path, http::StatusCode, routing::get, routing::put};

use super::Fault;

/// The switches.
pub(super) fn router() -> Router {
    Router::new()
        .route("/faults", get(list))
        .route("/faults/{fault}", put(on).delete(off))
}

async fn list() -> String {
    let mut list = String::new();
    for fault in Fault::ALL {
        let state = if fault.is_on() { "on" } else { "off" };
        let _ = writeln!(list, "{:18}{state}", fault.name());
    }
    list
}

async fn on(Path(fault): Path<String>) -> (StatusCode, String) {
    switch(&fault, true)
}

async fn off(Path(fault): Path<String>) -> (StatusCode, String) {
    switch(&fault, false)
}

fn switch(name: &str, on: bool) -> (StatusCode, String) {
    match Fault::of_name(name) {
        Some(fault) => {
            fault.switch(on);
            (StatusCode::NO_CONTENT, String::new())
        }
        None => {
            let known = Fault::ALL.map(Fault::name).join(", ");
            let refusal = format!("{name:?} is no fault; these are: {known}\n");
            (StatusCode::NOT_FOUND, refusal)
        }
    }
}
