//! Streams that are large in some way.

use sse_body::{Event, EventType, Item, Scanner};

const MIB: usize = 1 << 20;

/// Feeds a line of data of so many bytes in chunks of 64 KiB, and checks that all of it was counted.
fn long_line(len: usize) {
    let chunk = vec![b'x'; 64 << 10];
    let mut scanner = Scanner::new();
    let mut sizes = Vec::new();
    let mut on_item = |item: Item<'_>| {
        if let Item::Event(event) = item {
            sizes.push((
                event.data_len(),
                event.size(),
                event.data().map(<[u8]>::to_vec),
            ));
        }
    };
    scanner.feed(b"data: ", &mut on_item);
    for _ in 0..len / chunk.len() {
        scanner.feed(&chunk, &mut on_item);
    }
    assert!(!scanner.at_boundary());
    scanner.feed(b"\n\ndata: a\n\n", &mut on_item);
    let len = len as u64;
    assert_eq!(sizes, [(len, len + 8, None), (1, 9, Some(b"a".to_vec()))]);
}

#[test]
fn a_line_of_64_mib_is_counted() {
    long_line(64 * MIB);
}

#[test]
#[ignore = "takes its time in a dev build"]
fn a_line_of_a_gib_is_counted() {
    long_line(1024 * MIB);
}

#[test]
fn a_scanner_is_of_constant_size() {
    assert!(size_of::<Scanner>() <= 128);
    assert!(size_of::<Event<'_>>() <= 64);
}

#[test]
fn ten_thousand_types_are_told_apart() {
    let stream: String = (0..10_000)
        .map(|n| format!("event: type-{n}\ndata\n\n"))
        .collect();
    let mut types = Vec::new();
    Scanner::new().feed(stream.as_bytes(), &mut |item: Item<'_>| {
        let Item::Event(event) = item else {
            panic!("{item:?}")
        };
        let EventType::Named(name) = event.event_type() else {
            panic!("{event:?}")
        };
        types.push(String::from_utf8(name.to_vec()).unwrap());
    });
    assert!(
        types
            .iter()
            .enumerate()
            .all(|(n, name)| *name == format!("type-{n}"))
    );
    assert_eq!(types.len(), 10_000);
}

#[test]
fn a_million_empty_events_in_a_chunk_are_counted() {
    let mut events = 0;
    Scanner::new().feed(&b"data\n\n".repeat(1_000_000), &mut |item: Item<'_>| {
        events += u32::from(matches!(item, Item::Event(event) if event.data() == Some(b"")));
    });
    assert_eq!(events, 1_000_000);
}
