//! Values of number and quantity parameters.

use fornax_model::{Decimal, Node};

use super::{Collector, Found};
use crate::number::Stretch;
use crate::shape::Shape;
use crate::values::{UnitText, Value};

/// The system of a currency's code, which money does not write.
const CURRENCIES: &str = "urn:iso:std:iso:4217";

impl<'a> Collector<'a> {
    /// The stretch that a number, quantity, range or amount of money takes, and its unit. A comparator opens the stretch.
    pub fn number(&mut self, found: &Found<'a>) {
        match (found.shape(), found.node()) {
            (Shape::Number, _) => {
                let number = found.text().and_then(|text| Decimal::parse(&text).ok());
                self.stretch(number.map(Stretch::point), None);
            }
            (Shape::Quantity, Some(quantity)) => {
                if let Some(stretch) = of_quantity(quantity) {
                    let unit = self.unit(quantity);
                    self.stretch(Some(stretch), unit);
                }
            }
            (Shape::Money, Some(money)) => {
                let unit = UnitText {
                    system: Some(self.keep(CURRENCIES)),
                    code: self.keep_member(money, "currency"),
                    name: None,
                };
                let unit = unit.code.and_then(|_| self.keep_unit(unit));
                self.stretch(number_in(money, "value").map(Stretch::point), unit);
            }
            (Shape::Range, Some(range)) => self.range(range),
            _ => {}
        }
    }

    /// Both ends of a range have one unit; where only one of them names it, that is it.
    fn range(&mut self, range: Node<'a>) {
        let (low, high) = (range.get("low"), range.get("high"));
        let number = |end: Option<Node<'_>>| end.and_then(|end| number_in(end, "value"));
        let ends = (number(low), number(high));
        if ends.0.is_none() && ends.1.is_none() {
            return;
        }
        let unit = low.and_then(|low| self.unit(low));
        let unit = unit.or_else(|| high.and_then(|high| self.unit(high)));
        self.stretch(Stretch::spanning(ends.0, ends.1), unit);
    }

    fn unit(&mut self, quantity: Node<'a>) -> Option<u32> {
        let unit = UnitText {
            system: self.keep_member(quantity, "system"),
            code: self.keep_member(quantity, "code"),
            name: self.keep_member(quantity, "unit"),
        };
        self.keep_unit(unit)
    }

    fn keep_unit(&mut self, unit: UnitText) -> Option<u32> {
        if unit.code.is_none() && unit.name.is_none() {
            return None;
        }
        self.units.push(unit);
        Some(self.units.len() as u32 - 1)
    }

    fn stretch(&mut self, stretch: Option<Stretch>, unit: Option<u32>) {
        let Some(stretch) = stretch else { return };
        self.stretches.push(stretch);
        self.push(Value::Number { stretch: self.stretches.len() as u32 - 1, unit });
    }
}

fn of_quantity(quantity: Node<'_>) -> Option<Stretch> {
    let number = number_in(quantity, "value")?;
    match quantity.get("comparator").and_then(Node::as_str) {
        None => Some(Stretch::point(number)),
        Some(comparator) => Stretch::compared(number, &comparator),
    }
}

fn number_in(element: Node<'_>, name: &str) -> Option<Decimal> {
    Decimal::parse(element.get(name)?.as_number()?).ok()
}
