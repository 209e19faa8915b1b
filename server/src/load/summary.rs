//! What a load came to, as a table.

use std::fmt::Write;

use super::ledger::{Account, Counts};

/// A line for each resource type, and one for all.
pub(crate) fn table(account: &Account) -> String {
    let mut text = String::new();
    write_line(&mut text, "", ["created", "updated", "existing", "deleted", "refused"].map(str::to_owned));
    let mut all = Counts::default();
    for (name, counts) in &account.types {
        write_line(&mut text, name, figures(counts));
        all.created += counts.created;
        all.updated += counts.updated;
        all.existing += counts.existing;
        all.deleted += counts.deleted;
        all.refused += counts.refused;
    }
    write_line(&mut text, "all", figures(&all));
    text
}

fn figures(counts: &Counts) -> [String; 5] {
    [counts.created, counts.updated, counts.existing, counts.deleted, counts.refused]
        .map(|count| count.to_string())
}

fn write_line(text: &mut String, name: &str, [created, updated, existing, deleted, refused]: [String; 5]) {
    // Writing to a string can't fail.
    let _ =
        writeln!(text, "{name:<32} {created:>10} {updated:>10} {existing:>10} {deleted:>10} {refused:>10}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_summed() {
        let mut account = Account::default();
        account.types.insert("Basic".to_owned(), Counts { created: 2, refused: 1, ..Counts::default() });
        account.types.insert("Patient".to_owned(), Counts { created: 3, existing: 4, ..Counts::default() });
        let text = table(&account);
        let last: Vec<&str> = text.lines().last().expect("a line").split_whitespace().collect();
        assert_eq!(last, ["all", "5", "0", "4", "0", "1"]);
        assert_eq!(text.lines().count(), 4);
    }
}
