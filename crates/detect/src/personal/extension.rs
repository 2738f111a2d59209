//! Extensions of telephone numbers.

use super::view::View;

/// Whether an extension follows without a space: `x12`.
pub fn has_extension(view: &View<'_>, end: usize) -> bool {
    matches!(view.byte(end), b'x' | b'X') && view.byte(end + 1).is_ascii_digit()
}

/// The end of a number including its extension: `ext. 12`, `x12`.
pub fn extension(view: &View<'_>, end: usize) -> usize {
    let rest = view.from(end);
    let rest = rest.strip_prefix([',', ';']).unwrap_or(rest);
    let rest = rest.trim_start_matches(' ');
    let words = ["extension", "ext.", "ext", "x", "X", "#", "Durchwahl", "int.", "poste"];
    let Some(number) = words.iter().find_map(|word| rest.strip_prefix(word)) else { return end };
    let number = number.trim_start_matches([' ', '.', ':']);
    let length = number.bytes().take(7).take_while(u8::is_ascii_digit).count();
    if (1..=6).contains(&length) { view.text.len() - number.len() + length } else { end }
}
