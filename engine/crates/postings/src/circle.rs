//! Circles on the globe.

/// Degrees in a column: so many to one degree.
pub const TO_A_DEGREE: f64 = 1e9;

/// The mean radius of the earth, in metres.
const EARTH_M: f64 = 6_371_008.8;

/// All places within a distance of one, on a sphere; the earth's own shape differs by up to half a hundredth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// Of its centre, in degrees to the north.
    pub latitude: f64,
    /// Of its centre, in degrees to the east.
    pub longitude: f64,
    /// Its radius, in metres.
    pub radius_m: f64,
}

impl Circle {
    /// Whether a place lies in it: its latitude and longitude, [`TO_A_DEGREE`] to a degree.
    pub fn holds(&self, latitude: i64, longitude: i64) -> bool {
        let radians = |degrees: f64| degrees.to_radians();
        let (latitude, longitude) = (latitude as f64 / TO_A_DEGREE, longitude as f64 / TO_A_DEGREE);
        let (north, east) =
            (radians(latitude - self.latitude) / 2.0, radians(longitude - self.longitude) / 2.0);
        let squares =
            north.sin().powi(2) + radians(self.latitude).cos() * radians(latitude).cos() * east.sin().powi(2);
        2.0 * EARTH_M * squares.sqrt().min(1.0).asin() <= self.radius_m
    }

    /// The least and the greatest latitude that can lie in it.
    pub fn latitudes(&self) -> (i64, i64) {
        let reach = (self.radius_m / EARTH_M).to_degrees() + 1e-6;
        let scaled = |degrees: f64| (degrees * TO_A_DEGREE) as i64;
        (scaled(self.latitude - reach), scaled(self.latitude + reach))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paris, and how far others are from it by the same formula: London 343.6 km, Berlin 877.5 km.
    #[test]
    fn distances_are_those_on_a_sphere() {
        let at = |degrees: f64| (degrees * TO_A_DEGREE) as i64;
        let check = |radius_km: f64, latitude: f64, longitude: f64, expected: bool| {
            let circle = Circle { latitude: 48.8566, longitude: 2.3522, radius_m: radius_km * 1e3 };
            assert_eq!(circle.holds(at(latitude), at(longitude)), expected, "{radius_km} {latitude}");
            let (least, greatest) = circle.latitudes();
            assert!(!expected || (least..=greatest).contains(&at(latitude)));
        };
        check(344.0, 51.5074, -0.1278, true);
        check(343.0, 51.5074, -0.1278, false);
        check(878.0, 52.52, 13.405, true);
        check(877.0, 52.52, 13.405, false);
        check(0.0, 48.8566, 2.3522, true);
        // Across the date line, and over a pole.
        let circle = Circle { latitude: 0.0, longitude: 179.9, radius_m: 30e3 };
        assert!(circle.holds(at(0.0), at(-179.9)));
        let circle = Circle { latitude: 89.9, longitude: 0.0, radius_m: 30e3 };
        assert!(circle.holds(at(89.9), at(180.0)));
    }
}
