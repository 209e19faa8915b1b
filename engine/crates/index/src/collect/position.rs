//! Values of `near`.

use fornax_model::{Decimal, Node};
use fornax_postings::TO_A_DEGREE;

use super::{Collector, Found};
use crate::shape::Shape;
use crate::values::Value;

impl<'a> Collector<'a> {
    /// A position on the globe; its altitude does not count.
    pub fn position(&mut self, found: &Found<'a>) {
        let (Shape::Position, Some(position)) = (found.shape(), found.node()) else { return };
        if let (Some(latitude), Some(longitude)) =
            (degrees(position, "latitude", 90.0), degrees(position, "longitude", 180.0))
        {
            self.push(Value::Place { latitude, longitude });
        }
    }
}

fn degrees(position: Node<'_>, name: &str, most: f64) -> Option<i64> {
    let text = position.get(name)?.as_number()?;
    Decimal::parse(text).ok()?;
    let degrees: f64 = text.parse().ok()?;
    (degrees.abs() <= most).then_some((degrees * TO_A_DEGREE).round() as i64)
}
