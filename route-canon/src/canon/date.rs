//! Days, months, weeks and times.

use super::Class;

/// The longest text that is read: a day, a time with nine digits of a fraction, and an offset.
const LONGEST: usize = 40;

/// The class of a text that begins with a digit.
pub(super) fn class(text: &[u8]) -> Option<Class> {
    if text.len() > LONGEST {
        return None;
    }
    if is_day(text) || is_month(text) || is_week(text) {
        return Some(Class::Date);
    }
    if is_time(text) || is_day_and_time(text) {
        return Some(Class::Time);
    }
    None
}

/// Eight digits that are a day.
pub(super) fn is_basic(text: &[u8]) -> bool {
    match text {
        [y @ .., m1, m2, d1, d2] if y.len() == 4 => day(y, &[*m1, *m2], &[*d1, *d2]),
        _ => false,
    }
}

fn is_day(text: &[u8]) -> bool {
    if text.len() != 10 {
        return false;
    }
    let (year_first, day_first) = (separator(text[4]), separator(text[2]));
    if year_first && text[7] == text[4] {
        return day(&text[..4], &text[5..7], &text[8..]);
    }
    // Which of the two is the day depends on the country.
    day_first
        && text[5] == text[2]
        && (day(&text[6..], &text[3..5], &text[..2]) || day(&text[6..], &text[..2], &text[3..5]))
}

fn separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'.' | b'_')
}

fn is_month(text: &[u8]) -> bool {
    text.len() == 7 && text[4] == b'-' && day(&text[..4], &text[5..], b"01")
}

fn is_week(text: &[u8]) -> bool {
    matches!(text, [.., b'-', b'W' | b'w', _, _])
        && text.len() == 8
        && year(&text[..4]).is_some()
        && within(&text[6..], 1, 53)
}

/// `HH:MM`, `HH:MM:SS`, with a fraction.
fn is_time(text: &[u8]) -> bool {
    let (Some(b':'), Some(hours), Some(minutes)) = (text.get(2), text.get(..2), text.get(3..5))
    else {
        return false;
    };
    within(hours, 0, 24) && within(minutes, 0, 59) && is_second(&text[5..], true)
}

/// What follows the minutes: nothing, or seconds and perhaps a fraction.
fn is_second(text: &[u8], extended: bool) -> bool {
    let seconds = match text {
        [] => return true,
        [b':', seconds @ ..] if extended => seconds,
        seconds if !extended => seconds,
        _ => return false,
    };
    let Some((seconds, fraction)) = seconds.split_at_checked(2) else {
        return false;
    };
    let fraction_fits = match fraction {
        [] => true,
        [b'.' | b',', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    // A leap second.
    within(seconds, 0, 60) && fraction_fits
}

/// RFC 3339, and the basic form of ISO 8601.
fn is_day_and_time(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|b| matches!(b, b'T' | b't' | b' ')) else {
        return false;
    };
    let (day, time) = (&text[..at], &text[at + 1..]);
    let clock = time.len() - offset(time);
    match at {
        8 if is_basic(day) => match time[..clock].split_at_checked(4) {
            Some((minutes, seconds)) => {
                within(&minutes[..2], 0, 24)
                    && within(&minutes[2..], 0, 59)
                    && is_second(seconds, false)
            }
            None => false,
        },
        10 if is_day(day) => is_time(&time[..clock]),
        _ => false,
    }
}

/// How long the offset at the end is: `Z`, `+01`, `+0100`, `+01:00`, or nothing.
fn offset(time: &[u8]) -> usize {
    match time {
        [.., b'Z' | b'z'] => 1,
        [.., b'+' | b'-', h1, h2, b':', m1, m2]
            if within(&[*h1, *h2], 0, 23) && within(&[*m1, *m2], 0, 59) =>
        {
            6
        }
        [.., b'+' | b'-', h1, h2, m1, m2]
            if within(&[*h1, *h2], 0, 23) && within(&[*m1, *m2], 0, 59) =>
        {
            5
        }
        [.., b'+' | b'-', h1, h2] if within(&[*h1, *h2], 0, 23) => 3,
        _ => 0,
    }
}

fn day(year: &[u8], month: &[u8], day: &[u8]) -> bool {
    let (Some(year), Some(month)) = (self::year(year), number(month)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    within(day, 1, days)
}

fn year(text: &[u8]) -> Option<u32> {
    number(text).filter(|year| (1900..=2100).contains(year))
}

fn within(digits: &[u8], least: u32, most: u32) -> bool {
    number(digits).is_some_and(|number| (least..=most).contains(&number))
}

/// A number of a few digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })
}
