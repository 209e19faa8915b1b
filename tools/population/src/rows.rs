//! Tables as they are embedded: a line of column names, then the rows, tabs between.

use std::str::FromStr;

use crate::PopulationError;

/// A table's rows, still as text.
pub struct Rows {
    name: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<&'static str>>,
}

/// One row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    rows: &'a Rows,
    cells: &'a [&'static str],
}

impl Rows {
    /// Cuts a table up.
    pub fn parse(name: &'static str, text: &'static str) -> Result<Self, PopulationError> {
        let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let columns = lines.next().ok_or_else(|| PopulationError::Table(format!("{name}: no columns")))?;
        let rows: Vec<_> = lines.collect();
        if rows.is_empty() {
            return Err(PopulationError::Table(format!("{name}: no rows")));
        }
        if let Some(row) = rows.iter().find(|row| row.len() != columns.len()) {
            return Err(PopulationError::Table(format!("{name}: {row:?} has not the columns {columns:?}")));
        }
        Ok(Self { name, columns, rows })
    }

    /// Makes something of each row.
    pub fn each<T>(
        &self,
        make: impl FnMut(Row<'_>) -> Result<T, PopulationError>,
    ) -> Result<Vec<T>, PopulationError> {
        self.rows.iter().map(|cells| Row { rows: self, cells }).map(make).collect()
    }
}

impl Row<'_> {
    /// A cell.
    pub fn text(self, column: &str) -> Result<&'static str, PopulationError> {
        let at = self.rows.columns.iter().position(|name| *name == column);
        at.map(|at| self.cells[at]).ok_or_else(|| self.wrong(column))
    }

    /// A cell that holds something of another form.
    pub fn number<T: FromStr>(self, column: &str) -> Result<T, PopulationError> {
        self.text(column)?.parse().map_err(|_| self.wrong(column))
    }

    /// The parts between a cell's commas; none of an empty cell.
    pub fn parts(self, column: &str) -> Result<Vec<&'static str>, PopulationError> {
        Ok(self.text(column)?.split(',').filter(|part| !part.is_empty()).collect())
    }

    /// What is to be said of a cell that is wrong.
    pub fn wrong(self, column: &str) -> PopulationError {
        PopulationError::Table(format!("{}: {column} of {:?}", self.rows.name, self.cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_table() {
        for text in ["", "a\tb", "a\tb\n1"] {
            assert!(Rows::parse("t", text).is_err(), "{text:?}");
        }
        let rows = Rows::parse("t", "a\tb\n1\tx,y\n2\t").unwrap();
        assert_eq!(rows.each(|row| row.number::<u8>("a")).unwrap(), [1, 2]);
        assert_eq!(rows.each(|row| row.parts("b")).unwrap(), [vec!["x", "y"], vec![]]);
        assert!(rows.each(|row| row.number::<u8>("b")).is_err());
        assert!(rows.each(|row| row.text("c")).is_err());
    }
}
