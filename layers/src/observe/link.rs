//! What an exchange knows of its connection, and of the server's shutdown.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

#[cfg(feature = "conn")]
pub(crate) use self::observed::{Connection, Detail, Link};
#[cfg(not(feature = "conn"))]
pub(crate) use self::unobserved::{Connection, Detail, Link};

/// Shared by an exchange and the body that ends its stream for the server's shutdown.
#[derive(Clone, Debug, Default)]
pub(crate) struct DrainMark(Arc<AtomicBool>);

// === impl DrainMark ===

impl DrainMark {
    /// The stream is ended for the shutdown.
    #[cfg(all(feature = "conn", feature = "sse"))]
    pub(crate) fn end(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) fn ended(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[cfg(feature = "conn")]
mod observed {
    use http::{Extensions, Version};

    use crate::{
        conn::{ConnMark, Verdict},
        label::End,
    };

    pub(crate) use crate::conn::{ConnHandle as Connection, Detail};

    /// The connection, and where it stood when the exchange started.
    #[derive(Debug, Default)]
    pub(crate) struct Link(Option<(Connection, ConnMark)>);

    // === impl Link ===

    impl Link {
        /// Whether there may be a connection: one that the layer was told, or one in the request's
        /// extensions.
        #[inline(always)]
        pub(in crate::observe) fn is_there(
            given: &Option<Connection>,
            extensions: &Extensions,
        ) -> bool {
            given.is_some() || (!extensions.is_empty() && Connection::any())
        }

        pub(in crate::observe) fn of(
            given: Option<&Connection>,
            extensions: &Extensions,
        ) -> Option<Self> {
            let handle = given.or_else(|| extensions.get())?;
            Some(Self(Some((handle.clone(), handle.mark()))))
        }

        /// What the connection shows when an exchange is let go of; `None` if it is not observed.
        pub(in crate::observe) fn verdict(
            &self,
            version: Version,
        ) -> Option<(End, Option<Detail>)> {
            let (handle, since) = self.0.as_ref()?;
            Some(match handle.verdict(*since, version) {
                Verdict::Client(detail) => (End::ClientDisconnect, Some(detail)),
                Verdict::ServerClosed if handle.drained() => (End::ServerShutdown, None),
                Verdict::ServerClosed => (End::ServerClosed, None),
                Verdict::Alive => (End::LayerError, None),
                Verdict::Unknown => (End::Unknown, None),
            })
        }

        #[cfg(feature = "sse")]
        pub(crate) fn handle(&self) -> Option<&Connection> {
            self.0.as_ref().map(|(handle, _)| handle)
        }
    }
}

#[cfg(not(feature = "conn"))]
mod unobserved {
    use http::{Extensions, Version};

    use crate::label::End;

    /// Nothing.
    #[derive(Clone, Debug)]
    pub(crate) enum Connection {}

    /// Nothing.
    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Detail {}

    // === impl Detail ===

    impl Detail {
        pub(in crate::observe) const fn as_str(self) -> &'static str {
            match self {}
        }
    }

    /// No connection is observed without the feature `conn`.
    #[derive(Debug, Default)]
    pub(crate) struct Link;

    // === impl Link ===

    impl Link {
        #[inline(always)]
        pub(in crate::observe) fn is_there(_: &Option<Connection>, _: &Extensions) -> bool {
            false
        }

        pub(in crate::observe) fn of(_: Option<&Connection>, _: &Extensions) -> Option<Self> {
            None
        }

        pub(in crate::observe) fn verdict(&self, _: Version) -> Option<(End, Option<Detail>)> {
            None
        }
    }
}
