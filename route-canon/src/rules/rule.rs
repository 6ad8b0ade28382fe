//! A rule as it is written down.

/// One rule: what it matches and what becomes of that.
///
/// ```
/// use route_canon::Rule;
///
/// Rule::segment("*").after("t").rewrite("{tenant}").named("tenants");
/// Rule::segment("v2024-*").keep();
/// Rule::path("/internal/{*rest}").deny();
/// Rule::path("/u/{id}").rewrite("/users/{id}");
/// ```
///
/// It is checked by [`Rules::new`](super::Rules::new).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(super) name: Option<String>,
    pub(super) pattern: Pattern,
    pub(super) action: Action,
}

/// A rule for a segment, which still needs its action.
#[derive(Clone, Debug)]
#[must_use = "it is no rule before it has an action: `keep` or `rewrite`"]
pub struct SegmentRule {
    glob: String,
    after: Option<String>,
}

/// A rule for whole paths, which still needs its action.
#[derive(Clone, Debug)]
#[must_use = "it is no rule before it has an action: `keep`, `deny` or `rewrite`"]
pub struct PathRule {
    template: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Deny,
    Keep,
    Rewrite(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    Path(String),
    Segment { glob: String, after: Option<String> },
}

// === impl Rule ===

impl Rule {
    /// Begins a rule for each segment that a glob matches whole: `*` stands for any run of characters, none
    /// included, `?` for one, all else for itself, upper and lower case apart.
    pub fn segment(glob: impl Into<String>) -> SegmentRule {
        SegmentRule {
            glob: glob.into(),
            after: None,
        }
    }

    /// Begins a rule for each path that a template matches, in any spelling that
    /// [`Template::parse`](crate::Template::parse) accepts.
    pub fn path(template: impl Into<String>) -> PathRule {
        PathRule {
            template: template.into(),
        }
    }

    /// Gives the rule a name, for errors and explanations.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The rule's name, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn of(pattern: Pattern, action: Action) -> Self {
        Self {
            name: None,
            pattern,
            action,
        }
    }
}

// === impl SegmentRule ===

impl SegmentRule {
    /// Matches only where the segment before, which there must be, matches this glob too.
    pub fn after(mut self, glob: impl Into<String>) -> Self {
        self.after = Some(glob.into());
        self
    }

    /// Writes the segment as it is: if it is safe to show and at most 64 bytes long, else as `{text}`.
    pub fn keep(self) -> Rule {
        self.with(Action::Keep)
    }

    /// Writes this in place of the segment: literal text with at most one placeholder, such as `{tenant}`.
    pub fn rewrite(self, to: impl Into<String>) -> Rule {
        self.with(Action::Rewrite(to.into()))
    }

    fn with(self, action: Action) -> Rule {
        let Self { glob, after } = self;
        Rule::of(Pattern::Segment { glob, after }, action)
    }
}

// === impl PathRule ===

impl PathRule {
    /// Shows the template itself.
    pub fn keep(self) -> Rule {
        self.with(Action::Keep)
    }

    /// Shows `{unmatched}`.
    pub fn deny(self) -> Rule {
        self.with(Action::Deny)
    }

    /// Shows this template.
    pub fn rewrite(self, to: impl Into<String>) -> Rule {
        self.with(Action::Rewrite(to.into()))
    }

    fn with(self, action: Action) -> Rule {
        let Self { template } = self;
        Rule::of(Pattern::Path(template), action)
    }
}
