//! Tries again, where that may help.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};

use super::failure::{Again, Failure};

/// How often something is tried.
const MOST: u32 = 5;
/// The first wait; each is twice the one before.
const FIRST: Duration = Duration::from_millis(200);

/// Tries until it succeeds, until it cannot, or until the `time` is over.
///
/// What is told then is how the last attempt failed that came to an end, for that says more than that the time is over.
pub(crate) async fn attempts<T, F>(
    time: Duration,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let began = Instant::now();
    let left = || time.saturating_sub(began.elapsed());
    let mut last = None;
    for tried in 0..MOST {
        let failure = match timeout(left(), attempt()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(failure)) => failure,
            Err(_) => break,
        };
        let wait = match failure.again() {
            Again::Never => return Err(failure),
            Again::Later => jittered(FIRST * 2u32.pow(tried)),
            Again::After(wait) => wait.max(FIRST),
        };
        last = Some(failure);
        if tried + 1 == MOST || wait >= left() {
            break;
        }
        sleep(wait).await;
    }
    Err(last.unwrap_or(Failure::TimedOut(time)))
}

/// Between half of a time and all of it: instances that failed together shall not come back together.
fn jittered(wait: Duration) -> Duration {
    let random = RandomState::new().hash_one(()) % 512;
    let random = u32::try_from(random).unwrap_or_default();
    wait / 2 + wait * random / 1024
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::export::failure::Said;

    const TIME: Duration = Duration::from_secs(10);

    fn refused(again: Again) -> Failure {
        Failure::Refused {
            status: "503".into(),
            said: Said::new(""),
            again,
        }
    }

    async fn tried(time: Duration, again: Again, succeeds_at: u32) -> (u32, bool, Duration) {
        let began = Instant::now();
        let tried = Cell::new(0);
        let attempt = async || {
            tried.set(tried.get() + 1);
            if tried.get() == succeeds_at {
                Ok(())
            } else {
                Err(refused(again))
            }
        };
        let result = attempts(time, attempt).await;
        (tried.get(), result.is_ok(), began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_go_better_later_is_tried_five_times() {
        let (times, succeeded, took) = tried(TIME, Again::Later, 9).await;
        assert_eq!((times, succeeded), (MOST, false));
        // 200, 400, 800 and 1,600 ms, or half of each.
        assert!(took >= Duration::from_millis(1_500), "{took:?}");
        assert!(took <= Duration::from_millis(3_000), "{took:?}");
        let (times, succeeded, _) = tried(TIME, Again::Later, 3).await;
        assert_eq!((times, succeeded), (3, true));
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_go_better_is_tried_once() {
        let (times, succeeded, took) = tried(TIME, Again::Never, 2).await;
        assert_eq!((times, succeeded, took), (1, false, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_failure_is_told_when_the_time_is_over() {
        let tried = Cell::new(0);
        let attempt = async || {
            tried.set(tried.get() + 1);
            if tried.get() > 2 {
                std::future::pending::<()>().await;
            }
            Err::<(), _>(refused(Again::Later))
        };
        let began = Instant::now();
        let failure = attempts(TIME, attempt)
            .await
            .expect_err("it never succeeds");
        assert!(matches!(failure, Failure::Refused { .. }), "{failure}");
        assert_eq!((tried.get(), began.elapsed()), (3, TIME));
        let failure = attempts(TIME, std::future::pending::<Result<(), _>>).await;
        assert!(
            matches!(failure, Err(Failure::TimedOut(TIME))),
            "{failure:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_receiver_says_when_and_is_heard_if_there_is_time() {
        let after = |seconds| Again::After(Duration::from_secs(seconds));
        let (times, succeeded, took) = tried(TIME, after(3), 2).await;
        assert_eq!((times, succeeded), (2, true));
        assert!(took >= Duration::from_secs(3), "{took:?}");
        let (times, succeeded, took) = tried(TIME, after(11), 2).await;
        assert_eq!((times, succeeded, took), (1, false, Duration::ZERO));
        let (times, _, took) = tried(TIME, after(3), 9).await;
        assert!(times == 4 && took < TIME, "{times} in {took:?}");
        let (times, ..) = tried(TIME, after(0), 9).await;
        assert_eq!(times, MOST);
    }
}
