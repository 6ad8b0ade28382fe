//! A future that is watched: whatever it comes to is told once.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::label::Outcome;

/// Who is told of a future.
pub(crate) trait Watch {
    /// What is active while the future runs, and while it is dropped.
    type Entered;

    /// The future is about to run. Told before each poll; the first time counts.
    fn begin(&mut self);

    fn enter(&self) -> Self::Entered;

    /// It ended without an output: cancelled, or by a panic. Told at most once, and no more after an output.
    fn end_without(&mut self, outcome: Outcome);
}

/// As [`Watch`], of what comes to this output.
pub(crate) trait WatchOutput<O>: Watch {
    /// It came to its end.
    fn end_with(&mut self, output: &O);
}

pin_project! {
    /// A future and who is told of it.
    pub(crate) struct Watched<F, W: Watch> {
        // There until this is dropped.
        #[pin]
        future: Option<F>,
        watch: W,
        is_over: bool,
        is_begun: bool,
    }

    impl<F, W: Watch> PinnedDrop for Watched<F, W> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if *this.is_over || !*this.is_begun {
                return;
            }
            *this.is_over = true;
            let mut running = Running::of(this.watch);
            this.future.set(None);
            running.end(Outcome::Cancelled);
        }
    }
}

/// While a future, or the call that makes it, runs. Dropped otherwise than by a method, it was a panic.
pub(crate) struct Running<'a, W: Watch> {
    watch: &'a mut W,
    /// Dropped last: ends are told within it.
    _entered: W::Entered,
    is_done: bool,
}

// === impl Watched ===

impl<F, W: Watch> Watched<F, W> {
    /// A future that begins when it is first polled.
    pub(crate) fn lazy(future: F, watch: W) -> Self {
        Self::of(future, watch, false)
    }

    /// A future that has begun with the call that made it.
    pub(crate) fn begun(future: F, watch: W) -> Self {
        Self::of(future, watch, true)
    }

    fn of(future: F, watch: W, is_begun: bool) -> Self {
        Self {
            future: Some(future),
            watch,
            is_over: false,
            is_begun,
        }
    }
}

impl<F, W> Future for Watched<F, W>
where
    F: Future,
    W: WatchOutput<F::Output>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future.as_pin_mut().expect("kept until the drop");
        if *this.is_over {
            return future.poll(cx);
        }
        if !*this.is_begun {
            *this.is_begun = true;
            this.watch.begin();
        }
        // Until the poll comes back it is over: by a panic.
        *this.is_over = true;
        let mut running = Running::of(this.watch);
        let poll = future.poll(cx);
        match &poll {
            Poll::Pending => {
                *this.is_over = false;
                running.leave();
            }
            Poll::Ready(output) => running.end_with(output),
        }
        poll
    }
}

impl<F, W: Watch> fmt::Debug for Watched<F, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("is_begun", &self.is_begun)
            .field("is_over", &self.is_over)
            .finish_non_exhaustive()
    }
}

// === impl Running ===

impl<'a, W: Watch> Running<'a, W> {
    #[inline]
    pub(crate) fn of(watch: &'a mut W) -> Self {
        let entered = watch.enter();
        Self {
            watch,
            _entered: entered,
            is_done: false,
        }
    }

    /// Who is told.
    #[cfg(feature = "gen_ai")]
    pub(crate) fn watch(&mut self) -> &mut W {
        self.watch
    }

    /// It goes on later.
    #[inline]
    pub(crate) fn leave(&mut self) {
        self.is_done = true;
    }

    /// It ended.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        self.is_done = true;
        self.watch.end_without(outcome);
    }

    #[inline]
    pub(crate) fn end_with<O>(&mut self, output: &O)
    where
        W: WatchOutput<O>,
    {
        self.is_done = true;
        self.watch.end_with(output);
    }
}

impl<W: Watch> Drop for Running<'_, W> {
    fn drop(&mut self) {
        if !self.is_done {
            self.watch.end_without(Outcome::Panic);
        }
    }
}
