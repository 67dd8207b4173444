//! Where a photo says it was taken, and how far that is from the shop.

use serde::{Deserialize, Serialize};

/// A place as the camera gives it, by custom in WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gps {
    /// Degrees, north positive, −90 to 90.
    pub latitude: f64,
    /// Degrees, east positive, −180 to 180.
    pub longitude: f64,
    /// Metres above sea level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude_m: Option<f64>,
    /// Horizontal error in metres, as the camera estimates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
}

impl Gps {
    /// A place without altitude and accuracy; `None` where it cannot be on Earth.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let gps = Self {
            latitude,
            longitude,
            altitude_m: None,
            accuracy_m: None,
        };
        gps.is_on_earth().then_some(gps)
    }

    /// Whether the coordinates are in range; what came over the wire must be asked this.
    #[must_use]
    pub fn is_on_earth(&self) -> bool {
        // Comparisons with NaN are false, so NaN is refused too.
        self.latitude.abs() <= 90.0 && self.longitude.abs() <= 180.0
    }
}

/// Mean radius of the Earth (IUGG), in metres.
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Great-circle distance in metres (haversine, on a sphere: within 0.6 % of the ellipsoid).
/// Altitude is left out. NaN if a place is not on Earth.
#[must_use]
pub fn distance_m(a: &Gps, b: &Gps) -> f64 {
    if !a.is_on_earth() || !b.is_on_earth() {
        return f64::NAN;
    }
    let latitude = (b.latitude - a.latitude).to_radians() / 2.0;
    let longitude = (b.longitude - a.longitude).to_radians() / 2.0;
    let chord = latitude.sin().powi(2)
        + a.latitude.to_radians().cos() * b.latitude.to_radians().cos() * longitude.sin().powi(2);
    // Rounding may carry antipodes a hair above 1, where the arc sine has no value.
    2.0 * EARTH_RADIUS_M * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: f64, longitude: f64) -> Gps {
        Gps::new(latitude, longitude).unwrap()
    }

    #[test]
    fn distances_that_are_known() {
        assert_eq!(distance_m(&at(31.2, 121.5), &at(31.2, 121.5)), 0.0);
        // A degree of a great circle.
        let degree = EARTH_RADIUS_M.to_radians();
        assert!((distance_m(&at(0.0, 0.0), &at(1.0, 0.0)) - degree).abs() < 1e-6);
        assert!((distance_m(&at(0.0, 179.5), &at(0.0, -179.5)) - degree).abs() < 1e-3);
        assert!((distance_m(&at(60.0, 10.0), &at(60.0, 11.0)) - degree / 2.0).abs() < 10.0);
        let half_round = EARTH_RADIUS_M * std::f64::consts::PI;
        assert!((distance_m(&at(90.0, 0.0), &at(-90.0, 77.0)) - half_round).abs() < 1e-3);
        // Beijing to Shanghai, city centres: about 1,068 km.
        let km = distance_m(&at(39.9042, 116.4074), &at(31.2304, 121.4737)) / 1000.0;
        assert!((1_060.0..1_075.0).contains(&km), "{km}");
    }

    #[test]
    fn places_off_the_earth_are_refused() {
        for (latitude, longitude) in [
            (90.1, 0.0),
            (-91.0, 0.0),
            (0.0, 180.5),
            (f64::NAN, 0.0),
            (0.0, f64::INFINITY),
        ] {
            assert_eq!(Gps::new(latitude, longitude), None);
        }
        let nowhere = Gps {
            latitude: f64::NAN,
            ..at(0.0, 0.0)
        };
        assert!(distance_m(&nowhere, &at(0.0, 0.0)).is_nan());
    }
}
