//! `GET /files/{*path}`: a tower service that knows nothing of axum's routes.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, Response, StatusCode, header},
};
use tower::Service;

/// Path below the prefix, media type, content.
const FILES: &[(&str, &str, &str)] = &[
    (
        "/readme.txt",
        "text/plain; charset=utf-8",
        "Three files, kept in memory.\n",
    ),
    (
        "/hello.html",
        "text/html; charset=utf-8",
        "<!doctype html><title>hello</title><p>hello\n",
    ),
    ("/data/points.csv", "text/csv", "x,y\n1,1\n2,4\n3,9\n"),
];

/// Serves a few files from memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Files;

// === impl Files ===

impl Files {
    fn answer<B>(request: &Request<B>) -> Response<Body> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            let mut response = plain(status, "text/plain", "GET and HEAD only\n");
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(header::ALLOW, allowed);
            return response;
        }
        let path = request.uri().path();
        let mut response = match FILES.iter().find(|(known, ..)| *known == path) {
            Some((_, media_type, content)) => plain(StatusCode::OK, media_type, content),
            None => plain(StatusCode::NOT_FOUND, "text/plain", "no such file\n"),
        };
        if request.method() == Method::HEAD {
            // axum strips the bodies of its own routes only, and hyper would send this one on HTTP/2.
            *response.body_mut() = Body::empty();
        }
        response
    }
}

fn plain(status: StatusCode, media_type: &'static str, content: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(content));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_LENGTH, content.len().into());
    response
}

impl<B> Service<Request<B>> for Files {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(Self::answer(&request)))
    }
}
