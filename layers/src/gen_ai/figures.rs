//! What was told of a call, in numbers.

/// What was told of a call. Times are nanoseconds since its start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    input: Option<u64>,
    output: Option<u64>,
    cost: Option<f64>,
    first: Option<u64>,
    counted: Option<Counted>,
}

/// Tokens that were told one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) tokens: u64,
}

// === impl Figures ===

impl Figures {
    /// What a call may use. More is a mistake: the largest context windows have some millions.
    pub(super) const MOST_TOKENS: u64 = 1_000_000_000;
    /// What a call may cost.
    pub(super) const MOST_USD: f64 = 1_000_000.0;

    pub(super) fn add_input(&mut self, tokens: u64) {
        add(&mut self.input, tokens);
    }

    pub(super) fn add_output(&mut self, tokens: u64) {
        add(&mut self.output, tokens);
    }

    /// Adds a cost, unless it is none: not a number, negative, or too much.
    pub(super) fn add_cost(&mut self, usd: f64) {
        let sum = self.cost.unwrap_or(0.0) + usd;
        if usd >= 0.0 && sum <= Self::MOST_USD {
            self.cost = Some(sum);
        }
    }

    /// The first token came.
    pub(super) fn first_token(&mut self, nanos: u64) {
        self.first.get_or_insert(nanos);
    }

    /// Tokens came.
    pub(super) fn count(&mut self, more: Counted) {
        match &mut self.counted {
            Some(counted) => counted.add(more),
            None => self.counted = Some(more),
        }
    }

    pub(super) fn input(&self) -> Option<u64> {
        self.input
    }

    /// What was told, and else what was counted.
    pub(super) fn output(&self) -> Option<u64> {
        self.output
            .or_else(|| self.counted.map(|counted| counted.tokens))
    }

    pub(super) fn cost(&self) -> Option<f64> {
        self.cost
    }

    /// The time to the first token, in nanoseconds.
    pub(super) fn until_first_token(&self) -> Option<u64> {
        let counted = self.counted.map(|counted| counted.first);
        match (self.first, counted) {
            (Some(told), Some(counted)) => Some(told.min(counted)),
            (told, counted) => told.or(counted),
        }
    }

    /// The seconds that each token took after the first one.
    pub(super) fn seconds_per_token(&self) -> Option<f64> {
        let Counted {
            first,
            last,
            tokens,
        } = self.counted?;
        (tokens >= 2).then(|| last.saturating_sub(first) as f64 / 1e9 / (tokens - 1) as f64)
    }
}

/// Adds to a sum, unless that becomes too much.
fn add(sum: &mut Option<u64>, tokens: u64) {
    let more = sum.unwrap_or(0).saturating_add(tokens);
    if more <= Figures::MOST_TOKENS {
        *sum = Some(more);
    }
}

// === impl Counted ===

impl Counted {
    pub(super) fn one(nanos: u64) -> Self {
        Self::at(nanos, 1)
    }

    /// So many at one time.
    pub(super) fn at(nanos: u64, tokens: u64) -> Self {
        Self {
            first: nanos,
            last: nanos,
            tokens,
        }
    }

    pub(super) fn add(&mut self, more: Self) {
        self.first = self.first.min(more.first);
        self.last = self.last.max(more.last);
        self.tokens = self.tokens.saturating_add(more.tokens);
    }
}
