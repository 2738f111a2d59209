//! The names of the detectors.

/// A group of detectors in policies and documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Data about a person.
    Personal,
    /// Credentials.
    Secret,
    /// Instructions that are meant to override the operator's.
    Injection,
    /// Harmful content.
    Moderation,
    /// Hidden instructions that an answer repeats.
    Leakage,
    /// Advice in fields where the law regulates who may give it.
    Advice,
}

macro_rules! detectors {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal in $group:ident,)*) => {
        /// A detector, by the name that policies give it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Detector {
            $($(#[doc = $doc])* $name,)*
        }

        impl Detector {
            /// All detectors.
            pub const ALL: &[Detector] = &[$(Detector::$name),*];

            /// Its name in policies, headers and records.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Detector::$name => $text,)*
                }
            }

            /// The group it belongs to.
            pub const fn group(self) -> Group {
                match self {
                    $(Detector::$name => Group::$group,)*
                }
            }
        }
    };
}

detectors! {
    /// An e-mail address (RFC 5321, 4.1.2).
    Email = "email" in Personal,
    /// A telephone or fax number.
    Phone = "phone" in Personal,
    /// The number of a payment card.
    PaymentCard = "payment_card" in Personal,
    /// A bank account: an IBAN, or a number in context.
    BankAccount = "bank_account" in Personal,
    /// A national, tax, social security or health insurance number.
    NationalId = "national_id" in Personal,
    /// A passport's number, in context.
    Passport = "passport" in Personal,
    /// The number of a driving licence or of another certificate, in context.
    Licence = "licence" in Personal,
    /// A date of birth, death, admission or discharge, in context.
    PersonalDate = "personal_date" in Personal,
    /// A postal address.
    Address = "address" in Personal,
    /// An IP or MAC address.
    NetworkAddress = "network_address" in Personal,
    /// Geographic coordinates.
    Coordinates = "coordinates" in Personal,
    /// A vehicle's number: VIN, or a plate in context.
    VehicleId = "vehicle_id" in Personal,
    /// The serial number of a device, in context.
    DeviceId = "device_id" in Personal,
    /// A medical record, patient or health plan number, in context.
    MedicalId = "medical_id" in Personal,
    /// A web address that names a person: a profile.
    ProfileUrl = "profile_url" in Personal,
    /// A person's name.
    PersonName = "person_name" in Personal,
    /// A credential of software: a token, a key, a password, a connection string.
    Credential = "credential" in Secret,
    /// An attempt to override the operator's instructions, a jailbreak included.
    PromptInjection = "prompt_injection" in Injection,
    /// Hatred of a group.
    Hate = "hate" in Moderation,
    /// Insults and threats against a person.
    Harassment = "harassment" in Moderation,
    /// Self-harm.
    SelfHarm = "self_harm" in Moderation,
    /// Sexual content.
    Sexual = "sexual" in Moderation,
    /// Sexual content about minors.
    SexualMinors = "sexual_minors" in Moderation,
    /// Violence.
    Violence = "violence" in Moderation,
    /// Help with crimes.
    Illicit = "illicit" in Moderation,
    /// Profane words.
    Profanity = "profanity" in Moderation,
    /// A generalisation about, or different treatment of, people by a protected attribute.
    Bias = "bias" in Moderation,
    /// The operator's instructions, repeated by an answer. It compares texts, so `postern-guard` does it.
    SystemPromptLeak = "system_prompt_leak" in Leakage,
    /// Advice to a person about health.
    MedicalAdvice = "medical_advice" in Advice,
    /// Advice to a person about law.
    LegalAdvice = "legal_advice" in Advice,
    /// Advice to a person about money.
    FinancialAdvice = "financial_advice" in Advice,
}

impl Detector {
    /// The detector with this name.
    pub fn from_name(name: &str) -> Option<Detector> {
        Detector::ALL.iter().copied().find(|detector| detector.as_str() == name)
    }
}

/// Some of the detectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DetectorSet(u64);

impl DetectorSet {
    /// Every detector.
    pub fn all() -> Self {
        Detector::ALL.iter().copied().collect()
    }

    /// Whether it contains a detector.
    pub const fn contains(self, detector: Detector) -> bool {
        self.0 & (1 << detector as u8) != 0
    }

    /// Whether it contains a detector of this group.
    pub fn has_any_of(self, group: Group) -> bool {
        Detector::ALL.iter().any(|detector| detector.group() == group && self.contains(*detector))
    }

    /// Whether it is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Detector> for DetectorSet {
    fn from_iter<I: IntoIterator<Item = Detector>>(detectors: I) -> Self {
        DetectorSet(detectors.into_iter().fold(0, |set, detector| set | 1 << detector as u8))
    }
}
