//! Whether the case of a code's letters counts (R4 search, section "token").

use std::borrow::Cow;

use crate::fold::fold_case;
use crate::values::CodeSource;

/// Where systems lie whose codes differ by case: what HL7 itself defines.
const MINDED_UNDER: [&str; 2] = ["http://hl7.org/fhir/", "http://terminology.hl7.org/"];
/// UCUM: `mm` and `Mm` are a milliard apart.
const UCUM: &str = "http://unitsofmeasure.org";

/// Whether codes of a system that differ by case alone are different codes. Where it is not known they are not, as the
/// specification asks: to find too much is safer than to find too little.
pub(crate) fn minds_case(system: &str) -> bool {
    system == UCUM || MINDED_UNDER.iter().any(|start| system.starts_with(start))
}

impl CodeSource {
    /// Whether the case of a code from such an element counts.
    pub fn minds_case(self, system: Option<&str>) -> bool {
        match self {
            Self::Coding => system.is_some_and(minds_case),
            Self::Code | Self::Identifier | Self::Bare => true,
            Self::Contact => false,
        }
    }

    /// Whether `|code` can find it where it has no system.
    pub fn knows_systems(self) -> bool {
        matches!(self, Self::Coding | Self::Code | Self::Identifier)
    }

    /// A code as it is compared.
    pub fn compared<'c>(self, system: Option<&str>, code: &'c str) -> Cow<'c, str> {
        if self.minds_case(system) { Cow::Borrowed(code) } else { fold_case(code) }
    }
}
