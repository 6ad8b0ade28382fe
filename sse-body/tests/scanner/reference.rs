//! The standard's text (WHATWG HTML, 9.2.6) as a program: of a whole stream, with no thought of speed.

use sse_body::Scanner;

use crate::seen::{Seen, SeenEvent, Stream};

/// The buffers that the standard names, and the block's size.
#[derive(Default)]
struct Buffers {
    data: Vec<u8>,
    event_type: Vec<u8>,
    has_id: bool,
    size: usize,
}

/// Interprets an event stream.
pub(crate) fn event_stream(bytes: &[u8]) -> Stream {
    let mut stream = Stream::default();
    let mut buffers = Buffers::default();
    // "One leading U+FEFF BYTE ORDER MARK character must be ignored if any are present."
    let mut rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    while let Some(at) = rest.iter().position(|byte| b"\r\n".contains(byte)) {
        let end_len = if rest[at..].starts_with(b"\r\n") {
            2
        } else {
            1
        };
        let line = &rest[..at];
        rest = &rest[at + end_len..];
        if line.is_empty() {
            buffers.size += 1;
            dispatch(std::mem::take(&mut buffers), &mut stream);
        } else {
            buffers.size += at + end_len;
            process(line, &mut buffers, &mut stream.items);
        }
    }
    // "Once the end of the file is reached, any pending data must be discarded."
    stream.at_boundary = rest.is_empty()
        && buffers.data.is_empty()
        && buffers.event_type.is_empty()
        && !buffers.has_id;
    stream.is_cut = !stream.at_boundary;
    stream
}

/// Reads lines, as newline-delimited JSON has them.
pub(crate) fn lines(bytes: &[u8]) -> Stream {
    let mut stream = Stream::default();
    let mut ended: Vec<_> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    let last = ended
        .pop_if(|line| !line.ends_with(b"\n"))
        .unwrap_or_default();
    stream.items = ended.into_iter().filter_map(one_line).collect();
    stream.at_end = one_line(last).into_iter().collect();
    stream.at_boundary = last.is_empty();
    stream
}

fn one_line(line: &[u8]) -> Option<Seen> {
    let data = line.strip_suffix(b"\n").unwrap_or(line);
    let data = data.strip_suffix(b"\r").unwrap_or(data);
    let is_blank = data.iter().all(|byte| b" \t\r".contains(byte));
    (!is_blank).then(|| event(b"message", data, line.len(), false))
}

fn process(line: &[u8], buffers: &mut Buffers, items: &mut Vec<Seen>) {
    let (field, value) = match line.iter().position(|&byte| byte == b':') {
        Some(0) => return items.push(Seen::Comment),
        Some(at) => (&line[..at], &line[at + 1..]),
        None => (line, &[][..]),
    };
    let value = value.strip_prefix(b" ").unwrap_or(value);
    match field {
        b"event" => buffers.event_type = value.to_vec(),
        b"data" => {
            buffers.data.extend_from_slice(value);
            buffers.data.push(b'\n');
        }
        b"id" if !value.contains(&0) => buffers.has_id = true,
        b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
            let value = str::from_utf8(value).expect("digits are text");
            // The only error of digits is that there are too many.
            items.push(Seen::Retry(value.parse().unwrap_or(u64::MAX)));
        }
        _ => {}
    }
}

fn dispatch(buffers: Buffers, stream: &mut Stream) {
    let Buffers {
        mut data,
        event_type,
        has_id,
        size,
    } = buffers;
    stream.saw_id |= has_id;
    if data.is_empty() {
        return;
    }
    data.pop_if(|last| *last == b'\n');
    let event_type = if event_type.is_empty() {
        b"message".to_vec()
    } else {
        event_type
    };
    stream.items.push(event(&event_type, &data, size, has_id));
}

fn event(event_type: &[u8], data: &[u8], size: usize, has_id: bool) -> Seen {
    Seen::Event(SeenEvent {
        kind: (event_type.len() <= Scanner::MAX_TYPE_LEN).then(|| event_type.to_vec()),
        data: (data.len() <= Scanner::MAX_DATA_LEN).then(|| data.to_vec()),
        data_len: data.len() as u64,
        size: size as u64,
        has_id,
    })
}
