//! The bounds on recordings, documents and content at the vendor, which cannot be counted here. docs/limits.md has them
//! for the operator.

use super::images::Size;
use super::parts::PromptParts;
use super::sum;
use postern_types::RequestFacts;

/// Content that the vendor has or fetches (a file, an earlier conversation, a stored prompt, the results of its
/// search): about forty pages of text, or ten of a document that is read as text and picture.
pub(super) const REFERENCE_TOKENS: u64 = 32_000;

/// A document in the request: a page has at most about 3,000 tokens of text and 1,600 as a picture
/// (<https://platform.claude.com/docs/en/build-with-claude/pdf-support>), and as little as 10 KB of base64 if it is
/// dense.
const DOCUMENT_CHARACTERS_A_TOKEN: u64 = 3;
/// One page.
const DOCUMENT_LEAST_TOKENS: u64 = 4_600;
/// No document is read beyond a model's context.
const DOCUMENT_MOST_TOKENS: u64 = 1_000_000;

/// A recording in the request: OpenAI counts 10 tokens a second and Google 32
/// (<https://ai.google.dev/gemini-api/docs/audio>); a second of 32 kbit/s has 5,300 characters.
const SOUND_CHARACTERS_A_TOKEN: u64 = 100;
const SOUND_LEAST_TOKENS: u64 = 100;

/// A recording that is sent as a file, to a vendor of OpenAI's dialect: 10 tokens a second, of which 32 kbit/s has 4,000 bytes. A better
/// recording is counted too high, and one in a poorer quality than any telephone's too low.
const FILE_BYTES_A_TOKEN: u64 = 400;

/// How a PDF begins in base64.
const PDF: &str = "JVBERi";

/// The tokens of all of them in a request.
pub(super) fn count(found: &PromptParts<'_>, facts: &RequestFacts) -> u64 {
    let (images, pictures) = (u64::from(facts.images), found.pictures.len() as u64);
    let carried = u64::from(facts.documents).saturating_add(facts.audio.into());
    // The bytes or the file of a picture that was not found are among the data.
    let unseen = images.saturating_sub(pictures);
    let files = found.files.saturating_sub(unseen);
    let unseen = unseen.saturating_sub(found.files);
    let elsewhere = found.pictures.iter().filter(|one| one.size == Size::Elsewhere).count() as u64;
    let addresses = pictures.saturating_sub(images).min(elsewhere).min(carried);
    let mut data: Vec<u64> =
        found.data.iter().map(|raw| of_data(raw, facts.documents > 0)).collect();
    data.sort_unstable();
    // The small ones are taken for the pictures: a count that is too high is settled later.
    let data = sum(data.into_iter().skip(usize::try_from(unseen).unwrap_or(usize::MAX)));
    let references = [found.references, files, addresses].into_iter().fold(0, u64::saturating_add);
    let attached = found.attached_bytes.div_ceil(FILE_BYTES_A_TOKEN);
    data.saturating_add(attached).saturating_add(references.saturating_mul(REFERENCE_TOKENS))
}

fn of_data(raw: &str, has_documents: bool) -> u64 {
    let base64 = raw.split_once(',').map_or(raw, |(_, base64)| base64);
    let characters = base64.len() as u64;
    if has_documents || base64.starts_with(PDF) {
        let tokens = characters.div_ceil(DOCUMENT_CHARACTERS_A_TOKEN);
        return tokens.clamp(DOCUMENT_LEAST_TOKENS, DOCUMENT_MOST_TOKENS);
    }
    characters.div_ceil(SOUND_CHARACTERS_A_TOKEN).max(SOUND_LEAST_TOKENS)
}
