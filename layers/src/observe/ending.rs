//! Why an exchange was let go of, and what the end of a stream means.

use super::{
    Kind, Observers, Record, StreamHandle, exchange::Exchange, link::DrainMark, mark::Mark,
    record::Data,
};
use crate::label::End;

// === impl Exchange ===

impl<O: Observers> Exchange<O> {
    /// The exchange was let go of.
    #[cold]
    pub(super) fn end_at_drop(&mut self) {
        let end = self.at_drop();
        self.end(end);
    }

    fn at_drop(&mut self) -> End {
        if self.data.running {
            End::Panic
        } else if self.data.status.is_some() && self.all_sent() {
            End::Completed
        } else if std::thread::panicking() {
            // A layer's panic unwinds through this exchange.
            End::Panic
        } else {
            self.why_dropped()
        }
    }

    fn why_dropped(&mut self) -> End {
        let Data {
            extras,
            status,
            version,
            ..
        } = &mut self.data;
        let unknown = match status {
            Some(_) => End::Dropped,
            None => End::CancelledBeforeResponse,
        };
        let Some(extras) = extras.as_deref_mut() else {
            return unknown;
        };
        if extras.outside.as_ref().is_some_and(Mark::tells_of_drain) {
            return End::ServerShutdown;
        }
        if extras.outside.as_ref().is_some_and(Mark::blames_a_layer) {
            return End::LayerError;
        }
        match extras.link.verdict(*version) {
            None => unknown,
            // A time-out outside, or a lost race: the connection does not tell.
            Some((End::LayerError | End::Unknown, _)) if status.is_none() => unknown,
            Some((end, detail)) => {
                extras.detail = detail;
                end
            }
        }
    }

    /// Of a stream, and of what only some exchanges have, there is more to know about the end.
    #[cold]
    pub(super) fn reconsider(&mut self, end: End) {
        self.hear_slot();
        let mut declared = None;
        if let Some(extras) = self.data.extras.as_deref_mut() {
            let drained =
                end == End::Completed && extras.drain.as_ref().is_some_and(DrainMark::ended);
            if let Some(inside) = &extras.inside {
                inside.end_outer(drained);
            }
            if drained {
                self.data.end = Some(End::ServerShutdown);
                return;
            }
            if matches!(end, End::Completed | End::BodyError) {
                declared = extras.handle.as_ref().and_then(StreamHandle::reason);
                extras.declared_reason = declared;
            }
        }
        if end == End::Completed && self.data.kind == Kind::Stream && declared.is_none() {
            let record = Record::new(&self.data, &self.core.settings);
            let better = self.core.observers.judge(&mut self.slots, record);
            self.data.end = better.or(Some(end));
        }
    }
}
