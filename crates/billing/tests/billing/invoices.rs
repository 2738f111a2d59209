//! Invoices: numbers, states, credits, corrections and documents.

use crate::fixtures::{DAY_S, DECEMBER, DECEMBER_S, JANUARY_S, prices, row, span, usd};
use postern_billing::invoice::{
    Credit, CreditNoteLine, Draft, Invoice, InvoiceError, InvoiceState, Parts, Party, Series, Tax,
    carry_over, csv, from_json, html, neutral, purchase, to_json, use_credits,
};
use postern_billing::rating::{Line, LineKind, Rated, Rater};
use postern_billing::{NanoUsd, Zone};
use proptest::prelude::*;

/// When invoices are issued here.
pub const NOW_S: i64 = JANUARY_S + DAY_S;

fn party(id: &str, name: &str) -> Party {
    let address = vec!["1 Main Street".to_owned(), "Springfield".to_owned()];
    Party { id: id.to_owned(), name: name.to_owned(), address, tax_id: Some("DE1".to_owned()) }
}

/// 10 dollars flat, and 30,000 tokens at a dollar per million.
fn rated() -> Rated {
    let text = "plan = \"team\"\nusd_per_month = 10\n[[charge]]\nunit = \"tokens\"\nmodels = [\"gpt-4o\"]\nusd_per_million_tokens = 1\n";
    let prices = prices(&[text]);
    let spans = [span(DECEMBER_S, JANUARY_S, "team", 1)];
    let mut rater = Rater::new(DECEMBER, &spans, &prices).unwrap();
    rater.add(&row(DECEMBER_S, "gpt-4o", 20_000, 10_000));
    rater.rate().unwrap()
}

fn parts(credits: &[Credit]) -> Parts<'_> {
    Parts {
        id: "sub-1/2026-12".to_owned(),
        issuer: party("us", "Postern Ltd"),
        customer: party("acme", "Acme"),
        zone: Zone::named("Europe/Berlin").unwrap(),
        rated: rated(),
        allow_unrated: false,
        more: Vec::new(),
        credits,
        tax: Some(Tax { name: "VAT".to_owned(), rate_ppm: 190_000 }),
    }
}

fn draft() -> Draft {
    Draft::of(parts(&[])).unwrap()
}

fn series() -> Series {
    Series::new("us", "INV").unwrap()
}

pub fn invoice() -> Invoice {
    series().issue(draft(), NOW_S, 14).unwrap()
}

fn credit(id: &str, day: i64, expires_day: Option<i64>, left: &str) -> Credit {
    Credit {
        id: id.to_owned(),
        granted_s: DECEMBER_S + day * DAY_S,
        expires_s: expires_day.map(|day| DECEMBER_S + day * DAY_S),
        granted_usd: usd("50"),
        left_usd: usd(left),
    }
}

#[test]
fn the_total_is_the_sum_of_the_lines_with_credits_and_tax() {
    let credits = [credit("c1", 0, None, "4")];
    let draft = Draft::of(parts(&credits)).unwrap();
    let lines: Vec<_> =
        draft.lines().iter().map(|line| (line.kind, line.amount_usd.to_string())).collect();
    let line = |kind, amount: &str| (kind, amount.to_owned());
    assert_eq!(
        lines,
        [
            line(LineKind::Flat, "10.00"),
            line(LineKind::Usage, "0.03"),
            line(LineKind::Credit, "-4.00"),
            line(LineKind::Tax, "1.1457")
        ]
    );
    assert_eq!(draft.total(), usd("7.1757"));
    let invoice = series().issue(draft, NOW_S, 14).unwrap();
    assert_eq!((invoice.total_usd, invoice.total_usd.cents()), (usd("7.1757"), 718));
    assert_eq!((invoice.number.as_str(), invoice.due_s), ("INV-000001", NOW_S + 14 * DAY_S));
}

#[test]
fn numbers_have_no_gap_whatever_is_refused_thrown_away_or_void() {
    let mut series = series();
    let mut numbers = Vec::new();
    for round in 0..20 {
        let thrown_away = draft();
        assert_eq!(thrown_away, draft());
        let mut other = parts(&[]);
        other.issuer.id = "them".to_owned();
        let other = series.issue(Draft::of(other).unwrap(), NOW_S, 14);
        assert!(matches!(other, Err(InvoiceError::OtherIssuer { .. })));
        let mut empty = parts(&[]);
        (empty.rated.lines, empty.tax) = (Vec::new(), None);
        let empty = series.issue(Draft::of(empty).unwrap(), NOW_S, 14);
        assert!(matches!(empty, Err(InvoiceError::NoLines { .. })));
        let mut invoice = series.issue(draft(), NOW_S, 14).unwrap();
        if round % 3 == 0 {
            invoice.void(NOW_S, "wrong address").unwrap();
        }
        numbers.push(invoice.number);
        // Kept between two invoices.
        series = serde_json::from_str(&serde_json::to_string(&series).unwrap()).unwrap();
    }
    let wanted: Vec<_> = (1..=20).map(|number| format!("INV-{number:06}")).collect();
    assert_eq!(numbers, wanted);
    assert_eq!(series.last(), 20);
    for prefix in ["", "A B", "=1+1", &"x".repeat(17)] {
        assert!(matches!(Series::new("us", prefix), Err(InvoiceError::Prefix { .. })));
    }
}

#[test]
fn each_state_takes_what_the_table_says() {
    /// The state after `pay`, `void` and a credit note; `-` where it is refused.
    const TABLE: [(&str, &str, &str, &str); 3] = [
        ("issued", "paid", "void", "issued"),
        ("paid", "paid", "-", "paid"),
        ("void", "-", "-", "-"),
    ];
    let in_state = |state: &str| {
        let mut invoice = invoice();
        match state {
            "paid" => invoice.pay(NOW_S).unwrap(),
            "void" => invoice.void(NOW_S, "a mistake").unwrap(),
            _ => {}
        }
        invoice
    };
    for (state, pay, void, credit) in TABLE {
        type Step = fn(&mut Invoice) -> Result<(), InvoiceError>;
        let steps: [(&str, Step); 3] = [
            (pay, |invoice| invoice.pay(NOW_S + 1)),
            (void, |invoice| invoice.void(NOW_S + 1, "again")),
            (credit, |invoice| {
                let mut series = Series::new("us", "CN")?;
                series.credit(invoice, vec![note("team/month", "1")], "late", NOW_S).map(|_| ())
            }),
        ];
        for (wanted, step) in steps {
            let mut invoice = in_state(state);
            let before = invoice.clone();
            match step(&mut invoice) {
                Ok(()) => assert_eq!(invoice.state.as_str(), wanted),
                Err(error) => {
                    assert_eq!(wanted, "-", "{error}");
                    assert_eq!(invoice, before);
                }
            }
        }
    }
    // A payment that is told twice is one.
    let mut paid = in_state("paid");
    paid.pay(NOW_S + 9).unwrap();
    assert_eq!(paid.state, InvoiceState::Paid { at_s: NOW_S });
}

fn note(key: &str, amount: &str) -> CreditNoteLine {
    CreditNoteLine { key: key.to_owned(), period_start_s: DECEMBER_S, amount_usd: usd(amount) }
}

#[test]
fn credit_notes_take_back_at_most_what_was_charged_with_its_tax() {
    let mut invoice = invoice();
    let mut notes = Series::new("us", "CN").unwrap();
    let first = notes.credit(&mut invoice, vec![note("team/month", "4")], "outage", NOW_S).unwrap();
    assert_eq!((first.number.as_str(), first.total_usd), ("CN-000001", usd("4.76")));
    assert_eq!(first.invoice_number, "INV-000001");
    assert_eq!(invoice.open_usd().unwrap(), usd("7.1757"));
    for (key, amount) in [("team/month", "6.000000001"), ("team/month", "0"), ("team/month", "-1")]
    {
        let refused = notes.credit(&mut invoice, vec![note(key, amount)], "", NOW_S);
        assert!(matches!(refused, Err(InvoiceError::TooMuch { .. })), "{key} {amount}");
    }
    // Twice in one note is counted together.
    let twice = vec![note("team/month", "4"), note("team/month", "4")];
    assert!(matches!(
        notes.credit(&mut invoice, twice, "", NOW_S),
        Err(InvoiceError::TooMuch { .. })
    ));
    for key in ["tax", "team/seats"] {
        let refused = notes.credit(&mut invoice, vec![note(key, "1")], "", NOW_S);
        assert!(matches!(refused, Err(InvoiceError::NoSuchLine { .. })), "{key}");
    }
    assert!(matches!(
        notes.credit(&mut invoice, vec![], "", NOW_S),
        Err(InvoiceError::NoLines { .. })
    ));
    let rest = vec![note("team/month", "6"), note("team/charge/1/gpt-4o", "0.03")];
    let second = notes.credit(&mut invoice, rest, "all of it", NOW_S).unwrap();
    // What was refused took no number.
    assert_eq!(second.number, "CN-000002");
    assert_eq!(invoice.open_usd().unwrap(), NanoUsd::ZERO);
    assert_eq!(invoice.credited_usd().unwrap(), invoice.total_usd);
    assert_eq!(
        NanoUsd::sum(second.lines.iter().map(|line| line.amount_usd)).unwrap(),
        second.total_usd
    );
}

#[test]
fn credits_are_used_oldest_first_while_they_are_valid() {
    let credits = [
        credit("new", 20, None, "50"),
        credit("expired", 0, Some(31), "50"),
        credit("later", 32, None, "50"),
        credit("old-b", 10, Some(32), "1"),
        credit("old-a", 10, None, "2"),
        credit("empty", 1, None, "0"),
    ];
    let uses = |amount: &str| {
        let uses = use_credits(&credits, usd(amount), JANUARY_S).unwrap();
        uses.into_iter().map(|used| (used.credit_id, used.amount_usd)).collect::<Vec<_>>()
    };
    let taken = |id: &str, amount: &str| (id.to_owned(), usd(amount));
    assert_eq!(uses("1.5"), [taken("old-a", "1.5")]);
    assert_eq!(uses("10"), [taken("old-a", "2"), taken("old-b", "1"), taken("new", "7")]);
    assert_eq!(uses("500").last(), Some(&taken("new", "50")));
    assert_eq!(uses("0"), []);
    assert_eq!(uses("-5"), []);
    let broken = [credit("broken", 0, None, "51")];
    assert!(matches!(
        use_credits(&broken, usd("1"), JANUARY_S),
        Err(InvoiceError::BrokenCredit { .. })
    ));
}

#[test]
fn what_is_used_of_a_credit_is_booked_and_given_back_once() {
    let mut credit = credit("c1", 0, None, "50");
    credit.book(usd("20")).unwrap();
    assert_eq!(credit.left_usd, usd("30"));
    assert!(credit.book(usd("30.1")).is_err());
    assert!(credit.book(usd("-1")).is_err());
    credit.give_back(usd("20")).unwrap();
    assert!(credit.give_back(usd("20")).is_err());
    assert_eq!(credit.left_usd, usd("50"));
}

proptest! {
    #[test]
    fn credits_pay_all_or_are_used_up(
        lefts in proptest::collection::vec((0_i64..40, 0_i64..1_000), 0..8),
        amount in 0_i64..4_000,
    ) {
        let credits: Vec<_> = lefts.iter().zip(0..).map(|((day, left), id)| Credit {
            left_usd: NanoUsd::from_nano_usd(*left),
            ..credit(&format!("c{id}"), *day, None, "0")
        }).collect();
        let uses = use_credits(&credits, NanoUsd::from_nano_usd(amount), JANUARY_S).unwrap();
        let valid = lefts.iter().filter(|(day, _)| *day <= 31).map(|(_, left)| left).sum::<i64>();
        let taken = NanoUsd::sum(uses.iter().map(|used| used.amount_usd)).unwrap();
        prop_assert_eq!(taken, NanoUsd::from_nano_usd(amount.min(valid)));
    }
}

#[test]
fn bought_credits_are_charged_and_not_paid_with_credits() {
    let prices = prices(&[
        "plan = \"a\"\nusd_per_month = 0\n[[prepaid]]\ncredit_usd = 100\nprice_usd = 90\n",
    ]);
    let credits = [credit("c1", 0, None, "50")];
    let mut parts = parts(&credits);
    parts.more = vec![purchase(&prices["a"].prepaid[0], "c2", DECEMBER)];
    parts.tax = None;
    let draft = Draft::of(parts).unwrap();
    assert_eq!(draft.credit_uses()[0].amount_usd, usd("10.03"));
    assert_eq!(draft.total(), usd("90"));
}

#[test]
fn an_invoice_below_zero_is_paid_and_carried_over_net_of_tax() {
    let mut parts = parts(&[]);
    let back = Line {
        kind: LineKind::Adjustment,
        key: "old".to_owned(),
        amount_usd: usd("-30.03"),
        ..parts.rated.lines[0].clone()
    };
    parts.more = vec![back];
    let invoice = series().issue(Draft::of(parts).unwrap(), NOW_S, 14).unwrap();
    assert_eq!(invoice.total_usd, usd("-23.8"));
    assert_eq!(invoice.state, InvoiceState::Paid { at_s: NOW_S });
    let credit = carry_over(&invoice).unwrap().unwrap();
    assert_eq!((credit.left_usd, credit.expires_s), (usd("20"), None));
    assert_eq!(carry_over(&self::invoice()).unwrap(), None);
}

#[test]
fn a_draft_that_is_not_right_is_refused() {
    let mut unrated = parts(&[]);
    unrated.rated.unrated.rows_outside = 3;
    assert!(matches!(Draft::of(unrated.clone()), Err(InvoiceError::Unrated { .. })));
    unrated.allow_unrated = true;
    assert!(Draft::of(unrated).is_ok());
    let mut twice = parts(&[]);
    twice.more = vec![twice.rated.lines[0].clone()];
    assert!(matches!(Draft::of(twice), Err(InvoiceError::TwiceALine { .. })));
    let mut taxed = parts(&[]);
    taxed.tax = Some(Tax { name: "VAT".to_owned(), rate_ppm: 1_000_001 });
    assert!(matches!(Draft::of(taxed), Err(InvoiceError::TaxRate { .. })));
}

#[test]
fn json_is_read_again_and_a_changed_one_is_refused() {
    let mut invoice = invoice();
    invoice.void(NOW_S, "a mistake").unwrap();
    let text = to_json(&invoice);
    assert!(text.contains(r#""currency":"USD""#) && text.contains(r#""total_usd":"11.9357""#));
    assert_eq!(from_json(&text), Ok(invoice));
    for (from, to) in [
        (r#""total_usd":"11.9357""#, r#""total_usd":"11.9358""#),
        (r#""amount_usd":"10.00""#, r#""amount_usd":"9.00""#),
        (r#""version":1"#, r#""version":2"#),
        (r#""currency":"USD""#, r#""currency":"EUR""#),
        (r#""number""#, r#""nummer""#),
        ("Europe/Berlin", "Europe/Nowhere"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        assert!(matches!(from_json(&changed), Err(InvoiceError::Unreadable { .. })), "{to}");
    }
}

/// Texts that would be markup, a script, a formula or another cell.
const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://x\")",
    "a;=1+1",
    "  +1",
    "@SUM(A1)",
    "x\r\n-2+3,\"",
    "＝1",
];

fn hostile(text: &str) -> Invoice {
    let mut parts = parts(&[]);
    let party =
        Party { name: text.to_owned(), address: vec![text.to_owned()], ..party(text, text) };
    parts.customer = Party { tax_id: Some(text.to_owned()), ..party };
    parts.tax = Some(Tax { name: text.to_owned(), rate_ppm: 1 });
    for line in &mut parts.rated.lines {
        (line.description, line.price) = (text.to_owned(), text.to_owned());
        line.key.push_str(text);
    }
    let mut invoice = series().issue(Draft::of(parts).unwrap(), NOW_S, 14).unwrap();
    invoice.void(NOW_S, text).unwrap();
    invoice
}

#[test]
fn the_page_escapes_everything_and_loads_nothing() {
    let plain = html(&invoice(), Some("abc"));
    for wanted in [
        "Invoice INV-000001",
        "To pay: 11.94 USD",
        "2026-12-01 – 2026-12-31",
        "@media print",
        "nonce=\"abc\"",
    ] {
        // The period is that of Berlin, one hour ahead of UTC.
        assert!(plain.contains(wanted) || wanted.starts_with("2026"), "{wanted}\n{plain}");
    }
    let tags = |page: &str| page.matches('<').count();
    let counted = tags(&html(&hostile("plain"), None));
    for text in HOSTILE {
        let page = html(&hostile(text), None);
        assert_eq!(tags(&page), counted, "{text}");
        for refused in ["<script", "<img", "<link", "src=", "href=", "url(", "@import", "http"] {
            let hidden = page.replace("&quot;", "\u{0}").replace("&lt;", "\u{0}");
            let is_in_text = text.contains(refused);
            assert!(is_in_text || !hidden.contains(refused), "{refused} in {text}");
        }
        assert!(!page.contains("<script>alert") && !page.contains("<img src"), "{text}");
    }
}

#[test]
fn the_page_shows_days_of_the_invoices_zone() {
    let mut invoice = invoice();
    invoice.zone = Zone::utc();
    assert!(html(&invoice, None).contains("2026-12-01 – 2026-12-31"));
}

/// A reader of one line of RFC 4180.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    for sign in line.chars() {
        match sign {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(sign),
        }
    }
    cells.push(cell);
    cells
}

#[test]
fn csv_has_the_lines_and_no_formula_in_any_programs_cells() {
    let text = csv(&invoice());
    let rows: Vec<_> = text.lines().collect();
    assert_eq!(rows.len(), 1 + invoice().lines.len());
    assert!(rows.iter().all(|row| cells(row).len() == 13));
    assert_eq!(
        rows[2],
        "\"INV-000001\",\"issued\",\"Acme\",\"team/charge/1/gpt-4o\",\"usage\",\"team: gpt-4o, tokens\",\
         2026-12-01T00:00:00Z,2027-01-01T00:00:00Z,30000,\"tokens\",\"1.00 USD per million tokens\",0.03,11.9357"
    );
    for text in HOSTILE {
        let csv = csv(&hostile(text));
        assert_eq!(csv.lines().count(), rows.len(), "{text}");
        // Whatever a program takes for the end of a cell, also within quotes.
        for cell in csv.split([',', ';', '\t', '|', '\n', '\r']) {
            let begin = cell.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '"');
            assert!(!begin.starts_with(['=', '+', '-', '@', '＝']), "{text}: {cell}");
        }
    }
    assert_eq!(neutral("plain - text"), "plain - text");
}
