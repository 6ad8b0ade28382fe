//! What is yes or no about an exchange.

/// What else is known of a request, in one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request(u8);

// === impl Request ===

impl Request {
    /// There is an exchange outside of this one.
    const INNER: u8 = 1;
    /// It is a gRPC call.
    const CALL: u8 = 2;
    /// The first data is still to come, and its time is wanted.
    const FIRST_DATA: u8 = 4;
    /// It is a call, and an observer tells of it.
    const TOLD_CALL: u8 = 8;

    #[inline(always)]
    pub(super) fn of(is_call: bool, wants_first_data: bool) -> Self {
        let of = |is_so: bool, bit: u8| u8::from(is_so) * bit;
        Self(of(is_call, Self::CALL) | of(wants_first_data, Self::FIRST_DATA))
    }

    /// Whether frames are looked at for more than their size: one look tells, for all that it may be.
    #[inline(always)]
    pub(super) fn is_watched(self) -> bool {
        self.0 & (Self::FIRST_DATA | Self::TOLD_CALL) != 0
    }

    /// Whether this is the first data, and someone wants to know when it came.
    pub(super) fn take_first_data(&mut self) -> bool {
        let wanted = self.0 & Self::FIRST_DATA != 0;
        self.0 &= !Self::FIRST_DATA;
        wanted
    }

    /// Frames tell what becomes of the call.
    #[cfg(any(feature = "log", feature = "trace"))]
    pub(super) fn watch_call(&mut self) {
        self.0 |= Self::TOLD_CALL;
    }

    #[inline(always)]
    pub(super) fn is_call(self) -> bool {
        self.0 & Self::CALL != 0
    }

    #[inline(always)]
    pub(super) fn is_inner(self) -> bool {
        self.0 & Self::INNER != 0
    }

    #[inline(always)]
    pub(super) fn set_inner(&mut self) {
        self.0 |= Self::INNER;
    }
}
