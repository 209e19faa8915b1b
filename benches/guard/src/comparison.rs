//! What has become of each scenario since it was put on record.

use std::collections::BTreeSet;
use std::fmt;

use crate::counts::Counts;

/// By how much a count may differ from the one on record, in percent.
const PERCENT: u128 = 10;

/// How a scenario stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Within 10 % of what is on record.
    Kept,
    /// It takes over 10 % more.
    Grown,
    /// It takes over 10 % less: worth putting on record.
    Shrunk,
    /// It is not on record.
    Unrecorded,
    /// It is on record only.
    Missing,
}

impl Standing {
    fn of(before: Option<u64>, now: Option<u64>) -> Self {
        let (Some(before), Some(now)) = (before, now) else {
            return if now.is_some() { Self::Unrecorded } else { Self::Missing };
        };
        let (before, now) = (u128::from(before), u128::from(now));
        match now * 100 {
            scaled if scaled > before * (100 + PERCENT) => Self::Grown,
            scaled if scaled < before * (100 - PERCENT) => Self::Shrunk,
            _ => Self::Kept,
        }
    }

    fn remark(self) -> &'static str {
        match self {
            Self::Kept => "",
            Self::Grown => "grown",
            Self::Shrunk => "shrunk",
            Self::Unrecorded => "not on record",
            Self::Missing => "on record only",
        }
    }
}

#[derive(Debug)]
struct Row {
    name: String,
    before: Option<u64>,
    now: Option<u64>,
    standing: Standing,
}

/// All scenarios, those that ran and those on record, by name. Shown as a Markdown table.
#[derive(Debug)]
pub struct Comparison {
    rows: Vec<Row>,
    /// Whether both were counted with the same toolchain.
    is_comparable: bool,
}

impl Comparison {
    /// Of what is on record with what was counted now.
    pub fn new(recorded: &Counts, counted: &Counts) -> Self {
        let (before, now) = (&recorded.instructions, &counted.instructions);
        let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        let row = |name: &String| {
            let (before, now) = (before.get(name).copied(), now.get(name).copied());
            Row { name: name.clone(), before, now, standing: Standing::of(before, now) }
        };
        Self {
            rows: names.into_iter().map(row).collect(),
            is_comparable: recorded.toolchain == counted.toolchain,
        }
    }

    /// The scenarios that stand so.
    pub fn standing(&self, standing: Standing) -> Vec<&str> {
        let rows = self.rows.iter().filter(|row| row.standing == standing);
        rows.map(|row| row.name.as_str()).collect()
    }

    /// Whether counts were made with the toolchain that is on record: else they tell nothing of the code.
    pub fn is_comparable(&self) -> bool {
        self.is_comparable
    }

    /// Whether the change is to be refused: a count has grown, or the record does not name the scenarios that there are.
    pub fn is_refused(&self) -> bool {
        self.rows.iter().any(|row| match row.standing {
            Standing::Kept | Standing::Shrunk => false,
            Standing::Grown => self.is_comparable,
            Standing::Unrecorded | Standing::Missing => true,
        })
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "| scenario | before | now | ratio | |\n|---|---:|---:|---:|---|")?;
        for Row { name, before, now, standing } in &self.rows {
            let (ratio, remark) = (ratio(*before, *now), standing.remark());
            writeln!(out, "| {name} | {} | {} | {ratio} | {remark} |", grouped(*before), grouped(*now))?;
        }
        Ok(())
    }
}

fn ratio(before: Option<u64>, now: Option<u64>) -> String {
    match (before, now) {
        (Some(before), Some(now)) if before > 0 => format!("{:.3}", now as f64 / before as f64),
        _ => String::new(),
    }
}

/// In groups of three digits.
fn grouped(count: Option<u64>) -> String {
    let Some(count) = count else { return String::new() };
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::Toolchain;

    fn counts(rustc: &str, rows: &[(&str, u64)]) -> Counts {
        let toolchain = Toolchain { architecture: "x86_64".into(), rustc: rustc.into() };
        Counts {
            toolchain,
            instructions: rows.iter().map(|(name, count)| ((*name).into(), *count)).collect(),
        }
    }

    #[test]
    fn each_scenario_stands_as_its_counts_say() {
        use Standing::{Grown, Kept, Missing, Shrunk, Unrecorded};
        for (before, now, standing, is_refused) in [
            (Some(1000), Some(1000), Kept, false),
            (Some(1000), Some(1100), Kept, false),
            (Some(1000), Some(1101), Grown, true),
            (Some(1000), Some(900), Kept, false),
            (Some(1000), Some(899), Shrunk, false),
            (Some(0), Some(0), Kept, false),
            (Some(0), Some(1), Grown, true),
            (Some(u64::MAX), Some(u64::MAX), Kept, false),
            (None, Some(5), Unrecorded, true),
            (Some(5), None, Missing, true),
        ] {
            let side = |count: Option<u64>| {
                let row = count.map(|count| ("a", count));
                counts("1", row.as_slice())
            };
            let comparison = Comparison::new(&side(before), &side(now));
            assert_eq!(comparison.standing(standing), ["a"], "{before:?} {now:?}");
            assert_eq!(comparison.is_refused(), is_refused, "{before:?} {now:?}");
        }
    }

    #[test]
    fn counts_of_another_toolchain_refuse_nothing() {
        let comparison = Comparison::new(&counts("1", &[("a", 10)]), &counts("2", &[("a", 20)]));
        assert!(!comparison.is_comparable());
        assert_eq!(comparison.standing(Standing::Grown), ["a"]);
        assert!(!comparison.is_refused());

        let renamed = Comparison::new(&counts("1", &[("a", 10)]), &counts("2", &[("b", 10)]));
        assert!(renamed.is_refused(), "a record of other scenarios is wrong under any toolchain");
    }

    #[test]
    fn the_table_has_a_row_for_each_name_on_either_side() {
        let comparison = Comparison::new(
            &counts("1", &[("both", 1_000_000), ("old", 7)]),
            &counts("1", &[("both", 1_250_000), ("new", 12_345)]),
        );
        let table = "\
| scenario | before | now | ratio | |
|---|---:|---:|---:|---|
| both | 1,000,000 | 1,250,000 | 1.250 | grown |
| new |  | 12,345 |  | not on record |
| old | 7 |  |  | on record only |
";
        assert_eq!(comparison.to_string(), table);
    }
}
