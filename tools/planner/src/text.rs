//! The report for people, in lines.

use std::fmt::Write;

use crate::Report;
use crate::tables::{self, Table};

pub(crate) fn page(report: &Report) -> String {
    let mut text = String::from("Fornax capacity plan\n\n");
    // Writing to a string can't fail.
    let _ = writeln!(text, "{}", tables::workload(report));
    let figures: Vec<String> =
        tables::answer(report).iter().map(|(figure, of)| format!("{figure} {of}")).collect();
    let _ = writeln!(text, "Recommended: {}.", figures.join(", "));
    for note in &report.notes {
        let _ = writeln!(text, "Note: {note}");
    }
    for table in tables::all(report) {
        text.push('\n');
        write_table(&mut text, &table);
    }
    text
}

fn write_table(text: &mut String, table: &Table) {
    let _ = writeln!(text, "{}", table.title);
    if !table.about.is_empty() {
        let _ = writeln!(text, "  {}", table.about);
    }
    let lines = || std::iter::once(&table.head).chain(&table.rows);
    let width = |column: usize| lines().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table.head.len()).map(width).collect();
    for cells in lines() {
        text.push(' ');
        for (at, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let _ = if at == 0 { write!(text, " {cell:<width$}") } else { write!(text, "  {cell:>width$}") };
        }
        text.push('\n');
    }
}
