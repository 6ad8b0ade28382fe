//! Names and units, as OpenTelemetry writes them.

use std::borrow::Cow;

use metrics::Unit;

/// The longest name that OpenTelemetry has.
const MOST: usize = 255;

/// The name, with `_` for what OpenTelemetry has not in names: an instrument with such a name would record nothing.
pub(crate) fn instrument(name: &str) -> Cow<'_, str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if starts && name.len() <= MOST && name.chars().all(fits) {
        return Cow::Borrowed(name);
    }
    let mut changed = String::with_capacity(name.len() + 1);
    if !starts {
        changed.push('m');
    }
    changed.extend(name.chars().map(|c| if fits(c) { c } else { '_' }));
    changed.truncate(MOST);
    Cow::Owned(changed)
}

/// The unit, in UCUM.
pub(crate) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "1",
        Unit::Percent => "%",
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::Microseconds => "us",
        Unit::Nanoseconds => "ns",
        Unit::Tebibytes => "TiBy",
        Unit::Gibibytes => "GiBy",
        Unit::Mebibytes => "MiBy",
        Unit::Kibibytes => "KiBy",
        Unit::Bytes => "By",
        Unit::TerabitsPerSecond => "Tbit/s",
        Unit::GigabitsPerSecond => "Gbit/s",
        Unit::MegabitsPerSecond => "Mbit/s",
        Unit::KilobitsPerSecond => "kbit/s",
        Unit::BitsPerSecond => "bit/s",
        Unit::CountPerSecond => "1/s",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_would_record_nothing_is_changed() {
        for fits in ["a", "http.server.duration", "jobs_total", "a-b/c"] {
            assert_eq!(instrument(fits), fits);
        }
        assert_eq!(instrument("http_requests:rate5m"), "http_requests_rate5m");
        assert_eq!(instrument("_private"), "m_private");
        assert_eq!(instrument("9 lives"), "m9_lives");
        assert_eq!(instrument("größe"), "gr__e");
        assert_eq!(instrument(""), "m");
        assert_eq!(instrument(&"é".repeat(400)).len(), MOST);
    }
}
