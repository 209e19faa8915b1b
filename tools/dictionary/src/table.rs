//! Facts about codes, one a line.

use std::collections::BTreeMap;

use crate::ToolError;

/// Rows of named columns. The first rows are taken more often.
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<&'static str>>,
}

/// All tables by name.
pub type Tables = BTreeMap<&'static str, Table>;

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../tables/", $name, ".tsv")))),*]
    };
}

const TEXTS: &[(&str, &str)] = embedded!(
    "adjudications",
    "allergies",
    "answers",
    "careplans",
    "conditions",
    "devices",
    "documents",
    "encounters",
    "families",
    "givens",
    "goals",
    "imaging",
    "labs",
    "languages",
    "medications",
    "organizations",
    "panels",
    "places",
    "plans",
    "procedures",
    "races",
    "specialties",
    "streets",
    "surveys",
    "vaccines",
    "vitals",
);

impl Table {
    /// All tables, as embedded.
    pub fn all() -> Result<Tables, ToolError> {
        TEXTS.iter().map(|(name, text)| Ok((*name, Self::parse(name, text)?))).collect()
    }

    /// Tab-separated: a line of column names, then the rows.
    fn parse(name: &str, text: &'static str) -> Result<Self, ToolError> {
        let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let columns = lines.next().ok_or_else(|| ToolError::Table(format!("{name}: no columns")))?;
        let rows: Vec<_> = lines.collect();
        if rows.is_empty() {
            return Err(ToolError::Table(format!("{name}: no rows")));
        }
        if let Some(row) = rows.iter().find(|row| row.len() != columns.len()) {
            return Err(ToolError::Table(format!("{name}: {row:?} has not the columns {columns:?}")));
        }
        Ok(Self { columns, rows })
    }

    /// The rows.
    pub fn rows(&self) -> &[Vec<&'static str>] {
        &self.rows
    }

    /// Where a column stands in each row.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| *column == name)
    }
}
