//! What becomes of a call in metrics.

use metrics::Histogram;

use super::{
    core::{About, Core},
    figures::Figures,
};
use crate::{
    catalog::{self, Label},
    label::Outcome,
    meter::{Key, Labels},
    observe::signed,
    route::id_of,
};

/// How a call, or a part of it, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Over {
    pub(super) outcome: Outcome,
    /// The class of an error.
    pub(super) class: Option<&'static str>,
    /// When, in nanoseconds since the call's start.
    pub(super) nanos: u64,
}

/// The words of ways to end that are no class of the user's.
pub(super) const CANCELLED: &str = Outcome::Cancelled.as_str();
pub(super) const PANIC: &str = Outcome::Panic.as_str();

/// So many label sets are registered beforehand.
const MOST_DECLARED: usize = 1_900;

// === impl Over ===

impl Over {
    /// The `error_type`.
    #[inline]
    pub(super) fn error(&self) -> Option<&'static str> {
        match self.outcome {
            Outcome::Success => None,
            Outcome::Error => Some(self.class.unwrap_or(crate::label::OTHER)),
            Outcome::Cancelled => Some(CANCELLED),
            Outcome::Panic => Some(PANIC),
        }
    }
}

// === impl Core ===

impl Core {
    /// Registers how calls like this one may end, the first time that there is a recorder: what is born at its first
    /// rise is invisible to a rate. `list` is a number for the list of classes that `classes` gives.
    #[inline]
    pub(super) fn declare(
        &self,
        about: &About,
        list: u64,
        classes: impl FnOnce() -> Box<[&'static str]>,
    ) {
        let key = about.key(list);
        if self.declared.find(key).is_none() {
            self.declare_new(about, key, &classes());
        }
    }

    #[cold]
    fn declare_new(&self, about: &About, key: Key, classes: &[&'static str]) {
        if self.declared.len() >= MOST_DECLARED {
            return;
        }
        let duration = |error: &'static str| {
            let key = about.key(id_of(error).into());
            let fill = |labels: &mut Labels<'_>| {
                self.fill(about, labels);
                labels.push(catalog::GEN_AI_ERROR_TYPE, error);
            };
            self.families
                .duration
                .foresee(&self.meter, key, fill, |_| {});
        };
        let success = |labels: &mut Labels<'_>| self.fill(about, labels);
        let family = &self.families.duration;
        if family
            .declare(&self.meter, about.key(0), success, |_| {})
            .is_none()
        {
            return; // There is no recorder yet.
        }
        for &error in classes.iter().chain(&[CANCELLED, PANIC]) {
            duration(error);
        }
        for capped in [&self.providers, &self.models]
            .into_iter()
            .chain(&self.teams)
        {
            capped.announce(&self.meter);
        }
        // Last: a recorder that panics meanwhile is asked again. Past the most it is asked each time.
        let _ = self
            .declared
            .find_or_insert(key, MOST_DECLARED, || Some(()));
    }

    /// Records a call.
    #[inline]
    pub(super) fn record(&self, about: &About, over: Over, figures: &Figures) {
        let families = &self.families;
        let seconds = |nanos| signed(nanos) / 1e9;
        let plain = || |labels: &mut Labels<'_>| self.fill(about, labels);
        match over.error() {
            None => {
                let time = |histogram: &Histogram| histogram.record(seconds(over.nanos));
                families
                    .duration
                    .with(&self.meter, about.key(0), plain(), time);
            }
            Some(error) => self.fail(about, error, seconds(over.nanos)),
        }
        for (tokens, number, word) in [
            (figures.input(), 1, "input"),
            (figures.output(), 2, "output"),
        ] {
            if let Some(tokens) = tokens {
                let fill = self.fill_with(about, catalog::GEN_AI_TOKEN_TYPE, word);
                let key = about.key(number);
                families.usage.with(&self.meter, key, fill, |histogram| {
                    histogram.record(signed(tokens));
                });
            }
        }
        if let Some(usd) = figures.cost() {
            let fill = |labels: &mut Labels<'_>| {
                self.fill(about, labels);
                if let Some((teams, team)) = self.team(about) {
                    labels.push(teams, team.to_owned());
                }
            };
            let key = about.key(about.team.bits());
            families
                .cost
                .with(&self.meter, key, fill, |histogram| histogram.record(usd));
        }
        if over.outcome != Outcome::Success {
            return;
        }
        if let Some(first) = figures.until_first_token() {
            let time = |histogram: &Histogram| histogram.record(seconds(first));
            let family = &families.first_token;
            family.with(&self.meter, about.key(0), plain(), time);
        }
        if let Some(each) = figures.seconds_per_token() {
            let time = |histogram: &Histogram| histogram.record(each);
            let family = &families.per_token;
            family.with(&self.meter, about.key(0), plain(), time);
        }
    }

    #[cold]
    fn fail(&self, about: &About, error: &'static str, seconds: f64) {
        let fill = self.fill_with(about, catalog::GEN_AI_ERROR_TYPE, error);
        let key = about.key(id_of(error).into());
        let family = &self.families.duration;
        family.with(&self.meter, key, fill, |histogram| {
            histogram.record(seconds);
        });
    }

    fn fill(&self, about: &About, labels: &mut Labels<'_>) {
        labels.push(catalog::GEN_AI_OPERATION, about.operation.as_str());
        let numbers = [
            (&self.providers, about.provider),
            (&self.models, about.model),
        ];
        for (capped, number) in numbers {
            if let Some(text) = capped.text(number) {
                labels.push(capped.label(), text.to_owned());
            }
        }
    }

    fn fill_with<'a>(
        &'a self,
        about: &'a About,
        label: Label,
        value: &'static str,
    ) -> impl FnOnce(&mut Labels<'_>) + 'a {
        move |labels| {
            self.fill(about, labels);
            labels.push(label, value);
        }
    }

    fn team(&self, about: &About) -> Option<(Label, &str)> {
        let teams = self.teams.as_ref()?;
        Some((teams.label(), teams.text(about.team)?))
    }
}
