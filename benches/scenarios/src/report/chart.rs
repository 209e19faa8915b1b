//! Charts as SVG that stands in the page. Their looks stand in them too, so that they can be taken out of it.

use std::fmt::Write;

use super::page::escaped;
use super::{Row, StageReport, shown};

const WIDTH: f64 = 960.0;
const NAMES: f64 = 330.0;
const LINE: f64 = 18.0;
const TOP: f64 = 22.0;

/// A scale of powers of ten from left to right.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// One that all of these fit on; at least a power of ten.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| *value > 0.0) {
            low = low.min(value.log10().floor());
            high = high.max(value.log10().ceil());
        }
        if low > high {
            return Self { low: -1.0, high: 0.0 };
        }
        Self { low, high: high.max(low + 1.0) }
    }

    fn at(&self, value: f64) -> f64 {
        let part = (value.max(1e-9).log10() - self.low) / (self.high - self.low);
        NAMES + part.clamp(0.0, 1.0) * (WIDTH - NAMES - 70.0)
    }

    fn powers(&self) -> impl Iterator<Item = f64> {
        (self.low as i32..=self.high as i32).map(|power| 10_f64.powi(power))
    }
}

fn open(lines: usize, label: &str) -> (String, f64) {
    let height = TOP + LINE * lines as f64 + 6.0;
    let svg = format!(
        r##"<svg viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif" font-size="11" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">"##,
        escaped(label)
    );
    (svg, height)
}

// Writing to a string can't fail, so what it answers is dropped in this file.

fn grid(svg: &mut String, scale: &Scale, height: f64, unit: &str) {
    for power in scale.powers() {
        let x = scale.at(power);
        let _ = write!(
            svg,
            r##"<line stroke="#d9dee7" x1="{x:.1}" y1="{TOP}" x2="{x:.1}" y2="{height}"/><text fill="#5d6779" text-anchor="middle" x="{x:.1}" y="14">{power}{unit}</text>"##
        );
    }
}

/// Rows in one drawing: as many as fit on a printed page.
const ROWS_MAX: usize = 24;

/// A bar for each row from its median to all but one in a hundred, with a tick at one in a thousand, on a scale of powers of ten.
/// Many rows are several drawings on the same scale.
pub fn latencies<'a>(rows: impl IntoIterator<Item = &'a Row>) -> String {
    let answered: Vec<&Row> = rows.into_iter().filter(|row| row.latency_ms.max > 0.0).collect();
    let scale = Scale::of(answered.iter().flat_map(|row| [row.latency_ms.p50, row.latency_ms.p99_9]));
    answered.chunks(ROWS_MAX).map(|rows| drawn(rows, &scale)).collect()
}

fn drawn(rows: &[&Row], scale: &Scale) -> String {
    let (mut svg, height) = open(rows.len(), "Latencies, median to 99th of a hundred");
    grid(&mut svg, scale, height, " ms");
    for (at, row) in rows.iter().enumerate() {
        let y = TOP + LINE * at as f64 + 3.0;
        let ms = &row.latency_ms;
        let (from, to, tick) = (scale.at(ms.p50), scale.at(ms.p99), scale.at(ms.p99_9));
        let width = (to - from).max(2.0);
        let _ = write!(
            svg,
            r##"<text fill="#1c2330" text-anchor="end" x="{:.1}" y="{:.1}">{}</text><rect fill="#3f72af" x="{from:.1}" y="{y:.1}" width="{width:.1}" height="12"/><line stroke="#1c2330" stroke-width="1.5" x1="{tick:.1}" y1="{y:.1}" x2="{tick:.1}" y2="{:.1}"/><text fill="#5d6779" x="{:.1}" y="{:.1}">{}</text>"##,
            NAMES - 8.0,
            y + 10.0,
            escaped(&row.label()),
            y + 12.0,
            tick.max(from + width) + 5.0,
            y + 10.0,
            shown(ms.p50)
        );
    }
    svg + "</svg>"
}

/// A bar for each stage: good answers a second, and the median beside it.
pub fn throughputs(stages: &[StageReport]) -> String {
    let most = stages.iter().map(|stage| stage.all.per_second).fold(1e-9, f64::max);
    let (mut svg, _) = open(stages.len(), "Good answers a second, by stage");
    for (at, stage) in stages.iter().enumerate() {
        let y = TOP + LINE * at as f64 + 3.0;
        let width = (stage.all.per_second / most * (WIDTH - NAMES - 240.0)).max(1.0);
        let ms = &stage.all.latency_ms;
        let _ = write!(
            svg,
            r##"<text fill="#1c2330" text-anchor="end" x="{:.1}" y="{:.1}">{}</text><rect fill="#3f72af" x="{NAMES}" y="{y:.1}" width="{width:.1}" height="12"/><text fill="#5d6779" x="{:.1}" y="{:.1}">{}/s, p50 {} ms, p99 {} ms</text>"##,
            NAMES - 8.0,
            y + 10.0,
            escaped(&stage.name),
            NAMES + width + 5.0,
            y + 10.0,
            shown(stage.all.per_second),
            shown(ms.p50),
            shown(ms.p99)
        );
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    #[test]
    fn powers_of_ten_are_equally_far_apart() {
        let scale = Scale::of([0.3, 42.0].into_iter());
        assert_eq!(scale.powers().collect::<Vec<_>>(), [0.1, 1.0, 10.0, 100.0]);
        let steps: Vec<f64> = scale.powers().map(|power| scale.at(power)).collect();
        assert!(steps.windows(2).all(|pair| (pair[1] - pair[0] - (steps[1] - steps[0])).abs() < 1e-6));
        assert_eq!(Scale::of([].into_iter()).powers().count(), 2);
    }

    #[test]
    fn each_row_has_a_bar_and_its_name() {
        let report = sample();
        let stages = &report.scenarios[0].stages;
        let svg = latencies(&stages[0].rows);
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("Observation?code=a&amp;b"));
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
        let rows: Vec<Row> = (0..ROWS_MAX + 1).map(|_| stages[0].rows[0].clone()).collect();
        let svg_of_many = latencies(&rows);
        assert_eq!(
            (svg_of_many.matches("<svg").count(), svg_of_many.matches("<rect").count()),
            (2, rows.len())
        );
        let svg = throughputs(stages);
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains(">8 clients<"));
    }
}
