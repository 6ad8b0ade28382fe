//! What the bridge makes of the facade's words.

mod catalogued;
mod others;
mod pushed;
mod threads;

use self::pushed::Pushed;
pub(crate) use self::pushed::{Point, Shape, edges, read};
