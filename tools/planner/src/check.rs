//! What was predicted for a run, beside what the run measured.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::{Forecast, Kind, Latencies, PerKind};

/// One run of the asked mix, at rates that keep the cores of this machine busy to a share that was chosen, clients included.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// The share.
    pub utilisation_asked: f64,
    /// How long it ran, in seconds.
    pub run_s: f64,
    /// The share of the cores that it could have that the process kept busy.
    pub utilisation: Compared,
    /// By kind; absent where too few were asked for to say anything.
    pub kinds: PerKind<Option<KindCheck>>,
}

/// Requests of one kind in a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KindCheck {
    /// Requests a second.
    pub requests_s: f64,
    /// How many there were.
    pub calls: u64,
    /// The median from the moment that a request was to begin, in microseconds.
    pub p50_us: Compared,
    /// The same of the 99th percentile.
    pub p99_us: Compared,
}

/// A figure as it was predicted and as it was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// What the model said.
    pub predicted: f64,
    /// What the run showed.
    pub measured: f64,
}

/// Fewer calls have no 99th percentile.
const CALLS_MIN: u64 = 20;

impl Compared {
    /// How far the prediction is off, in percent of what was measured; absent where nothing was.
    pub fn error_percent(&self) -> Option<f64> {
        (self.measured > 0.0).then(|| (self.predicted / self.measured - 1.0) * 100.0)
    }
}

impl Serialize for Compared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Compared", 3)?;
        out.serialize_field("predicted", &self.predicted)?;
        out.serialize_field("measured", &self.measured)?;
        out.serialize_field("error_percent", &self.error_percent())?;
        out.end()
    }
}

impl Check {
    /// Of a run's forecast and of what was measured: how busy the cores were, and the latencies by kind.
    pub fn of(
        utilisation_asked: f64,
        forecast: &Forecast,
        (run_s, utilisation, latencies): (f64, f64, &PerKind<Latencies>),
    ) -> Self {
        let kind = |kind: Kind| {
            let (found, expected) = (latencies.of(kind), forecast.kinds.of(kind));
            if found.calls < CALLS_MIN {
                return None;
            }
            let compared =
                |predicted: Option<f64>, measured| Some(Compared { predicted: predicted?, measured });
            Some(KindCheck {
                requests_s: expected.requests_s,
                calls: found.calls,
                p50_us: compared(expected.p50_us, found.p50_us)?,
                p99_us: compared(expected.p99_us, found.p99_us)?,
            })
        };
        Self {
            utilisation_asked,
            run_s,
            utilisation: Compared { predicted: forecast.utilisation, measured: utilisation },
            kinds: PerKind::from_fn(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_of_what_was_measured() {
        for (predicted, measured, error) in
            [(110.0, 100.0, Some(10.0)), (50.0, 100.0, Some(-50.0)), (1.0, 0.0, None)]
        {
            let found = Compared { predicted, measured }.error_percent();
            assert_eq!(found.map(f64::round), error);
        }
        let json = serde_json::to_string(&Compared { predicted: 1.0, measured: 0.0 }).expect("JSON");
        assert_eq!(json, r#"{"predicted":1.0,"measured":0.0,"error_percent":null}"#);
    }
}
