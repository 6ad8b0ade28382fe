//! Reads lines of any length and any bytes in bounded memory.

use std::io::{self, BufRead};

/// What is read of a line; the rest of it is passed over.
pub(crate) const MAX_LENGTH: usize = 64 * 1024;

/// Reads the next line into `line`, without its end, and cut after [`MAX_LENGTH`] bytes.
///
/// False at the end of the input.
pub(crate) fn next(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let available = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            available => available?,
        };
        if available.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = available.iter().position(|&byte| byte == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        line.extend(part.iter().take(MAX_LENGTH - line.len()));
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn all(text: &[u8], buffer: usize) -> Vec<String> {
        let mut input = BufReader::with_capacity(buffer, text);
        let mut lines = Vec::new();
        let mut line = Vec::new();
        while next(&mut input, &mut line).unwrap() {
            lines.push(String::from_utf8(line.clone()).unwrap());
        }
        lines
    }

    #[test]
    fn lines_are_what_is_between_the_ends_of_lines() {
        for buffer in [1, 2, 100] {
            for (text, lines) in [
                ("", &[][..]),
                ("a", &["a"]),
                ("a\n", &["a"]),
                ("\n\nab\nc", &["", "", "ab", "c"]),
            ] {
                assert_eq!(all(text.as_bytes(), buffer), lines, "{text:?}");
            }
        }
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_one_is_whole() {
        let text = [&vec![b'x'; 3 * MAX_LENGTH][..], b"\nshort\n"].concat();
        let lines = all(&text, 1000);
        assert_eq!(lines[0].len(), MAX_LENGTH);
        assert_eq!(lines[1..], ["short"]);
    }
}
