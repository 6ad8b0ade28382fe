//! Labels of the router's paths, found by where a path's text stands.
//!
//! axum hands out the same text with each request to a route. To look at its address is a quarter of
//! what it takes to look it up. Below a nested service it makes a text for each request: such a one is looked
//! up, and so is one whose slot is taken.

use std::{
    fmt, ptr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::extract::MatchedPath;

use super::routes::RouteLabel;

/// A power of two, more than twice the routes that a budget has by default.
const SLOTS: usize = 512;

/// The paths of one layer. Made at first use.
#[derive(Clone, Default)]
pub(super) struct Memo(Arc<OnceLock<Paths>>);

struct Paths {
    /// A path that is kept cannot be freed, so no other text has its address.
    slots: Box<[OnceLock<(MatchedPath, RouteLabel)>]>,
    /// Whether a label has its path: no more than one each, so that texts made for one request do not take
    /// all slots.
    has_path: Box<[AtomicBool]>,
}

// === impl Memo ===

impl Memo {
    #[inline(always)]
    pub(super) fn find(&self, path: &MatchedPath) -> Option<RouteLabel> {
        let (kept, label) = self.0.get()?.slots.get(slot_of(path))?.get()?;
        ptr::eq(kept.as_str(), path.as_str()).then_some(*label)
    }

    /// Keeps the path of a label, one of so many.
    pub(super) fn keep(&self, path: &MatchedPath, label: RouteLabel, labels: usize) {
        let Paths { slots, has_path } = self.0.get_or_init(|| Paths {
            slots: (0..SLOTS).map(|_| OnceLock::new()).collect(),
            has_path: (0..labels).map(|_| AtomicBool::new(false)).collect(),
        });
        let Some(has_path) = has_path.get(usize::from(label.number())) else {
            return;
        };
        // Read first: this comes with each request below a nested service.
        if !has_path.load(Ordering::Relaxed) && !has_path.swap(true, Ordering::Relaxed) {
            let _ = slots[slot_of(path)].set((path.clone(), label));
        }
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").finish_non_exhaustive()
    }
}

/// Spreads addresses over the slots: they differ in some bits in the middle.
#[inline(always)]
fn slot_of(path: &MatchedPath) -> usize {
    let address = path.as_str().as_ptr().addr() as u64;
    let spread = address.wrapping_mul(0x9fb2_1c65_1e98_df25);
    (spread >> (u64::BITS - SLOTS.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::{Router, body::Body};
    use http::{Request, Response};
    use tower::{ServiceExt, service_fn};

    use super::*;

    const LABELS: usize = 10;

    /// What a router tells of a request to its only route.
    async fn path_of(router: &Router) -> MatchedPath {
        let request = Request::new(Body::empty());
        let Ok(mut response) = router.clone().oneshot(request).await;
        response.extensions_mut().remove().expect("a path")
    }

    fn router() -> Router {
        let telling = service_fn(async |request: Request<Body>| {
            let mut response = Response::new(Body::empty());
            if let Some(path) = request.extensions().get::<MatchedPath>() {
                response.extensions_mut().insert(path.clone());
            }
            Ok::<_, Infallible>(response)
        });
        Router::new().route_service("/", telling)
    }

    #[tokio::test]
    async fn a_path_is_found_again_and_one_of_the_same_text_elsewhere_is_not() {
        let memo = Memo::default();
        let (router, other) = (router(), router());
        let label = RouteLabel::OTHER;
        assert_eq!(memo.find(&path_of(&router).await), None);
        memo.keep(&path_of(&router).await, label, LABELS);
        assert_eq!(memo.find(&path_of(&router).await), Some(label));
        assert_eq!(memo.find(&path_of(&other).await), None);
    }

    #[tokio::test]
    async fn a_label_keeps_its_first_path_alone() {
        let memo = Memo::default();
        let label = RouteLabel::OTHER;
        let routers = [router(), router()];
        for router in &routers {
            memo.keep(&path_of(router).await, label, LABELS);
        }
        assert_eq!(memo.find(&path_of(&routers[0]).await), Some(label));
        assert_eq!(memo.find(&path_of(&routers[1]).await), None);
    }
}
