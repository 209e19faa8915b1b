//! The terms of one value.

use fornax_postings::Rid;

use crate::columns::TERM_HASHES;
use crate::term::Term;
use crate::time::CalendarUnit;
use crate::values::{CodeSource, SearchValues, Span, UnitText, Value};

/// Which of a value's terms one is, among those that a component of a composite tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The value alone.
    Alone = 0,
    /// The value with its system, without one, or in its version.
    Within = 1,
    /// Its system alone.
    System = 2,
    /// None: components don't ask for it.
    Apart = TERM_HASHES as isize,
}

impl SearchValues {
    /// Calls `each` with every term by which a value is found, but for that of its presence. `targets` are the rids of the
    /// references.
    pub(super) fn each_term(&self, value: Value, targets: &[Rid], mut each: impl FnMut(Slot, Term<'_>)) {
        match value {
            Value::Code { system, code, source } => {
                self.code_terms(system, code, source, &mut each);
            }
            Value::CodedText(folded) => each(Slot::Apart, Term::Folded(self.text(folded))),
            Value::OfType { system, code, value } => {
                each(Slot::Apart, Term::OfType([system, code, value].map(|text| self.text(text))));
            }
            Value::String { folded, exact } => {
                each(Slot::Apart, Term::Folded(self.text(folded)));
                each(Slot::Apart, Term::Exact(self.text(exact)));
            }
            Value::Uri { uri, bare } => {
                each(Slot::Alone, Term::Uri(self.text(uri)));
                if let Some(bare) = self.text_of(bare) {
                    each(Slot::Within, Term::Uri(bare));
                }
            }
            Value::Date(interval) => {
                let unit = CalendarUnit::around(interval, &self.zone);
                for text in unit.iter().flat_map(CalendarUnit::texts) {
                    each(Slot::Apart, Term::CalendarUnit(text));
                }
            }
            Value::Place { .. } | Value::Number { unit: None, .. } => {}
            Value::Number { unit: Some(unit), .. } => self.unit_terms(self.units[unit as usize], &mut each),
            Value::Local { target, version } => {
                let rid = targets[target as usize];
                each(Slot::Alone, Term::Local(rid));
                if let Some(version) = self.text_of(version) {
                    each(Slot::Within, Term::LocalVersion(rid, version));
                }
            }
            Value::Url { url, version } => {
                each(Slot::Alone, Term::Url(self.text(url)));
                if let Some(version) = self.text_of(version) {
                    each(Slot::Within, Term::UrlVersion(self.text(url), version));
                }
            }
            Value::Identifier { system, value } => {
                self.identifier_terms(self.text_of(system), self.text_of(value), &mut each);
            }
        }
    }

    fn code_terms(
        &self,
        system: Option<Span>,
        code: Option<Span>,
        source: CodeSource,
        each: &mut impl FnMut(Slot, Term<'_>),
    ) {
        let (system, code) = (self.text_of(system), self.text_of(code));
        if let Some(code) = code {
            let minds_case = source.minds_case(system);
            let code = &*source.compared(system, code);
            each(Slot::Alone, if minds_case { Term::Code(code) } else { Term::FoldedCode(code) });
            match (system, minds_case) {
                (Some(system), true) => each(Slot::Within, Term::Coding(system, code)),
                (Some(system), false) => each(Slot::Within, Term::FoldedCoding(system, code)),
                (None, _) if !source.knows_systems() => {}
                (None, true) => each(Slot::Within, Term::CodeWithoutSystem(code)),
                (None, false) => each(Slot::Within, Term::FoldedCodeWithoutSystem(code)),
            }
        }
        match system {
            Some(system) => each(Slot::System, Term::System(system)),
            // It has one, that goes without saying.
            None if source == CodeSource::Code && code.is_some() => each(Slot::System, Term::System("")),
            None => {}
        }
    }

    fn identifier_terms(
        &self,
        system: Option<&str>,
        value: Option<&str>,
        each: &mut impl FnMut(Slot, Term<'_>),
    ) {
        if let Some(value) = value {
            each(Slot::Apart, Term::IdentifierValue(value));
            match system {
                Some(system) => each(Slot::Apart, Term::Identifier(system, value)),
                None => each(Slot::Apart, Term::IdentifierWithoutSystem(value)),
            }
        }
        if let Some(system) = system {
            each(Slot::Apart, Term::IdentifierSystem(system));
        }
    }

    fn unit_terms(&self, unit: UnitText, each: &mut impl FnMut(Slot, Term<'_>)) {
        let [system, code, name] = [unit.system, unit.code, unit.name].map(|text| self.text_of(text));
        if let (Some(system), Some(code)) = (system, code) {
            each(Slot::Apart, Term::UnitCoding(system, code));
        }
        if let Some(code) = code {
            each(Slot::Apart, Term::UnitCodeOrName(code));
        }
        if let Some(name) = name.filter(|_| name != code) {
            each(Slot::Apart, Term::UnitCodeOrName(name));
        }
    }
}
