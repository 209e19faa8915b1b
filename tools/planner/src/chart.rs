//! Drawings: lines over two logarithmic axes, and a bar of parts. Each element says by a title what it shows.

use std::fmt::Write;

use crate::html::escaped;
use crate::units;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 280.0;
/// Left, top, right, bottom.
const MARGINS: [f64; 4] = [58.0, 16.0, 88.0, 40.0];
/// Told apart by those who see colours otherwise, and by their greys in print.
const COLORS: [&str; 5] = ["#1f5fa8", "#c96a00", "#2f8f6b", "#8a3f8f", "#7a8794"];
/// Names at the ends of lines keep this far apart.
const NAMES_APART: f64 = 13.0;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    Solid,
    Dashed,
    Dots,
}

pub(crate) struct Series {
    /// Written at its end; nothing, where another series bears the name.
    pub name: &'static str,
    pub color: usize,
    pub stroke: Stroke,
    /// Those with a value of 0 or below have no place.
    pub points: Vec<(f64, f64)>,
}

pub(crate) struct Chart {
    /// What lies along the lower side.
    pub x: &'static str,
    /// What lies along the left side.
    pub y: &'static str,
    /// A value of x that is marked.
    pub mark: Option<(f64, &'static str)>,
    pub series: Vec<Series>,
}

/// From values to places: whole decades.
#[derive(Clone, Copy)]
struct Decades {
    first: i32,
    last: i32,
    start: f64,
    end: f64,
}

impl Decades {
    fn of(values: impl Iterator<Item = f64>, (start, end): (f64, f64)) -> Self {
        let bounds = values.fold(None, |bounds: Option<(f64, f64)>, value| {
            Some(bounds.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
        });
        let (low, high) = bounds.unwrap_or((1.0, 10.0));
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        Self { first, last: last.max(first + 1), start, end }
    }

    fn place(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.first)) / f64::from(self.last - self.first);
        self.start + (self.end - self.start) * share
    }

    /// Values to be named: each decade, or each second or third one where there are many.
    fn ticks(&self) -> impl Iterator<Item = f64> + use<> {
        let step = ((self.last - self.first) / 7 + 1) as usize;
        (self.first..=self.last).step_by(step).map(|decade| 10f64.powi(decade))
    }
}

impl Chart {
    pub(crate) fn svg(&self) -> String {
        let [left, top, right, bottom] = MARGINS;
        let shown = |series: &Series| -> Vec<(f64, f64)> {
            series.points.iter().copied().filter(|(x, y)| *x > 0.0 && *y > 0.0).collect()
        };
        let all: Vec<(f64, f64)> = self.series.iter().flat_map(shown).collect();
        let marked = self.mark.map(|(x, _)| x).filter(|x| *x > 0.0);
        let xs = Decades::of(all.iter().map(|point| point.0).chain(marked), (left, WIDTH - right));
        let ys = Decades::of(all.iter().map(|point| point.1), (HEIGHT - bottom, top));
        let mut out = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{} against {}\">",
            escaped(self.y),
            escaped(self.x)
        );
        self.write_axes(&mut out, &xs, &ys);
        if all.is_empty() {
            out.push_str("<text x=\"200\" y=\"130\" text-anchor=\"middle\">nothing to show</text>");
        }
        let mut names = Vec::new();
        for series in &self.series {
            let points = shown(series);
            write_series(&mut out, series, (&points, &xs, &ys));
            if let Some((x, y)) = points.last().filter(|_| !series.name.is_empty()) {
                names.push((xs.place(*x), ys.place(*y), series));
            }
        }
        write_names(&mut out, names);
        out.push_str("</svg>");
        out
    }

    /// Writing to a string can't fail.
    fn write_axes(&self, out: &mut String, xs: &Decades, ys: &Decades) {
        out.push_str("<g stroke=\"#e3e7eb\">");
        for x in xs.ticks().map(|value| xs.place(value)) {
            let _ = write!(
                out,
                "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>",
                ys.start, ys.end
            );
        }
        for y in ys.ticks().map(|value| ys.place(value)) {
            let _ = write!(
                out,
                "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
                xs.start, xs.end
            );
        }
        out.push_str("</g>");
        for value in xs.ticks() {
            let (x, y) = (xs.place(value), ys.start + 15.0);
            let name = decade(value);
            let _ = write!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{name}</text>");
        }
        for value in ys.ticks() {
            let (x, y) = (xs.start - 6.0, ys.place(value) + 4.0);
            let name = decade(value);
            let _ = write!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{name}</text>");
        }
        let (middle_x, middle_y) = (f64::midpoint(xs.start, xs.end), f64::midpoint(ys.start, ys.end));
        let _ = write!(
            out,
            "<text x=\"{middle_x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 6.0,
            escaped(self.x)
        );
        let _ = write!(
            out,
            "<text x=\"12\" y=\"{middle_y:.1}\" text-anchor=\"middle\" transform=\"rotate(-90 12 {middle_y:.1})\">{}</text>",
            escaped(self.y)
        );
        if let Some((value, name)) = self.mark.filter(|(value, _)| *value > 0.0) {
            let x = xs.place(value);
            let _ = write!(
                out,
                "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"#1d2329\" stroke-dasharray=\"2 3\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                ys.start,
                ys.end,
                ys.end - 5.0,
                escaped(name)
            );
        }
    }
}

fn decade(value: f64) -> String {
    match value {
        1e9.. => format!("{} G", units::short(value / 1e9)),
        1e6..1e9 => format!("{} M", units::short(value / 1e6)),
        1e3..1e6 => format!("{} k", units::short(value / 1e3)),
        _ => units::short(value),
    }
}

fn write_series(out: &mut String, series: &Series, (points, xs, ys): (&[(f64, f64)], &Decades, &Decades)) {
    let color = COLORS[series.color % COLORS.len()];
    if series.stroke == Stroke::Dots {
        for (x, y) in points {
            let (at_x, at_y) = (xs.place(*x), ys.place(*y));
            let title = format!("{} at {}", units::short(*y), units::short(*x));
            let _ = write!(
                out,
                "<circle cx=\"{at_x:.1}\" cy=\"{at_y:.1}\" r=\"4\" fill=\"{color}\" stroke=\"#fff\"><title>{title}</title></circle>"
            );
        }
        return;
    }
    let places: Vec<String> =
        points.iter().map(|(x, y)| format!("{:.1},{:.1}", xs.place(*x), ys.place(*y))).collect();
    let dashes = if series.stroke == Stroke::Dashed { " stroke-dasharray=\"6 4\"" } else { "" };
    let _ = write!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"{dashes}><title>{}</title></polyline>",
        places.join(" "),
        escaped(series.name)
    );
}

/// Names at the ends of lines, pushed apart where they would lie over each other.
fn write_names(out: &mut String, mut names: Vec<(f64, f64, &Series)>) {
    names.sort_by(|one, next| one.1.total_cmp(&next.1));
    let mut free = f64::MIN;
    for (x, y, series) in names {
        let y = y.max(free);
        free = y + NAMES_APART;
        let color = COLORS[series.color % COLORS.len()];
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" style=\"fill:{color};font-weight:600\">{}</text>",
            x + 7.0,
            y + 4.0,
            escaped(series.name)
        );
    }
}

/// One bar, cut into parts, with a line of explanation for each.
pub(crate) fn stacked_bar(parts: &[(&str, f64)]) -> String {
    let all: f64 = parts.iter().map(|(_, size)| size).sum();
    let full = WIDTH - 20.0;
    let height = 70.0 + 22.0 * parts.len() as f64;
    let mut out =
        format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Bytes on disk by part\">");
    let mut from = 10.0;
    for (place, (name, size)) in parts.iter().enumerate() {
        let share = if all > 0.0 { size / all } else { 0.0 };
        let (width, color) = (full * share, COLORS[place % COLORS.len()]);
        let (shown, part) = (units::bytes(*size), units::percent(share));
        let name = escaped(name);
        let _ = write!(
            out,
            "<rect x=\"{from:.1}\" y=\"12\" width=\"{width:.1}\" height=\"34\" fill=\"{color}\" stroke=\"#fff\"><title>{name}: {shown}</title></rect>"
        );
        from += width;
        let y = 70.0 + 22.0 * place as f64;
        let _ = write!(
            out,
            "<rect x=\"10\" y=\"{:.1}\" width=\"12\" height=\"12\" fill=\"{color}\"/><text x=\"30\" y=\"{y:.1}\">{name}</text>\
             <text x=\"260\" y=\"{y:.1}\" text-anchor=\"end\">{shown}</text><text x=\"330\" y=\"{y:.1}\" text-anchor=\"end\">{part}</text>",
            y - 10.0
        );
    }
    out.push_str("</svg>");
    out
}
