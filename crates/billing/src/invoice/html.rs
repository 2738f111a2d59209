//! Invoices as a page that prints well.

use super::state::{Invoice, InvoiceState};
use crate::calendar::Period;
use crate::money::NanoUsd;
use crate::rating::{Line, LineUnit};
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

/// The style of the page: nothing in it is loaded from elsewhere.
pub const INVOICE_CSS: &str = include_str!("invoice.css");

/// The page: one file without scripts, pictures and references. `nonce` is that of the page's content security policy, if it has one.
pub fn html(invoice: &Invoice, nonce: Option<&str>) -> String {
    let title = format!("Invoice {}", invoice.number);
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style nonce=[nonce] { (PreEscaped(INVOICE_CSS)) }
            }
            body { main { (head(invoice)) (parties(invoice)) (lines(invoice)) (foot(invoice)) } }
        }
    };
    page.into_string()
}

fn head(invoice: &Invoice) -> Markup {
    let date = |unix_s| invoice.zone.date(unix_s);
    markup! {
        header {
            h1 { "Invoice " (invoice.number) }
            p.state { (invoice.state.as_str()) }
        }
        dl {
            dt { "Issued" } dd { (date(invoice.issued_s)) }
            dt { "Due" } dd { (date(invoice.due_s)) }
            dt { "Period" } dd { (days(invoice, invoice.period)) }
            @match &invoice.state {
                InvoiceState::Paid { at_s } => { dt { "Paid" } dd { (date(*at_s)) } }
                InvoiceState::Void { at_s, reason } => {
                    dt { "Void" } dd { (date(*at_s)) ": " (reason) }
                }
                InvoiceState::Issued => {}
            }
        }
    }
}

fn parties(invoice: &Invoice) -> Markup {
    markup! {
        section.parties {
            @for (title, party) in [("From", &invoice.issuer), ("To", &invoice.customer)] {
                address {
                    h2 { (title) }
                    strong { (party.name) }
                    @for line in &party.address { br; (line) }
                    @if let Some(tax_id) = &party.tax_id { br; "Tax id " (tax_id) }
                }
            }
        }
    }
}

fn lines(invoice: &Invoice) -> Markup {
    markup! {
        table {
            caption { "All amounts in US dollars" }
            thead {
                tr {
                    th scope="col" { "Description" }
                    th scope="col" { "Period" }
                    th.number scope="col" { "Quantity" }
                    th.number scope="col" { "Price" }
                    th.number scope="col" { "Amount" }
                }
            }
            tbody {
                @for line in &invoice.lines {
                    tr {
                        td { (line.description) }
                        td { (days(invoice, line.period)) }
                        td.number { (quantity(line)) }
                        td.number { (line.price) }
                        td.number { (line.amount_usd) }
                    }
                }
            }
            tfoot {
                tr {
                    th scope="row" colspan="4" { "Total" }
                    td.number { (invoice.total_usd) }
                }
            }
        }
    }
}

fn foot(invoice: &Invoice) -> Markup {
    let credited = invoice.credited_usd().unwrap_or_default();
    let open = invoice.open_usd().unwrap_or_default();
    markup! {
        footer {
            @if credited.is_positive() { p { "Credit notes: " (credited) " USD" } }
            p { strong { "To pay: " (cents(open)) " USD" } }
            @if cents(open) != open.to_string() {
                p { "Lines are exact to a billionth of a dollar; what is to be paid is rounded to cents." }
            }
        }
    }
}

fn cents(amount: NanoUsd) -> String {
    let cents = amount.cents();
    let nano = NanoUsd::checked(cents.saturating_mul(10_000_000));
    nano.unwrap_or(amount).to_string()
}

/// The days of a period in the invoice's zone, the last one included.
fn days(invoice: &Invoice, period: Period) -> String {
    let last_s = period.end_s.saturating_sub(1);
    format!("{} – {}", invoice.zone.date(period.start_s), invoice.zone.date(last_s))
}

fn quantity(line: &Line) -> String {
    let length_s = line.period.length_s().max(1);
    match line.unit {
        LineUnit::Amount => String::new(),
        LineUnit::Tokens | LineUnit::Requests => grouped(line.quantity),
        LineUnit::NanoUsd => format!("{} USD", NanoUsd::from_nano_usd(line.quantity)),
        LineUnit::Seconds => duration(line.quantity),
        LineUnit::SeatSeconds if line.quantity % length_s == 0 => {
            format!("{} seats", line.quantity / length_s)
        }
        LineUnit::SeatSeconds => format!("{} of seats", duration(line.quantity)),
    }
}

/// `31 d`, `15 d 12 h 3 s`.
fn duration(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts: Vec<_> = parts.iter().filter(|(count, _)| *count > 0).collect();
    let words: Vec<_> = parts.iter().map(|(count, unit)| format!("{count} {unit}")).collect();
    format!("{sign}{}", words.join(" "))
}

/// With a thin space between thousands.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
