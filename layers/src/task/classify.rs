//! What an output means: success, or an error of a class.

use crate::{label::OTHER, observe::is_known_timeout};

/// The classes of a job's errors: a closed list of the service's own, as an enum is.
///
/// Their words are the values of `error_type`, and are registered with a task's first job. A message of an error is
/// none: it would make a series of each.
///
/// ```
/// use bartizan::task::ErrorClass;
///
/// #[derive(Clone, Copy)]
/// enum MailError {
///     Address,
///     Refused,
/// }
///
/// impl ErrorClass for MailError {
///     const ALL: &'static [Self] = &[Self::Address, Self::Refused];
///
///     fn as_str(self) -> &'static str {
///         match self {
///             Self::Address => "address",
///             Self::Refused => "refused",
///         }
///     }
/// }
/// ```
pub trait ErrorClass: Copy + 'static {
    /// All of them, at most 64: more do not compile. One that is not among them is told as `_OTHER`, and so is an empty
    /// word.
    const ALL: &'static [Self];

    /// The word for it, in `snake_case`.
    fn as_str(self) -> &'static str;
}

/// What an output means.
///
/// Closures are that: `|output: &Result<Reply, MailError>| -> Option<Class>`.
#[diagnostic::on_unimplemented(
    message = "it is not told what `{O}` means: success, or an error of which class",
    note = "a `Result` says so by itself; for others, see `classify` and `any_output`"
)]
pub trait Classify<O> {
    /// The classes of errors.
    type Class: ErrorClass;

    /// The class of the error that `output` is; `None` if it is a success.
    fn classify(&self, output: &O) -> Option<Self::Class>;
}

/// The default: `Err` is an error, a time-out or another one.
///
/// A time-out is one of tower, of tokio or of the operating system, by itself, boxed, or as a source of a boxed error. An
/// enum of the service's own is not looked into: give its errors [classes](ErrorClass).
#[derive(Clone, Copy, Debug, Default)]
pub struct ByResult;

/// Every output is a success.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnyOutput;

/// `Err` is an error, and a function tells its class.
#[derive(Clone, Copy, Debug)]
pub struct ByError<F>(pub(crate) F);

/// The classes of [`ByResult`] and [`AnyOutput`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultClass {
    /// `timeout`
    Timeout,
    /// `_OTHER`
    Other,
}

/// The words of a list of classes.
pub(super) type Words = fn() -> Box<[&'static str]>;

/// The most classes.
const MOST: usize = 64;

/// The words of the classes of `C`.
pub(crate) fn words<C: ErrorClass>() -> Box<[&'static str]> {
    const {
        assert!(
            C::ALL.len() <= MOST,
            "a task's errors have at most 64 classes"
        );
    }
    let words = C::ALL.iter().map(|class| class.as_str());
    words
        .map(|word| if word.is_empty() { OTHER } else { word })
        .collect()
}

// === impl DefaultClass ===

impl ErrorClass for DefaultClass {
    const ALL: &'static [Self] = &[Self::Timeout, Self::Other];

    fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Other => OTHER,
        }
    }
}

// === impl Classify ===

impl<T, E: 'static> Classify<Result<T, E>> for ByResult {
    type Class = DefaultClass;

    fn classify(&self, output: &Result<T, E>) -> Option<DefaultClass> {
        let error = output.as_ref().err()?;
        Some(if is_known_timeout(error) {
            DefaultClass::Timeout
        } else {
            DefaultClass::Other
        })
    }
}

impl<O> Classify<O> for AnyOutput {
    type Class = DefaultClass;

    fn classify(&self, _: &O) -> Option<DefaultClass> {
        None
    }
}

impl<T, E, C, F> Classify<Result<T, E>> for ByError<F>
where
    C: ErrorClass,
    F: Fn(&E) -> C,
{
    type Class = C;

    fn classify(&self, output: &Result<T, E>) -> Option<C> {
        output.as_ref().err().map(&self.0)
    }
}

impl<O, C, F> Classify<O> for F
where
    C: ErrorClass,
    F: Fn(&O) -> Option<C>,
{
    type Class = C;

    fn classify(&self, output: &O) -> Option<C> {
        self(output)
    }
}
