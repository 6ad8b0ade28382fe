//! Compares two texts by words.

/// Whether two texts are the same.
///
/// `==` on slices calls the C library, even for texts of no bytes. Labels are short: to compare them in place
/// costs less than the call and the registers that are saved around it.
#[inline]
pub(crate) fn same(known: &str, value: &str) -> bool {
    let (known, value) = (known.as_bytes(), value.as_bytes());
    if known.len() != value.len() {
        return false;
    }
    let (known_words, _) = known.as_chunks::<8>();
    let (value_words, _) = value.as_chunks::<8>();
    match (known.last_chunk::<8>(), value.last_chunk::<8>()) {
        // The last word may overlap the one before it.
        (Some(known_last), Some(value_last)) => {
            known_last == value_last && known_words.iter().zip(value_words).all(|(k, v)| k == v)
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
            prop_assert_eq!(same(&a, &b), a == b);
            prop_assert!(same(&a, &a.clone()));
        }

        #[test]
        fn sees_any_one_byte(a in "[a-z]{1,40}", at in any::<prop::sample::Index>()) {
            let mut b = a.clone().into_bytes();
            let at = at.index(b.len());
            b[at] = b'!';
            prop_assert!(!same(&a, &String::from_utf8(b).unwrap()));
        }
    }
}
