//! What all exchanges of one log share, and which of them have lines.

use std::{fmt, sync::Arc};

use tracing::Level;

use super::{
    LogField,
    line::{self, Line},
    observer::{Kept, Stage},
    outcome::Outcome,
    sampler::Sampler,
};
use crate::{
    line::{active_trace, within},
    observe::{Kind, Record, RequestHead, ResponseHead},
};

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) options: Options,
    pub(super) fields: Box<[LogField]>,
    pub(super) fields_of_response: bool,
    pub(super) sampler: Option<Sampler>,
}

/// The switches of a log.
#[derive(Clone, Default)]
pub(super) struct Options {
    pub(super) warns_of_clients: bool,
    pub(super) skip: Option<Arc<Skip>>,
}

pub(super) type Skip = dyn Fn(RequestHead<'_>) -> bool + Send + Sync;

// === impl Inner ===

impl Inner {
    /// A request arrives, and someone may want its line.
    #[cold]
    pub(super) fn start(&self, request: RequestHead<'_>) -> Stage {
        if self.options.skip.as_ref().is_some_and(|skip| skip(request)) {
            return Stage::Skipped;
        }
        let mut custom = String::new();
        for field in &self.fields {
            field.write_of_request(request, &mut custom);
        }
        let trace = active_trace();
        if trace.is_none() && custom.is_empty() {
            return Stage::Bare;
        }
        let left_out = false;
        Stage::With(Box::new(Kept {
            trace,
            custom,
            left_out,
        }))
    }

    /// The head of a response passes.
    #[cold]
    pub(super) fn head(&self, stage: &mut Stage, record: Record<'_>, response: &ResponseHead<'_>) {
        if self.fields_of_response {
            self.write_fields(stage, response);
        }
        if record.kind() != Kind::Stream || !line::opens() {
            return;
        }
        if let Some(sampler) = &self.sampler
            && !sampler.admits(record)
        {
            sampler.leave_out(record);
            stage.leave_out();
            return;
        }
        self.write(stage, record, |line| line.open());
    }

    fn write_fields(&self, stage: &mut Stage, response: &ResponseHead<'_>) {
        let mut custom = String::new();
        for field in &self.fields {
            field.write_of_response(response, &mut custom);
        }
        if custom.is_empty() {
            return;
        }
        match stage {
            Stage::With(kept) if kept.custom.is_empty() => kept.custom = custom,
            Stage::With(kept) => kept.custom.extend([" ", &custom]),
            Stage::Skipped | Stage::Bare | Stage::LeftOut => {
                *stage = Stage::With(Box::new(Kept {
                    custom,
                    ..Kept::default()
                }));
            }
        }
    }

    /// The exchange ended.
    #[cold]
    pub(super) fn end(&self, stage: Stage, record: Record<'_>) {
        let outcome = Outcome::of(record);
        let level = outcome.level(self.options.warns_of_clients);
        if !line::ends(record.kind(), level) {
            return;
        }
        if let Some(sampler) = &self.sampler
            && level == Level::INFO
            && (stage.is_left_out() || (record.kind() != Kind::Stream && !sampler.admits(record)))
        {
            sampler.leave_out(record);
            return;
        }
        self.write(&stage, record, |line| line.end(&outcome, level));
    }

    /// Writes a line within the span of the request.
    fn write(&self, stage: &Stage, record: Record<'_>, write: impl FnOnce(&Line<'_>)) {
        let kept = stage.kept();
        let trace = kept.and_then(|kept| kept.trace.as_ref());
        let left_out = |sampler: &Sampler| sampler.left_out(record);
        let _within = within(trace);
        write(&Line {
            record,
            trace,
            custom: kept.map_or("", |kept| &kept.custom),
            skipped: self.sampler.as_ref().map_or(0, left_out),
        });
    }
}

// === impl Stage ===

impl Stage {
    fn kept(&self) -> Option<&Kept> {
        match self {
            Self::With(kept) => Some(kept),
            Self::Skipped | Self::Bare | Self::LeftOut => None,
        }
    }

    fn leave_out(&mut self) {
        match self {
            Self::With(kept) => kept.left_out = true,
            Self::Skipped | Self::Bare | Self::LeftOut => *self = Self::LeftOut,
        }
    }

    fn is_left_out(&self) -> bool {
        match self {
            Self::LeftOut => true,
            Self::With(kept) => kept.left_out,
            Self::Skipped | Self::Bare => false,
        }
    }
}

// === impl Options ===

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            warns_of_clients,
            skip,
        } = self;
        f.debug_struct("Options")
            .field("warns_of_clients", warns_of_clients)
            .field("skip", &skip.is_some())
            .finish()
    }
}
