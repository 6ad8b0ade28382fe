//! Numbers that look random, and are the same in each run.

/// Dice; those with one seed fall alike.
#[derive(Clone, Debug)]
pub struct Dice(u64);

// === impl Dice ===

impl Dice {
    /// Dice that fall as this seed has it.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // Zero would stay zero, and small seeds would fall alike at first.
        let mut dice = Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        dice.roll();
        dice
    }

    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `sides`.
    pub fn below(&mut self, sides: u64) -> u64 {
        (self.roll() >> 11) % sides
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_falls_alike_and_all_sides_show() {
        let falls = |seed| {
            let mut dice = Dice::new(seed);
            (0..200).map(|_| dice.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(falls(1), falls(1));
        assert_ne!(falls(1), falls(2));
        assert!((0..6).all(|side| falls(0).contains(&side)));
    }
}
