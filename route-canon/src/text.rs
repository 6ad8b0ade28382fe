//! Compares two texts by words.

/// Whether two texts are the same.
///
/// `==` on slices calls the C library, even for texts of no bytes. Labels are short: to compare them in place
/// costs less than the call and the registers that are saved around it.
#[inline]
pub(crate) fn same(known: &[u8], value: &[u8]) -> bool {
    if known.len() != value.len() {
        return false;
    }
    // The last word may overlap the one before it.
    match (known.last_chunk::<8>(), value.last_chunk::<8>()) {
        (Some(known_last), Some(value_last)) => {
            let (known_words, _) = known.as_chunks::<8>();
            let (value_words, _) = value.as_chunks::<8>();
            known_last == value_last && known_words.iter().zip(value_words).all(|(k, v)| k == v)
        }
        _ => same_short(known, value),
    }
}

/// The same for less than 8 bytes, and as many on both sides.
#[inline]
fn same_short(known: &[u8], value: &[u8]) -> bool {
    match (known.last_chunk::<4>(), value.last_chunk::<4>()) {
        (Some(known_last), Some(value_last)) => {
            known_last == value_last && known.first_chunk::<4>() == value.first_chunk::<4>()
        }
        _ => known.iter().zip(value).all(|(k, v)| k == v),
    }
}

#[cfg(test)]
mod tests {
    use super::same;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_equality(a in "[ab]{0,40}", b in "[ab]{0,40}") {
            prop_assert_eq!(same(a.as_bytes(), b.as_bytes()), a == b);
            prop_assert!(same(a.as_bytes(), a.clone().as_bytes()));
        }

        #[test]
        fn sees_any_one_byte(a in "[a-z]{1,40}", at in any::<prop::sample::Index>()) {
            let mut b = a.clone().into_bytes();
            let at = at.index(b.len());
            b[at] = b'!';
            prop_assert!(!same(a.as_bytes(), &b));
        }
    }
}
