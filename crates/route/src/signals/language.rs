//! The language of a text: by its script where one says it, else by the commonest words of the language.

/// Letters that have to be of a script before it says something.
const LEAST_LETTERS: usize = 6;

/// The commonest words, which no two of these languages share in the same number. Lower case.
const WORDS: [(&str, &[&str]); 9] = [
    (
        "en",
        &[
            "the", "and", "of", "to", "is", "that", "it", "for", "with", "you", "this", "are",
            "what", "how", "my", "please", "can", "from", "have", "not", "i", "we", "be", "was",
            "a", "an", "in", "do", "does", "on", "at", "if", "or", "there", "your", "which", "why",
            "when", "me", "should", "would", "could", "about", "write", "make", "give", "tell",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "das", "und", "ist", "nicht", "ein", "eine", "ich", "zu", "mit", "auf",
            "für", "wie", "bitte", "den", "dem", "wir", "sie", "sind", "kann", "mir", "warum",
            "von", "im", "es", "auch", "wird", "was", "an", "in", "bis", "einen", "einem", "einer",
            "dass", "wenn", "oder", "aber", "noch", "nach", "bei", "mein", "meine", "schreibe",
        ],
    ),
    (
        "fr",
        &[
            "le", "la", "les", "des", "et", "est", "une", "un", "pour", "que", "qui", "dans",
            "pas", "vous", "je", "avec", "sur", "du", "comment", "ce", "sont", "mon", "nous",
            "quel", "quelle", "moi", "peux", "puis", "mes", "au", "aux", "ou", "écris", "cette",
            "en", "de", "se", "il", "elle",
        ],
    ),
    (
        "es",
        &[
            "el", "los", "las", "y", "es", "una", "para", "que", "por", "con", "como", "cómo",
            "qué", "mi", "del", "se", "no", "en", "está", "puedes", "más", "este", "favor", "son",
            "un", "de", "la", "puedo", "al", "una", "lo", "escribe", "sobre", "cuál", "quiero",
        ],
    ),
    (
        "it",
        &[
            "il", "lo", "gli", "e", "è", "una", "per", "che", "di", "con", "non", "sono", "come",
            "mi", "del", "della", "puoi", "questo", "cosa", "un", "favore", "nel", "perché", "la",
            "posso", "scrivi", "al", "le", "si", "più", "ho", "alla",
        ],
    ),
    (
        "pt",
        &[
            "o", "os", "as", "e", "é", "uma", "um", "para", "que", "com", "não", "como", "do",
            "da", "em", "por", "você", "meu", "isso", "são", "pode", "mais", "está", "qual", "no",
            "posso", "escreva", "a", "ao", "se", "na", "minha",
        ],
    ),
    (
        "nl",
        &[
            "de", "het", "een", "en", "is", "niet", "van", "voor", "met", "ik", "hoe", "wat", "je",
            "zijn", "dat", "op", "mijn", "kun", "dit", "waarom", "te", "aan", "er", "wordt",
            "schrijf", "kan", "ook", "maar", "bij",
        ],
    ),
    (
        "pl",
        &[
            "i", "w", "nie", "jest", "się", "na", "do", "to", "że", "jak", "z", "czy", "proszę",
            "co", "mi", "dla", "są", "mój", "mnie", "po", "dlaczego", "ten", "przez", "napisz",
            "mogę", "od", "za", "ale", "tak", "tego",
        ],
    ),
    (
        "tr",
        &[
            "ve", "bir", "bu", "için", "ne", "nasıl", "ile", "da", "de", "mi", "var", "çok",
            "olarak", "lütfen", "ben", "daha", "bana", "neden", "gibi", "olan", "kadar", "yaz",
            "benim", "nedir", "misin", "şu",
        ],
    ),
];

/// The language by ISO 639-1; `None` if the text is too short, or of none of these.
pub(super) fn of(text: &str) -> Option<&'static str> {
    match script(text)? {
        Script::One(language) => Some(language),
        Script::Latin => by_words(text),
    }
}

/// What the letters say.
enum Script {
    One(&'static str),
    Latin,
}

/// The letters of each script.
#[derive(Default)]
struct Letters {
    latin: usize,
    cyrillic: usize,
    ukrainian: usize,
    russian: usize,
    greek: usize,
    hebrew: usize,
    arabic: usize,
    devanagari: usize,
    thai: usize,
    hangul: usize,
    kana: usize,
    han: usize,
}

impl Letters {
    fn count(&mut self, letter: char) {
        let script = match letter {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => &mut self.latin,
            'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' | 'Ґ' => {
                self.cyrillic += 1;
                &mut self.ukrainian
            }
            'ы' | 'э' | 'ъ' | 'ё' | 'Ы' | 'Э' | 'Ъ' | 'Ё' => {
                self.cyrillic += 1;
                &mut self.russian
            }
            '\u{400}'..='\u{4ff}' => &mut self.cyrillic,
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => &mut self.greek,
            '\u{590}'..='\u{5ff}' => &mut self.hebrew,
            '\u{600}'..='\u{6ff}' => &mut self.arabic,
            '\u{900}'..='\u{97f}' => &mut self.devanagari,
            '\u{e00}'..='\u{e7f}' => &mut self.thai,
            '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => &mut self.hangul,
            '\u{3040}'..='\u{30ff}' => &mut self.kana,
            '\u{3400}'..='\u{9fff}' => &mut self.han,
            _ => return,
        };
        *script += 1;
    }
}

/// The script of most of the letters. One of few letters a word (Han) counts for more.
fn script(text: &str) -> Option<Script> {
    let mut letters = Letters::default();
    text.chars().for_each(|letter| letters.count(letter));
    let cyrillic = match letters.ukrainian > letters.russian {
        true => Script::One("uk"),
        false => Script::One("ru"),
    };
    // Japanese writes with both; a fifth of kana is no Chinese text.
    let (japanese, chinese) = match letters.kana * 5 >= letters.han {
        true => (letters.kana + letters.han, 0),
        false => (0, letters.han),
    };
    let scripts = [
        (letters.latin, Script::Latin),
        (letters.cyrillic, cyrillic),
        (letters.greek, Script::One("el")),
        (letters.hebrew, Script::One("he")),
        (letters.arabic, Script::One("ar")),
        (letters.devanagari, Script::One("hi")),
        (letters.thai, Script::One("th")),
        (letters.hangul * 2, Script::One("ko")),
        (japanese * 2, Script::One("ja")),
        (chinese * 3, Script::One("zh")),
    ];
    let (count, script) = scripts.into_iter().max_by_key(|(count, _)| *count)?;
    (count >= LEAST_LETTERS).then_some(script)
}

/// The first words show the language as well as all of them, and each is looked up in every list.
const MOST_WORDS: usize = 64;

/// The language with most of its commonest words in the text: at least two, and more than any other.
fn by_words(text: &str) -> Option<&'static str> {
    let mut found = [0_usize; WORDS.len()];
    let words = text.split(|sign: char| !sign.is_alphabetic());
    let words = words.filter(|word| !word.is_empty() && word.len() <= 16);
    for word in words.take(MOST_WORDS) {
        let word = word.to_lowercase();
        for (count, (_, words)) in found.iter_mut().zip(WORDS) {
            *count += usize::from(words.contains(&word.as_str()));
        }
    }
    let most = found.iter().copied().max().filter(|most| *most >= 2)?;
    let mut best = found.iter().zip(WORDS).filter(|(count, _)| **count == most);
    let (_, (language, _)) = best.next()?;
    best.next().is_none().then_some(language)
}
