//! How a figure grows with the resources stored.

use serde::Serialize;

/// The law that measured figures follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Growth {
    /// Always the same.
    Flat,
    /// By the same amount each time that there is twice as much.
    Logarithmic,
    /// In proportion: something is looked through.
    Linear,
}

impl Growth {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Logarithmic => "logarithmic",
            Self::Linear => "linear",
        }
    }
}

/// Growth below this share, over all calibrated sizes, is noise.
const NOISE: f64 = 0.15;

/// A figure by size, laid through measured points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// The law.
    pub growth: Growth,
    /// The figure where the law's argument is 0.
    pub start: f64,
    /// What the law's argument is multiplied with.
    pub slope: f64,
}

impl Fit {
    /// Through (size, figure), of which there may be any number, in ascending order of sizes. What falls or hardly changes is flat.
    /// A linear law is taken only where the figure at least doubled and it fits much better than a logarithmic one, or where there are
    /// but two points and the figure grew nearly as fast as the size: else noise would be multiplied.
    pub fn of(points: &[(f64, f64)]) -> Self {
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return Self::flat(0.0);
        };
        let mean = points.iter().map(|(_, figure)| figure).sum::<f64>() / points.len() as f64;
        if last.0 <= first.0 || last.1 <= first.1 {
            return Self::flat(if last.1 < first.1 { last.1 } else { mean });
        }
        if last.1 - first.1 <= NOISE * mean {
            return Self::flat(mean);
        }
        let logarithmic = Self::least_squares(Growth::Logarithmic, points);
        let linear = Self::least_squares(Growth::Linear, points);
        let is_linear = if points.len() > 2 {
            last.1 >= 2.0 * first.1 && linear.misses(points) * 4.0 < logarithmic.misses(points)
        } else {
            first.1 > 0.0 && last.1 / first.1 > 0.75 * (last.0 / first.0)
        };
        if is_linear { linear } else { logarithmic }
    }

    /// The figure at a size; never below 0.
    pub fn at(&self, size: f64) -> f64 {
        (self.start + self.slope * argument(self.growth, size)).max(0.0)
    }

    fn flat(start: f64) -> Self {
        Self { growth: Growth::Flat, start, slope: 0.0 }
    }

    fn least_squares(growth: Growth, points: &[(f64, f64)]) -> Self {
        let count = points.len() as f64;
        let argument = |size| argument(growth, size);
        let mean_x = points.iter().map(|(size, _)| argument(*size)).sum::<f64>() / count;
        let mean_y = points.iter().map(|(_, figure)| figure).sum::<f64>() / count;
        let (mut both, mut squares) = (0.0, 0.0);
        for (size, figure) in points {
            let x = argument(*size) - mean_x;
            both += x * (figure - mean_y);
            squares += x * x;
        }
        let slope = if squares > 0.0 { (both / squares).max(0.0) } else { 0.0 };
        Self { growth, start: mean_y - slope * mean_x, slope }
    }

    /// The sum of squared distances.
    fn misses(&self, points: &[(f64, f64)]) -> f64 {
        points.iter().map(|(size, figure)| (self.at(*size) - figure).powi(2)).sum()
    }
}

fn argument(growth: Growth, size: f64) -> f64 {
    match growth {
        Growth::Flat => 0.0,
        Growth::Logarithmic => size.max(1.0).ln(),
        Growth::Linear => size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(points: &[(f64, f64)], growth: Growth, (size, figure): (f64, f64)) {
        let fit = Fit::of(points);
        assert_eq!(fit.growth, growth, "{points:?}");
        assert!((fit.at(size) - figure).abs() < 1e-6 * figure.max(1.0), "{points:?}: {}", fit.at(size));
    }

    #[test]
    fn laws_are_found() {
        check(&[], Growth::Flat, (1e6, 0.0));
        check(&[(100.0, 5.0)], Growth::Flat, (1e6, 5.0));
        check(&[(100.0, 5.0), (1e4, 5.2)], Growth::Flat, (1e6, 5.1));
        check(&[(100.0, 9.0), (1e4, 5.0)], Growth::Flat, (1e6, 5.0));
        check(&[(100.0, 5.0), (1e4, 7.0)], Growth::Logarithmic, (1e6, 9.0));
        check(&[(100.0, 5.0), (1e3, 6.0), (1e4, 7.0)], Growth::Logarithmic, (1e6, 9.0));
        check(&[(100.0, 1.0), (1e4, 100.0)], Growth::Linear, (1e6, 1e4));
        check(&[(100.0, 2.0), (1e3, 11.0), (1e4, 101.0)], Growth::Linear, (1e5, 1001.0));
        check(&[(1e3, 3.9), (4e3, 4.0), (1.6e4, 5.6)], Growth::Logarithmic, (4e3, 4.5));
        // The same size twice, and figures without growth.
        check(&[(100.0, 5.0), (100.0, 7.0)], Growth::Flat, (1e6, 6.0));
        check(&[(100.0, 0.0), (1e4, 0.0)], Growth::Flat, (1e6, 0.0));
    }
}
