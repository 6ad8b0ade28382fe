//! The span that is active: its ids, for lines of the log.

#[cfg(feature = "trace")]
pub(crate) use self::active::{active_trace, within};
#[cfg(not(feature = "trace"))]
pub(crate) use self::inactive::{active_trace, within};

/// The ids of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    pub(crate) trace: u128,
    pub(crate) span: u64,
    pub(crate) sampled: bool,
}

/// A number in hexadecimal digits, without an allocation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hex<const DIGITS: usize>([u8; DIGITS]);

#[cfg(feature = "trace")]
mod active {
    use opentelemetry::{
        Context, ContextGuard,
        trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
    };

    use super::Trace;

    /// The ids of the span that is active on this thread.
    pub(crate) fn active_trace() -> Option<Trace> {
        Context::map_current(|context| {
            let span = context.span();
            let ids = span.span_context();
            ids.is_valid().then(|| Trace {
                trace: u128::from_be_bytes(ids.trace_id().to_bytes()),
                span: u64::from_be_bytes(ids.span_id().to_bytes()),
                sampled: ids.is_sampled(),
            })
        })
    }

    /// Makes the span's context active, unless it is: a body that is dropped is within nothing. It has the
    /// span's ids alone, and cannot change the span.
    pub(crate) fn within(trace: Option<&Trace>) -> Option<ContextGuard> {
        let wanted = trace?;
        if active_trace().as_ref() == Some(wanted) {
            return None;
        }
        let ids = SpanContext::new(
            TraceId::from_bytes(wanted.trace.to_be_bytes()),
            SpanId::from_bytes(wanted.span.to_be_bytes()),
            TraceFlags::default().with_sampled(wanted.sampled),
            false,
            TraceState::NONE,
        );
        Some(Context::new().with_remote_span_context(ids).attach())
    }
}

#[cfg(not(feature = "trace"))]
mod inactive {
    use super::Trace;

    /// Without the feature `trace` no span is known.
    pub(crate) fn active_trace() -> Option<Trace> {
        None
    }

    /// Nothing.
    pub(crate) fn within(_: Option<&Trace>) -> impl Sized {}
}

// === impl Trace ===

impl Trace {
    pub(crate) fn trace_id(&self) -> Hex<32> {
        Hex::of(self.trace)
    }

    pub(crate) fn span_id(&self) -> Hex<16> {
        Hex::of(self.span.into())
    }
}

// === impl Hex ===

impl<const DIGITS: usize> Hex<DIGITS> {
    /// The lowest digits of a number.
    fn of(number: u128) -> Self {
        let digit = |index| {
            let place = 4 * (DIGITS - 1 - index);
            b"0123456789abcdef"[(number >> place) as usize & 0xf]
        };
        Self(std::array::from_fn(digit))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Trace;

    #[test]
    fn ids_are_written_as_w3c_writes_them() {
        let trace = Trace {
            trace: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c,
            span: 0x00f0_67aa_0ba9_02b7,
            sampled: true,
        };
        let ids = (trace.trace_id(), trace.span_id());
        assert_eq!(ids.0.as_str(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(ids.1.as_str(), "00f067aa0ba902b7");
    }
}
