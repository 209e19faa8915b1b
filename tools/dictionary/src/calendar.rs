//! Moments as FHIR writes them.

const DAY_S: i64 = 86_400;

/// Offsets and precisions that servers write.
pub const STYLES: [&str; 6] = ["-05:00", "-04:00", "Z", ".000Z", "+00:00", ".000-05:00"];

/// `2019-05-07`, from seconds since 1970.
pub fn date(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(DAY_S));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2019-05-07T12:34:56` and one of [`STYLES`].
pub fn instant(seconds: i64, style: &str) -> String {
    let of_day = seconds.rem_euclid(DAY_S);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}{style}", date(seconds))
}

/// Year, month and day of the proleptic Gregorian calendar. Years are counted from March here, so that a leap day is the last of
/// its year; 400 of them always have 146,097 days.
fn civil(days_since_1970: i64) -> (i64, i64, i64) {
    let days = days_since_1970 + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (-2_203_891_200, "1900-03-01T00:00:00Z"),
        ] {
            assert_eq!(instant(seconds, "Z"), expected);
        }
    }
}
