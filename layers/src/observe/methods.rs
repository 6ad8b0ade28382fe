//! The request methods that a label may name.

use std::sync::Arc;

use http::Method;

use crate::label::OTHER;

/// The methods of RFC 9110 and RFC 5789, and QUERY.
const STANDARD: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY",
];

/// The most methods that may be known.
pub(super) const MOST: usize = 30;

/// The known methods; everything else is `_OTHER`.
#[derive(Clone, Debug, Default)]
pub(super) enum Methods {
    #[default]
    Standard,
    Given {
        names: Arc<[Box<str>]>,
        /// Tells this list's numbers from any other's.
        #[cfg(feature = "http")]
        key: u64,
    },
}

/// A method's number, 0 for `_OTHER`, and whether it is one that changes what a response is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MethodLabel(u8);

// The number has the lowest 5 bits.
const CONNECT: u8 = 1 << 5;
const HEAD: u8 = 1 << 6;
const _: () = assert!(MOST < CONNECT as usize);

// === impl Methods ===

impl Methods {
    #[inline(always)]
    pub(super) fn label(&self, method: &Method) -> MethodLabel {
        match self {
            Self::Standard => MethodLabel(match *method {
                Method::GET => 1,
                Method::HEAD => 2 | HEAD,
                Method::POST => 3,
                Method::PUT => 4,
                Method::DELETE => 5,
                Method::CONNECT => 6 | CONNECT,
                Method::OPTIONS => 7,
                Method::TRACE => 8,
                Method::PATCH => 9,
                _ => Self::extension(method),
            }),
            Self::Given { names, .. } => Self::of_names(names, method),
        }
    }

    #[cold]
    fn extension(method: &Method) -> u8 {
        if method.as_str() == "QUERY" { 10 } else { 0 }
    }

    #[inline(never)]
    fn of_names(names: &[Box<str>], method: &Method) -> MethodLabel {
        let known = names.iter().position(|known| **known == *method.as_str());
        let number = known.map_or(0, |index| index as u8 + 1);
        MethodLabel(match *method {
            Method::HEAD => number | HEAD,
            Method::CONNECT => number | CONNECT,
            _ => number,
        })
    }

    pub(super) fn given(names: Vec<String>) -> Self {
        Self::Given {
            #[cfg(feature = "http")]
            key: u64::from(crate::route::id_of(&names.join(" "))),
            names: names.into_iter().map(String::into_boxed_str).collect(),
        }
    }

    /// What tells the numbers of this list from those of others: 0 for the standard one.
    #[cfg(feature = "http")]
    #[inline]
    pub(super) fn key(&self) -> u64 {
        match self {
            Self::Standard => 0,
            Self::Given { key, .. } => *key,
        }
    }

    /// Whether this is the standard list.
    #[cfg(feature = "trace")]
    #[inline]
    pub(super) fn is_standard(&self) -> bool {
        matches!(self, Self::Standard)
    }

    /// The text, if the list is the standard one.
    #[cfg(feature = "trace")]
    #[inline]
    pub(super) fn standard(&self, label: MethodLabel) -> Option<&'static str> {
        match self {
            Self::Standard => Some(match label.index() {
                None => OTHER,
                Some(index) => STANDARD[index],
            }),
            Self::Given { .. } => None,
        }
    }

    pub(super) fn text(&self, label: MethodLabel) -> &str {
        let Some(index) = label.index() else {
            return OTHER;
        };
        match self {
            Self::Standard => STANDARD[index],
            Self::Given { names, .. } => &names[index],
        }
    }
}

// === impl MethodLabel ===

impl MethodLabel {
    /// Whether it is HEAD or CONNECT, known or not.
    #[inline(always)]
    pub(super) fn is_special(self) -> bool {
        self.0 & (HEAD | CONNECT) != 0
    }

    pub(super) fn is_head(self) -> bool {
        self.0 & HEAD != 0
    }

    pub(super) fn is_connect(self) -> bool {
        self.0 & CONNECT != 0
    }

    /// A number below 32 that tells any two methods apart.
    #[cfg(any(feature = "http", feature = "trace"))]
    #[inline]
    pub(super) fn number(self) -> u64 {
        u64::from(self.0 & (CONNECT - 1))
    }

    fn index(self) -> Option<usize> {
        usize::from(self.0 & (CONNECT - 1)).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_method_is_named_by_itself() {
        for name in STANDARD {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            assert_eq!(
                Methods::Standard.text(Methods::Standard.label(&method)),
                name
            );
        }
    }

    #[test]
    fn an_unknown_method_and_another_case_are_other() {
        for name in ["PROPFIND", "get", "X"] {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            assert_eq!(
                Methods::Standard.text(Methods::Standard.label(&method)),
                OTHER
            );
        }
    }

    #[test]
    fn given_methods_replace_the_standard_ones() {
        let methods = Methods::given(vec!["PROPFIND".into()]);
        assert_eq!(
            methods.text(methods.label(&"PROPFIND".parse().unwrap())),
            "PROPFIND"
        );
        assert_eq!(methods.text(methods.label(&Method::GET)), OTHER);
    }
}
