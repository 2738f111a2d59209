use super::*;
use postern_types::Span;

/// A prompt of these texts, each of a kind and a role.
fn prompt(texts: &[(SegmentKind, Role, &str)]) -> (String, Vec<Segment>) {
    let mut body = String::new();
    let mut segments = Vec::new();
    for (kind, role, text) in texts {
        body.push('"');
        let start = body.len() as u32;
        body.push_str(text);
        let span = Span { start, end: body.len() as u32 };
        segments.push(Segment { kind: *kind, role: *role, span, is_json_string: true });
        body.push('"');
    }
    (body, segments)
}

const USER: (SegmentKind, Role) = (SegmentKind::UserText, Role::User);
const SYSTEM: (SegmentKind, Role) = (SegmentKind::Instruction, Role::System);
const ASSISTANT: (SegmentKind, Role) = (SegmentKind::AssistantText, Role::Assistant);

#[test]
fn knows_a_conversation_again_when_it_has_grown() {
    let of = |texts: &[((SegmentKind, Role), &str)]| {
        let texts: Vec<_> =
            texts.iter().map(|((kind, role), text)| (*kind, *role, *text)).collect();
        let (body, segments) = prompt(&texts);
        conversation(&body, &segments)
    };
    let first = of(&[(SYSTEM, "be kind"), (USER, "hello")]);
    assert!(first.is_some());
    let grown = [(SYSTEM, "be kind"), (USER, "hello"), (ASSISTANT, "hi"), (USER, "and now?")];
    assert_eq!(of(&grown), first);
    assert_ne!(of(&[(SYSTEM, "be kind"), (USER, "hello!")]), first);
    assert_ne!(of(&[(SYSTEM, "be kindh"), (USER, "ello")]), first);
    assert_eq!(of(&[(SYSTEM, "be kind")]), None, "nobody has said anything");
}

#[test]
fn looks_at_all_texts_of_the_last_message_of_the_user() {
    let texts: Vec<_> =
        [(USER, "is it old?"), (ASSISTANT, "no"), (USER, "first"), (USER, "second")]
            .iter()
            .map(|((kind, role), text)| (*kind, *role, *text))
            .collect();
    let (body, segments) = prompt(&texts);
    assert_eq!(last_of_user(&body, &segments), "first\nsecond");
    assert_eq!(earlier(&segments), 1);
    let long = "é".repeat(MAX_LOOKED_AT_BYTES);
    let (body, segments) = prompt(&[(USER.0, USER.1, &long), (USER.0, USER.1, "end")]);
    assert_eq!(last_of_user(&body, &segments).len(), MAX_LOOKED_AT_BYTES);
}

/// Texts, and their language.
const LANGUAGES: &[(Option<&str>, [&str; 2])] = &[
    (
        Some("en"),
        [
            "How do I reverse a list in Python?",
            "Please write a poem for my friend, and make it short",
        ],
    ),
    (
        Some("de"),
        [
            "Wie kann ich mir die Zeit bis morgen vertreiben?",
            "Schreibe bitte eine E-Mail an den Kunden",
        ],
    ),
    (
        Some("fr"),
        [
            "Comment puis-je trier les lignes dans un fichier ?",
            "Écris une lettre pour mon propriétaire",
        ],
    ),
    (
        Some("es"),
        [
            "¿Cómo puedo ordenar una lista por fecha?",
            "Escribe un correo para el cliente, por favor",
        ],
    ),
    (
        Some("it"),
        [
            "Come posso ordinare una lista per data?",
            "Scrivi una lettera per il cliente, per favore",
        ],
    ),
    (
        Some("pt"),
        ["Como posso ordenar uma lista por data?", "Escreva um e-mail para o cliente, você pode?"],
    ),
    (Some("nl"), ["Hoe kan ik een lijst sorteren op datum?", "Schrijf een brief voor mijn klant"]),
    (
        Some("pl"),
        ["Jak posortować listę w Pythonie i czy to jest szybkie?", "Napisz proszę list do klienta"],
    ),
    (
        Some("tr"),
        ["Bir listeyi nasıl sıralarım ve bu ne kadar hızlı?", "Lütfen bana bir mektup yaz"],
    ),
    (Some("ru"), ["Как отсортировать список по дате?", "Напиши письмо клиенту"]),
    (Some("uk"), ["Як відсортувати список за датою?", "Напиши листа клієнтові"]),
    (Some("el"), ["Πώς ταξινομώ μια λίστα;", "Γράψε ένα γράμμα στον πελάτη"]),
    (Some("zh"), ["怎样按日期排序列表?", "请给客户写一封信"]),
    (Some("ja"), ["リストを日付で並べ替えるには?", "顧客に手紙を書いてください"]),
    (Some("ko"), ["목록을 날짜로 정렬하려면?", "고객에게 편지를 써 주세요"]),
    (Some("ar"), ["كيف أرتب قائمة حسب التاريخ؟", "اكتب رسالة إلى العميل"]),
    (Some("he"), ["איך ממיינים רשימה לפי תאריך?", "כתוב מכתב ללקוח"]),
    (Some("hi"), ["मैं सूची को तारीख से कैसे क्रमबद्ध करूँ?", "ग्राहक को पत्र लिखो"]),
    (Some("th"), ["ฉันจะเรียงรายการตามวันที่ได้อย่างไร", "เขียนจดหมายถึงลูกค้า"]),
    (None, ["ok", "12345 + 67890 = ?"]),
    (None, ["Lorem ipsum", "xyzzy plugh quux"]),
];

#[test]
fn tells_languages_apart() {
    for (expected, texts) in LANGUAGES {
        for text in texts {
            assert_eq!(language::of(text), *expected, "{text}");
        }
    }
}

#[test]
fn sees_code_questions_and_reasoning() {
    for (text, has_code, questions, reasoning) in [
        ("What is the capital of France?", false, 1, 0),
        ("Why? How??? And when?!", false, 3, 1),
        ("Explain step-by-step why the proof holds, then compare both.", false, 0, 5),
        ("Erkläre Schritt für Schritt, warum der Vergleich stimmt", false, 0, 5),
        ("```rust\nfn main() {}\n```", true, 0, 0),
        ("def f(x):\n    return g(x)\n", true, 0, 0),
        ("#include <stdio.h>\nint main() {\n  return 0;\n}", true, 0, 0),
        ("let us go home; it is late.\nfor (some) it is fine", false, 0, 0),
        ("Dear team,\nplease import the boxes.\nThanks", false, 0, 0),
        ("Τι ώρα είναι;", false, 1, 0),
        ("これは何?どこ?", false, 2, 0),
        ("", false, 0, 0),
    ] {
        let seen = words::of(text);
        let all = (seen.has_code, seen.questions, seen.reasoning_words);
        assert_eq!(all, (has_code, questions, reasoning), "{text}");
    }
}

#[test]
fn estimates_tokens_without_a_tokenizer() {
    assert_eq!(estimate(""), 0);
    assert_eq!(estimate("hello world!"), 3);
    assert_eq!(estimate("你好"), 2);
}
