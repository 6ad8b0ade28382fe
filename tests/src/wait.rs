//! Waiting for a condition, not for a time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long a condition may take. It is long because machines are slow, and no test waits for it.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until there is an answer.
///
/// # Panics
///
/// If there is none after [`PATIENCE`]; `or` tells how things stand then.
pub async fn eventually<T>(mut ask: impl FnMut() -> Option<T>, or: impl FnOnce() -> String) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "it never came: {}", or());
        sleep(Duration::from_millis(1)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_asks_until_there_is_an_answer() {
        let mut left = 5;
        let mut ask = || {
            left -= 1;
            (left == 0).then_some("here")
        };
        assert_eq!(eventually(&mut ask, String::new).await, "here");
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "it never came: still 3")]
    async fn it_gives_up_in_the_end() {
        eventually(|| None::<()>, || "still 3".to_owned()).await;
    }
}
