//! Shapes of numbers: `ddd-dd-dddd`.
//!
//! `d` is a digit, `z` one from 1 to 9, `n` one from 2 to 9, `a` a letter, `u` a capital letter, `w` a letter or digit. `_` is an
//! optional separator (a space, a hyphen or a point), the same one throughout the shape. `d{6,9}` is a repetition. Every other
//! character matches itself.

/// A shape without choices.
pub struct Pattern {
    classes: Vec<u8>,
}

impl Pattern {
    /// All patterns of a shape.
    pub fn expand(shape: &str) -> Vec<Pattern> {
        let mut shapes = Vec::new();
        for repeated in repeat(shape) {
            match repeated.contains('_') {
                true => {
                    shapes.extend(["", " ", "-", "."].map(|joint| repeated.replace('_', joint)))
                }
                false => shapes.push(repeated),
            }
        }
        shapes.into_iter().map(|shape| Pattern { classes: shape.into_bytes() }).collect()
    }

    /// The number of its leading letters and digits, and whether the first may be a letter and whether it may be a digit.
    pub fn head(&self) -> (usize, [bool; 2]) {
        let head = self.classes.iter().take_while(|class| class.is_ascii_alphanumeric()).count();
        let may_begin = match self.classes.first() {
            Some(b'w') => [true, true],
            Some(b'd' | b'z' | b'n' | b'0'..=b'9') => [false, true],
            _ => [true, false],
        };
        (head, may_begin)
    }

    /// The class at a place; 0 after the end.
    pub fn class(&self, at: usize) -> u8 {
        self.classes.get(at).copied().unwrap_or(0)
    }

    /// The end of a text with this shape that begins here; its letters and digits are put into `code`, in upper case.
    pub fn read(&self, bytes: &[u8], start: usize, code: &mut Vec<u8>) -> Option<usize> {
        let end = start + self.classes.len();
        let text = bytes.get(start..end)?;
        let fits = |(class, byte): (&u8, &u8)| match class {
            b'd' => byte.is_ascii_digit(),
            b'z' => matches!(byte, b'1'..=b'9'),
            b'n' => matches!(byte, b'2'..=b'9'),
            b'a' => byte.is_ascii_alphabetic(),
            b'u' => byte.is_ascii_uppercase(),
            b'w' => byte.is_ascii_alphanumeric(),
            class => class == byte,
        };
        if !self.classes.iter().zip(text).all(fits) {
            return None;
        }
        code.clear();
        let letters = text.iter().filter(|byte| byte.is_ascii_alphanumeric());
        code.extend(letters.map(u8::to_ascii_uppercase));
        Some(end)
    }
}

/// `d{2,4}`: `dd`, `ddd` and `dddd`.
fn repeat(shape: &str) -> Vec<String> {
    let Some((before, rest)) = shape.split_once('{') else { return vec![shape.to_owned()] };
    let Some((bounds, after)) = rest.split_once('}') else { return vec![shape.to_owned()] };
    let (low, high) = bounds.split_once(',').unwrap_or((bounds, bounds));
    let (Ok(low), Ok(high)) = (low.parse::<usize>(), high.parse::<usize>()) else {
        return Vec::new();
    };
    let class = before.chars().next_back().map(String::from).unwrap_or_default();
    let stem = before.strip_suffix(class.as_str()).unwrap_or(before);
    let afters = repeat(after);
    let starts = (low..=high).map(|times| format!("{stem}{}", class.repeat(times)));
    starts.flat_map(|start| afters.iter().map(move |after| format!("{start}{after}"))).collect()
}
