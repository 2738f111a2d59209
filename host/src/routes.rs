//! Which trigger answers a path: exact routes first, then the longest match, as Spin orders them.

use routefinder::{RouteSpec, Router};

/// The routes of an application; `T` is what a route leads to.
pub struct Routes<T>(Router<Entry<T>>);

struct Entry<T> {
    pattern: String,
    target: T,
}

/// A path's route.
pub struct Match<'r, T> {
    /// The target of the route.
    pub target: &'r T,
    /// The pattern as the manifest writes it.
    pub pattern: &'r str,
    /// What a trailing wildcard stands for, with its leading slash.
    pub trailing: String,
    /// What each `:name` stands for.
    pub segments: Vec<(String, String)>,
}

impl<T> Routes<T> {
    /// Adds every pattern with its target; of two equal patterns the later one counts.
    ///
    /// # Errors
    /// The first pattern that cannot be parsed.
    pub fn new(routes: impl IntoIterator<Item = (String, T)>) -> Result<Self, String> {
        let mut router = Router::new();
        for (pattern, target) in routes {
            let spec = parse(&pattern)?;
            router.add(spec, Entry { pattern, target }).map_err(|error| error.to_string())?;
        }
        Ok(Self(router))
    }

    /// The route of a path, which has no query.
    pub fn find(&self, path: &str) -> Option<Match<'_, T>> {
        let found = self.0.best_match(path)?;
        let captures = found.captures();
        let trailing =
            captures.wildcard().map(|rest| trailing(rest, path.ends_with('/'))).unwrap_or_default();
        let segments =
            captures.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let entry = found.handler();
        Some(Match { target: &entry.target, pattern: &entry.pattern, trailing, segments })
    }
}

/// Checks a pattern.
///
/// # Errors
/// If it is not a pattern.
pub fn check(pattern: &str) -> Result<(), String> {
    parse(pattern).map(drop)
}

fn parse(pattern: &str) -> Result<RouteSpec, String> {
    if !pattern.starts_with('/') {
        return Err(format!("the route `{pattern}` must start with `/`"));
    }
    let spec = match pattern.strip_suffix("/...") {
        Some(prefix) => format!("{prefix}/*"),
        None => pattern.strip_suffix('/').unwrap_or(pattern).to_owned(),
    };
    RouteSpec::try_from(spec).map_err(|error| format!("the route `{pattern}` is none: {error}"))
}

/// Spin keeps the slashes that the router drops.
fn trailing(rest: &str, ends_with_slash: bool) -> String {
    match (rest.is_empty(), ends_with_slash) {
        (true, false) => String::new(),
        (true, true) => "/".to_owned(),
        (false, false) => format!("/{rest}"),
        (false, true) => format!("/{rest}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(patterns: &[&str], path: &str) -> Option<String> {
        let routes =
            Routes::new(patterns.iter().map(|pattern| ((*pattern).to_owned(), ()))).unwrap();
        routes.find(path).map(|found| found.pattern.to_owned())
    }

    #[test]
    fn an_exact_route_wins_over_a_wildcard() {
        let patterns = ["/...", "/one", "/one/..."];
        assert_eq!(find(&patterns, "/one").as_deref(), Some("/one"));
        assert_eq!(find(&patterns, "/one/two").as_deref(), Some("/one/..."));
        assert_eq!(find(&patterns, "/other").as_deref(), Some("/..."));
        assert_eq!(find(&patterns, "/").as_deref(), Some("/..."));
    }

    #[test]
    fn the_longest_wildcard_wins_in_either_order() {
        for patterns in [["/a/...", "/a/b/..."], ["/a/b/...", "/a/..."]] {
            assert_eq!(find(&patterns, "/a/b/c").as_deref(), Some("/a/b/..."));
            assert_eq!(find(&patterns, "/a/c").as_deref(), Some("/a/..."));
        }
    }

    #[test]
    fn a_named_segment_matches_one_segment() {
        let routes = Routes::new([("/users/:id/files/...".to_owned(), 7)]).unwrap();
        let found = routes.find("/users/42/files/a/b").unwrap();
        assert_eq!((*found.target, found.trailing.as_str()), (7, "/a/b"));
        assert_eq!(found.segments, [("id".to_owned(), "42".to_owned())]);
        assert!(routes.find("/users/42/43/files").is_none());
    }

    #[test]
    fn no_route_is_no_match() {
        assert_eq!(find(&["/v1/..."], "/v2"), None);
        assert_eq!(find(&["/healthz"], "/healthz/deep"), None);
    }

    #[test]
    fn refuses_a_route_without_a_leading_slash() {
        assert_eq!(check("v1/..."), Err("the route `v1/...` must start with `/`".into()));
        assert_eq!(check("/v1/..."), Ok(()));
    }
}
