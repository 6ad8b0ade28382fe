//! Any path or template in, a bounded route label out.
//!
//! A metric that is labelled with the path of a request has a new series for each user, and the backend pays for
//! all of them. The label wanted is the route: few in number, known in advance, the same for all who
//! take it. This crate has the parts that it takes, without a runtime, a framework or I/O:
//!
//! - [`Template`] reads a route in any common spelling and keeps it in one:
//!
//!   ```
//!   use route_canon::Template;
//!
//!   for spelling in ["/users/:id", "/users/<int:id>", r"/users/{id:\d+}", "/users/{id}"] {
//!       assert_eq!(Template::parse(spelling)?.as_str(), "/users/{id}");
//!   }
//!   # Ok::<(), route_canon::TemplateError>(())
//!   ```
//!
//! - [`Table`] finds the template that a path belongs to, where no framework says so:
//!
//!   ```
//!   use route_canon::{Table, label};
//!
//!   let table = Table::new(["/users/{id}", "/users/{id}/posts", "/static/{*path}"])?;
//!   let label = |path| match table.find(path).and_then(|index| table.get(index)) {
//!       Some(template) => template.as_str(),
//!       None => label::UNMATCHED,
//!   };
//!   assert_eq!(label("/users/7/posts"), "/users/{id}/posts");
//!   assert_eq!(label("/wp-login.php"), "{unmatched}");
//!   # Ok::<(), route_canon::TableError>(())
//!   ```
//!
//! - [`Canonicalizer`] makes a label of a path where no route is known:
//!
//!   ```
//!   use route_canon::Canonicalizer;
//!
//!   let canon = Canonicalizer::default();
//!   assert_eq!(canon.canonicalize("/users/42/avatar.png?size=2"), "~/users/{int}/avatar.png");
//!   assert_eq!(canon.canonicalize("/watch/dQw4w9WgXcQ"), "~/watch/{id}");
//!   ```
//!
//! - [`Budget`] bounds how many labels there can be, wherever they come from:
//!
//!   ```
//!   use route_canon::{Admission, Budget};
//!
//!   let budget = Budget::new(2);
//!   let Admission::Admitted(users) = budget.admit("/users/{id}") else { unreachable!() };
//!   assert_eq!(budget.admit("/users/{id}"), Admission::Known(users));
//!   assert_eq!(budget.value(users), Some("/users/{id}"));
//!
//!   budget.admit("/health");
//!   assert_eq!(budget.admit("/one-too-many"), Admission::Overflow { first: true });
//!   assert_eq!(budget.admit("/another"), Admission::Overflow { first: false });
//!   assert_eq!(budget.overflowed(), 2);
//!   ```
//!
//!   For guesses, [`Budget::label`] gives a place to what was answered with success twice. A gateway needs no more:
//!
//!   ```
//!   use route_canon::{Budget, Canonicalizer};
//!
//!   let canon = Canonicalizer::default();
//!   let budget = Budget::new(200);
//!   let mut guess = String::new();
//!
//!   // For each request, once its status is known.
//!   let mut route = |path: &str, status: u16| {
//!       guess.clear();
//!       canon.write(path, &mut guess);
//!       budget.label(&guess, status < 400).to_owned()
//!   };
//!   assert_eq!(route("/users/7", 200), "{unmatched}");
//!   assert_eq!(route("/users/8?page=2", 200), "~/users/{int}");
//!   assert_eq!(route("/users/9", 500), "~/users/{int}");
//!   assert_eq!(route("/wp-login.php", 404), "{unmatched}");
//!   ```
//!
//! [`Rules`] say what the user knows better than any heuristic.
//!
//! # Features
//! None is on by default.
//!
//! | feature | brings |
//! |---|---|
//! | `serde` | [`Rules`] and [`Rule`] from a configuration, and back |
//! | `openapi` | `OpenApi`: the templates of an OpenAPI document; and `serde` |
//! | `cli` | the command `route-canon`, which shows the routes of a log; and `openapi` |
//!
//! # Cost
//! Parsing and building are for start-up. On the way of a request, nothing allocates, locks or writes to
//! shared memory once a route was seen. Instructions, on x86-64, in a release build, counted by callgrind:
//!
//! | call | instructions |
//! |---|---|
//! | [`Budget::lookup`], known, 20 bytes | 92 |
//! | [`Budget::admit`], known, 20 bytes | 111 |
//! | [`Table::find`], one literal segment | 217 |
//! | [`Table::find`], five segments, two of them parameters | 366 |

pub mod budget;
pub mod canon;
pub mod label;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod rules;
pub mod table;
pub mod template;
mod text;

#[cfg(feature = "openapi")]
pub use self::openapi::OpenApi;
pub use self::{
    budget::{Admission, Budget, ValueId},
    canon::{
        Canonicalizer, CanonicalizerBuilder, Class, Decision, Explained, Explanation, Keep,
        Placeholders, Spelling,
    },
    rules::{Rule, RuleError, Rules},
    table::{Table, TableError},
    template::{Segment, Template, TemplateError},
};

/// The example of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
