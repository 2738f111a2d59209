#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::{Detector, DetectorSet, Group, Scanner, Text};
use std::sync::LazyLock;

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

fn found(text: &str) -> String {
    let of_group = Detector::ALL.iter().copied().filter(|one| one.group() == Group::Advice);
    let findings = SCANNER.scan(&Text::new(text), of_group.collect::<DetectorSet>());
    let mut names: Vec<_> = findings.iter().map(|finding| finding.detector.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(" ")
}

/// Texts, and the detectors that find something in them.
const TEXTS: &[(&str, &str)] = &[
    // Health.
    ("You should take 400 mg of ibuprofen every six hours.", "medical_advice"),
    ("I recommend that you stop taking your antidepressants slowly.", "medical_advice"),
    ("1. Take two tablets of paracetamol twice a day with food.", "medical_advice"),
    ("Based on what you describe, you probably have bronchitis.", "medical_advice"),
    ("Never combine warfarin with your aspirin.", "medical_advice"),
    ("Should I double my dose of insulin? My blood sugar is high.", "medical_advice"),
    ("Sie sollten das Antibiotikum bis zum Ende einnehmen.", "medical_advice"),
    ("Vous devriez prendre un antibiotique pendant sept jours.", "medical_advice"),
    ("Te recomiendo tomar ibuprofeno cada ocho horas.", "medical_advice"),
    ("Dovresti prendere la tachipirina due volte al giorno.", "medical_advice"),
    ("Je moet de antibiotica gewoon blijven slikken.", "medical_advice"),
    ("Você deve tomar o antibiótico por sete dias.", "medical_advice"),
    ("Powinieneś brać antybiotyk przez siedem dni.", "medical_advice"),
    ("आपको यह दवा दिन में दो बार लेना चाहिए।", "medical_advice"),
    ("你应该每天服用两次布洛芬。", "medical_advice"),
    ("この薬を一日三回飲むべきです。", "medical_advice"),
    ("يجب عليك أن تتناول المضاد الحيوي لمدة أسبوع.", "medical_advice"),
    // Law.
    ("You should sue your landlord in small claims court.", "legal_advice"),
    ("Do not sign the settlement offer; it waives your claims.", "legal_advice"),
    ("If I were you, I would plead not guilty and demand a trial.", "legal_advice"),
    ("Can I break my lease without losing the security deposit?", "legal_advice"),
    ("Ich rate Ihnen, gegen die Kündigung Widerspruch einzulegen.", "legal_advice"),
    ("Vous devriez contester votre licenciement devant les prud'hommes.", "legal_advice"),
    ("Deberías demandar a tu casero por los daños.", "legal_advice"),
    ("Ti consiglio di impugnare il licenziamento davanti al giudice.", "legal_advice"),
    ("U moet bezwaar maken tegen het ontslag bij de rechter.", "legal_advice"),
    ("Você deveria processar o seu patrão na justiça.", "legal_advice"),
    ("Powinnaś pozwać pracodawcę do sądu.", "legal_advice"),
    ("आपको अदालत में मुकदमा दायर करना चाहिए।", "legal_advice"),
    ("我建议你起诉房东,要求退还押金。", "legal_advice"),
    ("あなたは裁判所に訴えるべきです。", "legal_advice"),
    ("أنصحك أن ترفع دعوى على صاحب العمل.", "legal_advice"),
    // Money.
    ("You should put most of your savings into index funds.", "financial_advice"),
    ("I'd sell your Tesla shares now and buy treasury bonds.", "financial_advice"),
    ("Refinance your mortgage before the interest rate rises.", "financial_advice"),
    ("Should I invest in bitcoin or in an ETF?", "financial_advice"),
    ("Ich würde jetzt keine Aktien kaufen.", "financial_advice"),
    ("Vous devriez placer votre épargne en assurance vie.", "financial_advice"),
    ("Te aconsejo invertir tus ahorros en fondos indexados.", "financial_advice"),
    ("Ti consiglio di investire i risparmi in obbligazioni.", "financial_advice"),
    ("Je zou je spaargeld in indexfondsen kunnen beleggen.", "financial_advice"),
    ("Recomendo investir a sua poupança em ações.", "financial_advice"),
    ("Powinieneś kupić akcje i obligacje.", "financial_advice"),
    ("आपको म्यूचुअल फंड में निवेश करना चाहिए।", "financial_advice"),
    ("我建议你把存款投资到指数基金。", "financial_advice"),
    ("今すぐ株を売るべきです。", "financial_advice"),
    ("أنصحك أن تستثمر مدخراتك في الأسهم.", "financial_advice"),
    // The field is mentioned.
    ("Ibuprofen is a pain reliever that was discovered in 1961.", ""),
    ("The trial of the new antibiotic showed that patients recovered sooner.", ""),
    ("The landlord sued the tenant, and the court found for the tenant.", ""),
    ("Tesla shares fell by six percent after the company sold bonds.", ""),
    ("Shares of the bank rose as investors bought dividend stocks.", ""),
    ("The central bank raised the interest rate, and mortgage lenders followed.", ""),
    ("Hypertension affects a third of adults; aspirin does not treat it.", ""),
    ("Our pension fund invests in government bonds of twelve countries.", ""),
    ("The statute of limitations for fraud is six years in that state.", ""),
    ("Die Aktie von Siemens stieg, nachdem der Konzern Anleihen verkauft hatte.", ""),
    ("Le tribunal a rejeté la plainte du propriétaire.", ""),
    ("El Banco Central vendió bonos por mil millones.", ""),
    ("Il farmaco è stato approvato dall'agenzia nel 2019.", ""),
    ("公司的股票昨天下跌了百分之五。", ""),
    ("この薬は1961年に発見されました。", ""),
    // Referrals.
    ("You should see a doctor about that headache.", ""),
    ("You should talk to your doctor about your medication before you change the dose.", ""),
    ("You need to consult a lawyer before you sign the lease.", ""),
    ("Sie sollten einen Arzt fragen, ob Sie das Medikament absetzen dürfen.", ""),
    ("I cannot give financial advice, but a licensed adviser can look at your savings.", ""),
    // The same words in other fields.
    ("You should use the aspirin module instead of writing your own medicine class in Python.", ""),
    ("You need to add the bonds table to the database before you sell anything.", ""),
    ("You should buy two liters of vegetable stock for the soup.", ""),
    ("You should take your tablet and your laptop to the meeting.", ""),
    ("You should sign the commit and file an issue in the repository.", ""),
    ("You could claim the reward after the game and sell your shares in the guild.", ""),
    ("if (you.should.buy(stock)) { portfolio.add(stock); }", ""),
    ("I recommend buying the tickets early; they sell out fast.", ""),
    ("You should take a break and drink some water.", ""),
    ("You must file your expense report by Friday.", ""),
    ("You should invest time in writing tests.", ""),
    ("You can put the bottle into the fridge and take it out after an hour.", ""),
    ("Sell tickets, not dreams.", ""),
    ("Du solltest den Code in eine Funktion auslagern.", ""),
    ("Vous devriez prendre le train de huit heures.", ""),
    ("你应该买一张去北京的火车票。", ""),
];

#[test]
fn advice_is_found_and_mentions_are_not() {
    let mut wrong = Vec::new();
    for (text, expected) in TEXTS {
        let found = found(text);
        if found != *expected {
            wrong.push(format!("{text:?}: {expected:?}, not {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_span_is_the_sentence() {
    let text = "It is late. You should sell your bonds. Good night.";
    let findings =
        SCANNER.scan(&Text::new(text), [Detector::FinancialAdvice].into_iter().collect());
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(text.get(finding.span.clone()), Some("You should sell your bonds"));
    assert_eq!((finding.form, finding.confidence), ("directive", 75));
}
