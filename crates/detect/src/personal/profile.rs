//! Web addresses that name a person: profiles at sites whose paths are user names.
//!
//! Known limits: only the sites of `data/personal/cues.txt` (`host:`) are known. A repository at a code host is not a profile.

use super::cue::{Kind, Kinds};
use super::found::Found;
use super::view::View;
use crate::detector::Detector::ProfileUrl;

const HOST: Kinds = Kinds::of(&[Kind::Host]);
/// Paths at these sites that are not persons.
const PAGES: [&str; 34] = [
    "login",
    "about",
    "search",
    "explore",
    "home",
    "share",
    "sharer",
    "intent",
    "hashtag",
    "settings",
    "features",
    "pricing",
    "orgs",
    "topics",
    "help",
    "privacy",
    "terms",
    "p",
    "reel",
    "watch",
    "status",
    "groups",
    "events",
    "marketplace",
    "pages",
    "jobs",
    "company",
    "i",
    "signup",
    "download",
    "datasets",
    "competitions",
    "sharer.php",
    "tos",
];

/// Appends every profile.
pub fn find(view: &View<'_>, found: &mut Vec<Found>) {
    for cue in view.cues.iter().filter(|cue| cue.kinds.meets(HOST)) {
        let is_handle = |character: &char| {
            character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '%' | '@' | '+')
        };
        let rest = view.from(cue.end);
        let length: usize = rest.chars().take(64).take_while(is_handle).map(char::len_utf8).sum();
        let handle = rest.get(..length).unwrap_or("").trim_end_matches(['.', '-']);
        let after = rest.get(handle.len()..).unwrap_or("");
        let has_more = after
            .strip_prefix('/')
            .is_some_and(|more| more.starts_with(|character: char| character.is_alphanumeric()));
        let host = view.part(cue.start..cue.end);
        let is_code = host.starts_with("git") || host.starts_with("kaggle");
        if handle.chars().count() < 2
            || PAGES.contains(&handle.to_ascii_lowercase().as_str())
            || is_code && has_more
        {
            continue;
        }
        let mut start = cue.start;
        for prefix in ["www.", "m.", "mobile.", "de.", "uk.", "en.", "https://", "http://"] {
            if view.text.get(..start).is_some_and(|before| before.ends_with(prefix)) {
                start -= prefix.len();
            }
        }
        found.push(Found::new(ProfileUrl, "profile", start..cue.end + handle.len(), 90));
    }
}
