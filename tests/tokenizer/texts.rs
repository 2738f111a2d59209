//! Ten thousand texts, the same in every run: the insides of JSON string literals.

/// The first article of the Universal Declaration of Human Rights, or its beginning, and the letters of that script for
/// random words.
const SCRIPTS: [(&str, u32, u32); 24] = [
    (
        "All human beings are born free and equal in dignity and rights. They are endowed with reason.",
        0x61,
        0x7a,
    ),
    (
        "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.",
        0xc0,
        0x17f,
    ),
    (
        "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом.",
        0x410,
        0x44f,
    ),
    (
        "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
        0x391,
        0x3c9,
    ),
    ("يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. وقد وهبوا عقلاً وضميرًا", 0x620, 0x652),
    (
        "כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון",
        0x5d0,
        0x5ea,
    ),
    ("सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।", 0x904, 0x94d),
    ("সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে।", 0x985, 0x9cd),
    ("மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் மதிப்பிலும் சமமானவர்கள்.", 0xb85, 0xbcd),
    ("ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును జన్మతః స్వతంత్రులును సమానులును నగుదురు.", 0xc05, 0xc4d),
    ("มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ", 0xe01, 0xe4e),
    ("ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ, ສິດທິ, ເສລີພາບ ແລະຄວາມສະເໝີພາບເທົ່າທຽມກັນ", 0xe99, 0xebd),
    ("មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។", 0x1780, 0x17d2),
    ("လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း မွေးဖွားလာသူများ ဖြစ်သည်။", 0x1000, 0x1049),
    (
        "ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით.",
        0x10d0,
        0x10f0,
    ),
    (
        "Բոլոր մարդիկ ծնվում են ազատ ու հավասար իրենց արժանապատվությամբ ու իրավունքներով։",
        0x531,
        0x586,
    ),
    ("የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው።", 0x1200, 0x1248),
    ("모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.", 0xac00, 0xd7a3),
    (
        "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
        0x3041,
        0x30fe,
    ),
    (
        "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
        0x4e00,
        0x9fa5,
    ),
    ("འགྲོ་བ་མིའི་རིགས་རྒྱུད་ཡོངས་ལ་སྐྱེས་ཙམ་ཉིད་ནས་ཆེ་མཐོངས་དང་། ཐོབ་ཐངགི་རང་དབང་འདྲ་མཉམ་དུ་ཡོད་ལ།", 0xf40, 0xf6c),
    ("සියලු මනුෂ්‍යයෝ නිදහස්ව උපත ලබා ඇත. ගරුත්වයෙන් හා අයිතිවාසිකම් වලින් සමාන වෙති.", 0xd85, 0xdca),
    ("ਸਾਰਾ ਮਨੁੱਖੀ ਪਰਿਵਾਰ ਆਪਣੀ ਮਹਿਮਾ, ਸ਼ਾਨ ਅਤੇ ਹੱਕਾਂ ਦੇ ਪੱਖੋਂ ਜਨਮ ਤੋਂ ਹੀ ਆਜ਼ਾਦ ਹੈ।", 0xa05, 0xa4d),
    ("ᏂᎦᏓ ᎠᏂᏴᏫ ᏂᎨᎫᏓᎸᎾ ᎠᎴ ᎤᏂᏠᏱ ᎤᎾᏕᎿ ᏚᏳᎧᏛ ᎨᏒᎢ.", 0x13a0, 0x13f4),
];

const CODE: [&str; 8] = [
    "fn main() {\\n    let x: Vec<u8> = vec![0; 1_000];\\n    println!(\\\"{x:?}\\\");\\n}\\n",
    "def f(self, *args, **kwargs) -> None:\\n\\t\\treturn {k: v for k, v in kwargs.items()}\\n\\n\\n",
    "SELECT id, name FROM users WHERE created_at >= '2026-01-01' AND NOT deleted;\\r\\n",
    "const a = async () => { await fetch(`https://example.com/${id}?q=1&r=%20`); };",
    "<div class=\\\"row\\\"><!-- x --><a href='/'>&nbsp;</a></div>",
    "{\\\"a\\\":[1,2.50,-3e10],\\\"b\\\":null}",
    "#!/bin/sh\\nset -eu\\nfor f in *.rs; do echo \\\"$f\\\" >> /dev/null; done #//////",
    "XMLHttpRequest getHTTPResponseCode snake_case_name SCREAMING_CASE camelCaseURL v1.2.3-rc4",
];
const EMOJI: [&str; 12] =
    ["😀", "👨‍👩‍👧‍👦", "👍🏽", "🇪🇺", "🇯🇵🇰🇷", "❤️", "🏳️‍🌈", "🧑🏿‍🚀", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☕", "\u{1fae8}"];
const SPACES: [&str; 12] = [
    " ", "  ", "\\n", "\\r\\n", "\\t", "    ", "\u{a0}", "\u{3000}", "\u{2003}", "\u{200b}",
    "\\u0085", "\\u000b",
];
const CONTRACTIONS: [&str; 12] = [
    "I'm",
    "you'Re",
    "WE'VE",
    "it's",
    "don't",
    "'tis",
    "they'll",
    "he'd'nt",
    "O'Neill",
    "ſ'ſ",
    "'S 's",
    "l’été",
];
const DIGITS: [&str; 8] = ["1", "42", "1234567", "3.14159", "1,000,000", "٣٤٥", "२०२६", "½²Ⅻ"];
/// Halves of surrogate pairs, whole pairs, and their neighbours.
const SURROGATES: [&str; 8] = [
    "\\ud800",
    "\\udfff",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\ude00\\ud83d",
    "\\udbff\\ud83d\\ude00",
    "\\uFFFD",
    "\\uffff",
];

/// Marsaglia's xorshift: random enough, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }

    fn one_of(&mut self, texts: &[&'static str]) -> &'static str {
        texts[self.roll(texts.len())]
    }

    fn letter(&mut self, from: u32, to: u32) -> char {
        let letter = from + u32::try_from(self.roll((to - from + 1) as usize)).expect("a letter");
        char::from_u32(letter).expect("a letter")
    }
}

/// All of them: every script separately, every other kind separately, and all kinds mixed.
pub fn all() -> Vec<String> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    (0..10_000).map(|number| text(number, &mut dice)).collect()
}

fn text(number: usize, dice: &mut Dice) -> String {
    let kinds = SCRIPTS.len() + 7;
    let parts = 1 + dice.roll(16);
    let mut text = String::new();
    for _ in 0..parts {
        let kind = match number % kinds {
            mixed if mixed == kinds - 1 => dice.roll(kinds - 1),
            kind => kind,
        };
        part(kind, dice, &mut text);
    }
    text
}

fn part(kind: usize, dice: &mut Dice, text: &mut String) {
    match kind.checked_sub(SCRIPTS.len()) {
        None => words(SCRIPTS[kind], dice, text),
        Some(0) => text.push_str(dice.one_of(&CODE)),
        Some(1) => text.push_str(dice.one_of(&EMOJI)),
        Some(2) => (0..=dice.roll(5)).for_each(|_| text.push_str(dice.one_of(&SPACES))),
        Some(3) => text.push_str(dice.one_of(&CONTRACTIONS)),
        Some(4) => text.push_str(dice.one_of(&DIGITS)),
        Some(_) => text.push_str(dice.one_of(&SURROGATES)),
    }
    if kind >= SCRIPTS.len() && dice.roll(3) == 0 {
        let between = dice.one_of(&["a", " ", "!", "\\n", "Z", "7", ".", " x"]);
        text.push_str(between);
    }
}

/// A part of a real sentence, or a random word.
fn words((sentence, from, to): (&str, u32, u32), dice: &mut Dice, text: &mut String) {
    if dice.roll(2) == 0 {
        let characters: Vec<char> = sentence.chars().collect();
        let start = dice.roll(characters.len());
        let length = 1 + dice.roll(characters.len() - start);
        text.extend(&characters[start..start + length]);
    } else {
        text.extend((0..=dice.roll(12)).map(|_| dice.letter(from, to)));
    }
    text.push_str(dice.one_of(&[" ", "", ", ", ". ", "\\n", "-", "  "]));
}
