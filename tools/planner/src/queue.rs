//! Waiting: for a core, and for the sync that is under way.
//!
//! Requests come at random (Poisson). For a core they wait as in M/G/c: Erlang's C says how many wait at all; how long, on average, is
//! the M/M/c value corrected for the variation of service times (Allen and Cunneen), and those who wait, wait exponentially long.

/// The share of requests that wait for one of `servers`, of which `busy` are busy on average (Erlang's C). 1 from saturation on.
pub fn share_waiting(servers: u32, busy: f64) -> f64 {
    let count = f64::from(servers);
    if busy <= 0.0 {
        return 0.0;
    }
    if servers == 0 || busy >= count {
        return 1.0;
    }
    // Erlang's B, by recursion.
    let blocked = (1..=servers).fold(1.0, |blocked, n| busy * blocked / (f64::from(n) + busy * blocked));
    let utilisation = busy / count;
    blocked / (1.0 - utilisation * (1.0 - blocked))
}

/// How requests wait for a core.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waiting {
    /// The share that waits at all.
    pub share: f64,
    /// How long those wait that do, on average, in microseconds.
    pub mean_us: f64,
}

impl Waiting {
    /// With so many servers, `busy` of them busy, service times of this mean (in microseconds) and squared coefficient of variation.
    /// `None`: more comes than is done, so that the queue grows without end.
    pub fn of(servers: u32, busy: f64, service_us: f64, variation: f64) -> Option<Self> {
        let free = f64::from(servers) - busy;
        if free <= 0.0 {
            return None;
        }
        let mean_us = service_us / free * (1.0 + variation) / 2.0;
        Some(Self { share: share_waiting(servers, busy), mean_us })
    }

    /// The share that waits no longer than this.
    fn within(&self, us: f64) -> f64 {
        if us < 0.0 {
            0.0
        } else if self.mean_us <= 0.0 {
            1.0
        } else {
            1.0 - self.share * (-us / self.mean_us).exp()
        }
    }

    /// What such a share of requests stay below that take one of these times (each with its weight) beside waiting.
    pub fn quantile(&self, times: &[(f64, f64)], share: f64) -> f64 {
        let weight: f64 = times.iter().map(|(_, weight)| weight).sum();
        let longest = times.iter().fold(0.0, |longest: f64, (time, _)| longest.max(*time));
        let below = |us: f64| {
            times.iter().map(|(time, weight)| weight * self.within(us - time)).sum::<f64>() / weight
        };
        if weight <= 0.0 {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, longest + self.mean_us * 40.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if below(middle) < share { low = middle } else { high = middle }
        }
        high
    }
}

/// Syncs shared by all writers who wait: one at a time, and whoever comes meanwhile shares the next.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Syncs {
    /// The share of time that a sync is under way, which is the share of writers who meet one.
    pub busy: f64,
    /// Syncs a second.
    pub rate_s: f64,
    /// Of a commit; 1 where writers come one by one.
    pub a_commit: f64,
}

impl Syncs {
    /// With so many commits a second, and syncs that take so long. A row of syncs without pause ends when nobody came during the
    /// last, so `e^(rate · sync)` syncs follow each other on average, and then nothing happens until the next commit.
    pub fn of(commits_s: f64, sync_us: f64) -> Self {
        let each_s = sync_us / 1e6;
        let load = commits_s * each_s;
        if commits_s <= 0.0 || each_s <= 0.0 {
            return Self { busy: 0.0, rate_s: commits_s.max(0.0), a_commit: 1.0 };
        }
        // Beyond this the share is 1 in every digit.
        let row = load * load.min(50.0).exp();
        let busy = row / (1.0 + row);
        Self { busy, rate_s: busy / each_s, a_commit: (busy / load).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-3 * expected.abs().max(1e-9), "{found} instead of {expected}");
    }

    #[test]
    fn known_shares_of_erlang() {
        // Servers, busy ones, the share that waits; from tables of Erlang's C.
        for (servers, busy, share) in
            [(1, 0.5, 0.5), (1, 0.9, 0.9), (2, 1.0, 1.0 / 3.0), (3, 2.0, 4.0 / 9.0), (10, 8.0, 0.40918)]
        {
            near(share_waiting(servers, busy), share);
        }
        assert_eq!((share_waiting(4, 0.0), share_waiting(4, 4.0), share_waiting(0, 1.0)), (0.0, 1.0, 1.0));
    }

    #[test]
    fn known_waits() {
        // M/M/1 at 0.5: the mean wait of all is one service; M/D/1: half of it.
        for (variation, mean) in [(1.0, 100.0), (0.0, 50.0)] {
            let waiting = Waiting::of(1, 0.5, 100.0, variation).expect("no saturation");
            near(waiting.share * waiting.mean_us, mean);
        }
        assert_eq!(Waiting::of(2, 2.0, 100.0, 1.0), None);
        assert_eq!(Waiting::of(0, 0.0, 100.0, 1.0), None);
    }

    #[test]
    fn quantiles_of_known_sums() {
        let none = Waiting { share: 0.0, mean_us: 0.0 };
        near(none.quantile(&[(7.0, 1.0)], 0.99), 7.0);
        // M/M/1: the time of those who wait is exponential, P(W > t) = share · e^(-t / mean).
        let waiting = Waiting { share: 0.5, mean_us: 100.0 };
        near(waiting.quantile(&[(10.0, 1.0)], 0.99), 10.0 + 100.0 * 50f64.ln());
        assert_eq!(waiting.quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn syncs_are_shared() {
        let alone = Syncs::of(1.0, 1_000.0);
        assert!(alone.a_commit > 0.99 && alone.busy < 0.002, "{alone:?}");
        let crowd = Syncs::of(100_000.0, 1_000.0);
        near(crowd.rate_s, 1_000.0);
        near(crowd.a_commit, 0.01);
        assert_eq!(Syncs::of(0.0, 1_000.0).rate_s, 0.0);
        let rates: Vec<f64> =
            [1.0, 10.0, 100.0, 1e3, 1e4, 1e6].map(|rate| Syncs::of(rate, 500.0).rate_s).into();
        assert!(rates.is_sorted() && rates[5] <= 2_000.0, "{rates:?}");
    }
}
