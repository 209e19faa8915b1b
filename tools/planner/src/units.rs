//! Figures as people read them.

/// Microseconds: `87 us`, `3.2 ms`, `41 s`.
pub(crate) fn time(us: f64) -> String {
    match us {
        ..1e3 => format!("{} us", short(us)),
        1e3..1e6 => format!("{} ms", short(us / 1e3)),
        1e6..7.2e9 => format!("{} s", short(us / 1e6)),
        _ => format!("{} h", short(us / 3.6e9)),
    }
}

/// The same where there may be none, since the machine does not keep up.
pub(crate) fn time_or_none(us: Option<f64>) -> String {
    us.map_or_else(|| "-".to_owned(), time)
}

/// Bytes: `900 B`, `1.5 KiB`, `38 GiB`.
pub(crate) fn bytes(bytes: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut scaled = bytes;
    let mut unit = 0;
    while scaled >= 1_024.0 && unit + 1 < units.len() {
        scaled /= 1_024.0;
        unit += 1;
    }
    format!("{} {}", short(scaled), units[unit])
}

/// So many a second.
pub(crate) fn rate(a_second: f64) -> String {
    format!("{}/s", short(a_second))
}

/// A share as percent.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// How many times as much.
pub(crate) fn factor(factor: f64) -> String {
    format!("{} x", short(factor))
}

/// Two or three digits that count; thousands apart.
pub(crate) fn short(figure: f64) -> String {
    let size = figure.abs();
    if size < 1e-9 {
        "0".to_owned()
    } else if size >= 100.0 {
        whole(figure.round())
    } else if size >= 10.0 {
        trimmed(format!("{figure:.1}"))
    } else {
        // Two digits that count, however small it is.
        let digits = (1.0 - size.log10().floor()).clamp(1.0, 9.0) as usize;
        trimmed(format!("{figure:.digits$}"))
    }
}

fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A whole number, thousands apart.
pub(crate) fn whole(figure: f64) -> String {
    let digits = format!("{:.0}", figure.abs());
    let mut out = if figure < 0.0 { "-".to_owned() } else { String::new() };
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

    #[test]
    fn figures_read_well() {
        for (us, text) in [
            (0.0, "0 us"),
            (87.4, "87.4 us"),
            (999.0, "999 us"),
            (3_210.0, "3.2 ms"),
            (41e6, "41 s"),
            (7.2e9, "2 h"),
        ] {
            assert_eq!(time(us), text);
        }
        for (size, text) in [(900.0, "900 B"), (1_536.0, "1.5 KiB"), (38.0 * 1_073_741_824.0, "38 GiB")] {
            assert_eq!(bytes(size), text);
        }
        for (figure, text) in
            [(0.000_012, "0.000012"), (1.0, "1"), (12.34, "12.3"), (1_234_567.0, "1,234,567"), (0.5, "0.5")]
        {
            assert_eq!(short(figure), text);
        }
        assert_eq!(
            (percent(0.256), whole(-1_000.0), rate(20.0)),
            ("26 %".into(), "-1,000".into(), "20/s".into())
        );
    }
}
