//! What was shown of a stream, kept.

use sse_body::{Event, EventType, Item, Scanner};

/// An item as it was shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    Comment,
    Event(SeenEvent),
    Retry(u64),
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SeenEvent {
    /// `None` if it is too long.
    pub(crate) kind: Option<Vec<u8>>,
    /// `None` if it is too long.
    pub(crate) data: Option<Vec<u8>>,
    pub(crate) data_len: u64,
    pub(crate) size: u64,
    pub(crate) has_id: bool,
}

/// What was shown of a whole stream.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Stream {
    pub(crate) items: Vec<Seen>,
    /// The items that the end of the stream told.
    pub(crate) at_end: Vec<Seen>,
    pub(crate) at_boundary: bool,
    pub(crate) is_cut: bool,
    pub(crate) saw_id: bool,
}

/// Feeds these chunks, one after the other, and then the end.
pub(crate) fn scan<'a>(mut scanner: Scanner, chunks: impl IntoIterator<Item = &'a [u8]>) -> Stream {
    let mut stream = Stream::default();
    for chunk in chunks {
        scanner.feed(chunk, &mut |item: Item<'_>| {
            stream.items.push(Seen::from(item))
        });
    }
    stream.at_boundary = scanner.at_boundary();
    stream.is_cut = scanner.finish(&mut |item: Item<'_>| stream.at_end.push(Seen::from(item)));
    stream.saw_id = scanner.saw_id();
    stream
}

/// The bytes, cut at these places, which are in order.
pub(crate) fn cut_at(
    bytes: &[u8],
    places: impl IntoIterator<Item = usize>,
) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    places
        .into_iter()
        .chain([bytes.len()])
        .map(move |to| &bytes[std::mem::replace(&mut from, to)..to])
}

// === impl Seen ===

impl From<Item<'_>> for Seen {
    fn from(item: Item<'_>) -> Self {
        match item {
            Item::Comment => Self::Comment,
            Item::Event(event) => Self::Event(event.into()),
            Item::Retry(milliseconds) => Self::Retry(milliseconds),
            item => panic!("{item:?} is not known here"),
        }
    }
}

// === impl SeenEvent ===

impl From<Event<'_>> for SeenEvent {
    fn from(event: Event<'_>) -> Self {
        Self {
            kind: match event.event_type() {
                EventType::Message => Some(b"message".to_vec()),
                EventType::Named(name) => Some(name.to_vec()),
                EventType::TooLong => None,
            },
            data: event.data().map(<[u8]>::to_vec),
            data_len: event.data_len(),
            size: event.size(),
            has_id: event.has_id(),
        }
    }
}
