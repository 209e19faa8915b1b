//! The report as one HTML page: styles and drawings within, nothing from elsewhere; it prints in black and white as well.

use std::fmt::Write;

use crate::chart::{Chart, Series, Stroke, stacked_bar};
use crate::tables::{self, Table};
use crate::{Kind, PerKind, Report};

const STYLE: &str = "\
:root{color-scheme:light}\
body{font:15px/1.5 system-ui,sans-serif;color:#1d2329;background:#fff;max-width:62rem;margin:2rem auto;padding:0 1.25rem}\
h1{font-size:1.7rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .25rem}\
p{margin:.25rem 0 .75rem;color:#4a545e;max-width:50rem}\
.answer{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.25rem 0;padding:0;list-style:none}\
.answer li{border:1px solid #d5dbe1;border-radius:.5rem;padding:.6rem 1rem;min-width:7.5rem}\
.answer b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}\
.answer span{color:#4a545e;font-size:.85rem}\
.notes{border-left:4px solid #c96a00;background:#fff7ec;padding:.5rem 1rem;margin:1rem 0;list-style:none}\
.scroll{overflow-x:auto}\
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}\
th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #e3e7eb;white-space:nowrap}\
th:first-child,td:first-child{text-align:left;padding-left:0}thead th{color:#4a545e;font-weight:600}\
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(24rem,1fr));gap:1rem 1.5rem}\
figure{margin:1rem 0 0}figcaption{font-weight:600}figcaption small{display:block;font-weight:400;color:#4a545e}\
svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:#4a545e}\
@media (max-width:30rem){.charts{grid-template-columns:1fr}}\
@media print{body{margin:0;max-width:none;font-size:11px}section,figure,li{break-inside:avoid}.scroll{overflow:visible}\
h2{break-after:avoid}.charts{grid-template-columns:1fr 1fr}}";

/// The whole page.
pub(crate) fn page(report: &Report) -> String {
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    out.push_str("<title>Fornax capacity plan</title><style>");
    out.push_str(STYLE);
    out.push_str("</style></head><body>\n<h1>Fornax capacity plan</h1>");
    // Writing to a string can't fail.
    let _ = write!(out, "<p>{}</p>\n<ul class=\"answer\">", escaped(&tables::workload(report)));
    for (figure, of) in tables::answer(report) {
        let _ = write!(out, "<li><b>{}</b><span>{}</span></li>", escaped(&figure), escaped(of));
    }
    out.push_str("</ul>\n");
    if !report.notes.is_empty() {
        out.push_str("<ul class=\"notes\">");
        for note in &report.notes {
            let _ = write!(out, "<li>{}</li>", escaped(note));
        }
        out.push_str("</ul>\n");
    }
    out.push_str("<div class=\"charts\">\n");
    for (title, about, drawing) in drawings(report) {
        let _ = writeln!(
            out,
            "<figure><figcaption>{}<small>{}</small></figcaption>{drawing}</figure>",
            escaped(title),
            escaped(about)
        );
    }
    out.push_str("</div>\n");
    for table in tables::all(report) {
        write_table(&mut out, &table);
    }
    out.push_str("</body></html>\n");
    out
}

/// Text as an element or an attribute holds it.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

fn write_table(out: &mut String, table: &Table) {
    let _ = write!(out, "<section><h2>{}</h2>", escaped(table.title));
    if !table.about.is_empty() {
        let _ = write!(out, "<p>{}</p>", escaped(&table.about));
    }
    out.push_str("<div class=\"scroll\"><table><thead><tr>");
    for cell in &table.head {
        let _ = write!(out, "<th>{}</th>", escaped(cell));
    }
    out.push_str("</tr></thead><tbody>");
    for cells in &table.rows {
        out.push_str("<tr>");
        for cell in cells {
            let _ = write!(out, "<td>{}</td>", escaped(cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div></section>\n");
}

fn drawings(report: &Report) -> [(&'static str, &'static str, String); 5] {
    [
        (
            "Throughput against latency",
            "The asked mix at other rates on this machine: 99th percentile; dots are what the check measured, with clients on the same cores.",
            throughput(report),
        ),
        (
            "Growth",
            "The server's CPU for a request of a kind by itself: dots are calibrated, dashes extrapolated up to the workload.",
            growth(report),
        ),
        ("Storage by part", "Bytes on disk for the workload.", storage(report)),
        (
            "Sync cost: latency of writes",
            "Writes alone on this machine: median and 99th percentile.",
            sync_latency(report),
        ),
        (
            "Sync cost: syncs and writes",
            "Those who wait share the next sync, so syncs level off where the disk is always at it.",
            sync_rate(report),
        ),
    ]
}

fn throughput(report: &Report) -> String {
    let mut series = Vec::new();
    let pages = report.workload.requests_s(report.calibration.page_resources);
    let asked: f64 = pages.iter().map(|(_, rate)| rate).sum();
    for (place, kind) in Kind::ALL.into_iter().enumerate() {
        let points = report
            .load_curve
            .iter()
            .filter_map(|point| point.p99_us.of(kind).map(|us| (point.requests_s, us / 1e3)));
        series.push(Series {
            name: kind.name(),
            color: place,
            stroke: Stroke::Solid,
            points: points.collect(),
        });
        let measured = report.checks.iter().filter_map(|check| {
            let total: f64 = check.kinds.iter().filter_map(|(_, of)| of.map(|of| of.requests_s)).sum();
            check.kinds.of(kind).map(|of| (total, of.p99_us.measured / 1e3))
        });
        series.push(Series { name: "", color: place, stroke: Stroke::Dots, points: measured.collect() });
    }
    Chart { x: "requests a second", y: "p99, ms", mark: (asked > 0.0).then_some((asked, "asked")), series }
        .svg()
}

fn growth(report: &Report) -> String {
    let (largest, asked) = (report.calibration.largest().max(1.0), report.workload.resources().max(1.0));
    let smallest = report.calibration.sizes.first().map_or(1.0, |size| size.resources.max(1) as f64);
    let mut series = Vec::new();
    for (place, kind) in Kind::ALL.into_iter().enumerate() {
        let fit = report.cpu_growth.of(kind);
        let line = |from: f64, to: f64| {
            (0..=12).map(|n| from * (to / from).powf(f64::from(n) / 12.0)).map(|x| (x, fit.at(x))).collect()
        };
        // The name stands at the end of what is drawn last.
        let is_beyond = asked > largest;
        let name = if is_beyond { "" } else { kind.name() };
        let solid = line(smallest, largest);
        series.push(Series { name, color: place, stroke: Stroke::Solid, points: solid });
        if is_beyond {
            let (name, points) = (kind.name(), line(largest, asked));
            series.push(Series { name, color: place, stroke: Stroke::Dashed, points });
        }
        let dots = report.calibration.points(|size| size.calls.of(kind).server_cpu_us);
        series.push(Series { name: "", color: place, stroke: Stroke::Dots, points: dots });
    }
    Chart { x: "resources stored", y: "CPU, us", mark: Some((asked, "asked")), series }.svg()
}

fn storage(report: &Report) -> String {
    stacked_bar(&report.here.disk.named())
}

fn sync_latency(report: &Report) -> String {
    let line = |of: fn(&crate::SyncPoint) -> Option<f64>| -> Vec<(f64, f64)> {
        let points = report.sync_curve.iter();
        points.filter_map(|point| of(point).map(|us| (point.writes_s, us / 1e3))).collect()
    };
    let series = vec![
        Series { name: "p50", color: 0, stroke: Stroke::Solid, points: line(|point| point.p50_us) },
        Series { name: "p99", color: 1, stroke: Stroke::Solid, points: line(|point| point.p99_us) },
    ];
    write_chart(report, "latency, ms", series)
}

fn sync_rate(report: &Report) -> String {
    let points = report.sync_curve.iter().map(|point| (point.writes_s, point.syncs_s)).collect();
    let series = vec![Series { name: "syncs", color: 2, stroke: Stroke::Solid, points }];
    write_chart(report, "syncs a second", series)
}

fn write_chart(report: &Report, title: &'static str, series: Vec<Series>) -> String {
    let PerKind { write, .. } = report.workload.rates_s;
    Chart { x: "writes a second", y: title, mark: (write > 0.0).then_some((write, "asked")), series }.svg()
}
