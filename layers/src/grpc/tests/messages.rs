//! Messages, each way.

use std::pin::{Pin, pin};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, StreamBody};
use tower::{Service, service_fn};
use tower_layer::Layer;

use super::support::{
    Error, MESSAGES, OK, Reply, Scribe, Script, Step, answer, call, exchange, framed, message,
};
use crate::observe::{FrameRef, ObserveLayer, Observer, Record, RequestHead, RequestTap};

type Upload = Pin<Box<dyn Body<Data = Bytes, Error = std::convert::Infallible> + Send>>;

fn upload(frames: Vec<Vec<u8>>) -> Upload {
    let frames = frames
        .into_iter()
        .map(|frame| Ok(Frame::data(frame.into())));
    Box::pin(StreamBody::new(futures_util::stream::iter(frames)))
}

fn with_body(method: &str, frames: Vec<Vec<u8>>) -> Request<Upload> {
    call(method).map(|()| upload(frames))
}

#[test]
fn messages_that_are_sent_are_counted_live() {
    let scribe = Scribe::new();
    let layer = scribe.layer();
    let shared = Step::Data(
        [
            framed(0, "two"),
            framed(1, "three"),
            framed(0, "f")[..3].to_vec(),
        ]
        .concat()
        .into(),
    );
    let rest = Step::Data(framed(0, "f")[3..].to_vec().into());
    let reply = Reply::Answer(answer([message("one"), shared, rest, Step::Wait]));
    exchange(&layer, call("Say"), reply, || {
        assert_eq!(
            scribe.series(MESSAGES),
            ["{rpc_method=test.Echo/Say,network_io_direction=transmit} 4"]
        );
    });
}

#[test]
fn messages_can_be_left_out() {
    let scribe = Scribe::new();
    let layer = ObserveLayer::new(scribe.grpc(|options| options.messages(false)));
    exchange(
        &layer,
        call("Say"),
        Reply::Answer(answer([message("one"), OK])),
        || {},
    );
    assert_eq!(scribe.series(MESSAGES), [""; 0]);
}

/// Reads the request's body before it answers.
async fn read<B>(request: Request<B>) -> Result<Response<Script>, Error>
where
    B: Body<Data = Bytes>,
{
    let mut body = pin!(request.into_body());
    while let Some(Ok(_)) = body.frame().await {}
    Ok(answer([message("one"), OK]))
}

#[test]
fn messages_that_are_received_wait_for_their_method() {
    let scribe = Scribe::new();
    let layer = scribe.layer().count_request_bodies();
    let mut service = layer.layer(service_fn(read));
    let cut = framed(0, "hello");
    for round in 1..=2 {
        let frames = vec![
            [framed(0, "one"), cut[..2].to_vec()].concat(),
            cut[2..].to_vec(),
            framed(0, "none")[..7].to_vec(),
        ];
        let answer = service.call(with_body("Say", frames)).now_or_never();
        let body = answer.expect("an answer").expect("no error").into_body();
        assert_eq!(
            scribe.series(MESSAGES),
            if round == 1 {
                vec!["{rpc_method=test.Echo/Say,network_io_direction=receive} 2".to_owned()]
            } else {
                vec![
                    "{rpc_method=test.Echo/Say,network_io_direction=receive} 4".to_owned(),
                    "{rpc_method=test.Echo/Say,network_io_direction=transmit} 1".to_owned(),
                ]
            }
        );
        drop(body.collect().now_or_never());
    }
}

#[test]
fn messages_of_a_method_that_no_one_vouches_for_are_others() {
    let scribe = Scribe::new();
    let layer = scribe.layer().count_request_bodies();
    let mut service = layer.layer(service_fn(async |request: Request<_>| {
        drop(read(request).await);
        std::future::pending::<Result<Response<Script>, Error>>().await
    }));
    let mut future = Box::pin(service.call(with_body("Say", vec![framed(0, "one")])));
    assert!(future.as_mut().now_or_never().is_none());
    assert_eq!(scribe.series(MESSAGES), [""; 0]);
    drop(future);
    assert_eq!(
        scribe.series(MESSAGES),
        ["{rpc_method=_OTHER,network_io_direction=receive} 1"]
    );
}

#[test]
fn messages_that_are_read_after_the_head_are_counted_live() {
    let scribe = Scribe::new();
    let layer = scribe.layer().count_request_bodies();
    let (keep, kept) = std::sync::mpsc::channel();
    let mut service = layer.layer(service_fn(move |request: Request<_>| {
        let keep = keep.clone();
        async move {
            keep.send(request.into_body()).expect("a test");
            Ok::<_, Error>(answer([Step::Wait]))
        }
    }));
    let frames = vec![framed(0, "one"), framed(0, "two")];
    let response = service.call(with_body("Chat", frames)).now_or_never();
    let mut request = kept.recv().expect("a body");
    for count in 1..=2 {
        request
            .frame()
            .now_or_never()
            .flatten()
            .expect("a frame")
            .expect("no error");
        assert_eq!(
            scribe.series(MESSAGES),
            [format!(
                "{{rpc_method=test.Echo/Chat,network_io_direction=receive}} {count}"
            )]
        );
    }
    drop(response);
}

/// An observer whose tap panics.
#[derive(Clone, Debug)]
struct Clumsy;

impl Observer for Clumsy {
    type State = ();

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) {}

    fn tap(&self, (): &mut (), _: Record<'_>) -> Option<RequestTap> {
        Some(RequestTap::new(|_: FrameRef<'_>| panic!("the tap panics")))
    }

    fn end(&self, (): (), _: Record<'_>) {}
}

#[test]
fn a_tap_that_panics_costs_no_one_anything() {
    let scribe = Scribe::new();
    let layer = ObserveLayer::new(Clumsy).with(scribe.grpc(|options| options));
    let mut service = layer.count_request_bodies().layer(service_fn(read));
    let answer = service
        .call(with_body("Say", vec![framed(0, "one")]))
        .now_or_never();
    assert!(answer.expect("an answer").is_ok());
    assert_eq!(
        scribe.series(MESSAGES),
        ["{rpc_method=test.Echo/Say,network_io_direction=receive} 1"]
    );
}
