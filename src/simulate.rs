//! The race of one change: a pod that stops against the load balancer that still sends to it.
//!
//! It computes expected values, without random numbers: requests arrive evenly, and the load balancer spreads them evenly over the pods it knows.

use serde::{Deserialize, Serialize};

/// Steps of a simulated second.
const STEPS: u32 = 100;
/// The seconds that the kubelet adds once if the hook used up the grace period.
const EXTENSION: f64 = 2.0;
/// The longest time that is simulated, in seconds.
const LIMIT_SECONDS: u32 = 7200;

/// One change of a workload, and what it races against. All times are in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Race {
    /// Requests per second through the load balancer.
    pub rate: f64,
    /// Pods before the change.
    pub replicas: u32,
    /// The number of pods that a rollout may have above `replicas`.
    pub surge: u32,
    /// The number of pods that may be missing during a rollout.
    pub unavailable: u32,
    /// Pods that are removed and not replaced; with 0 the workload is restarted.
    pub removed: u32,
    /// How long a new pod takes to get an address. It then joins the endpoints, not yet ready.
    pub address: f64,
    /// How long a new pod takes to become ready.
    pub startup: f64,
    /// How long the load balancer takes to act on a change.
    pub lag: f64,
    /// The least time between two of its updates: it acts on the first change, then on all changes of an interval together.
    pub interval: f64,
    /// How long the preStop hook sleeps; 0 without one.
    pub sleep: f64,
    /// How long the program finishes open requests after SIGTERM, while it refuses new ones.
    pub shutdown: f64,
    /// The pod's `terminationGracePeriodSeconds`.
    pub grace: f64,
    /// How long a request takes.
    pub answer: f64,
}

impl Default for Race {
    fn default() -> Self {
        Self {
            rate: 40.0,
            replicas: 3,
            surge: 1,
            unavailable: 0,
            removed: 0,
            address: 0.5,
            startup: 1.5,
            lag: 6.0,
            interval: 0.0,
            sleep: 0.0,
            shutdown: 0.0,
            grace: 30.0,
            answer: 0.0,
        }
    }
}

/// What a [`Race`] costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lost {
    /// The total number of lost requests.
    pub requests: f64,
    /// Requests lost in each second after the change.
    pub by_second: Vec<f64>,
    /// Seconds from a pod's deletion to the end of its program.
    pub gone_after: f64,
}

/// When pods come and go, in seconds after the change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Times {
    /// When each new pod gets an address.
    pub addressed: Vec<f64>,
    /// When each new pod becomes ready.
    pub ready: Vec<f64>,
    /// When each old pod is told to stop.
    pub deleted: Vec<f64>,
}

impl Race {
    /// Seconds from a pod's deletion to the end of its program.
    fn gone_after(&self) -> f64 {
        if self.sleep >= self.grace {
            (self.sleep + self.shutdown).min(self.grace + EXTENSION)
        } else {
            (self.sleep + self.shutdown).min(self.grace)
        }
    }

    /// A change in even steps, as the Deployment controller plans it.
    fn times(&self) -> Times {
        if self.removed > 0 {
            return Times {
                deleted: (0..self.removed.min(self.replicas)).map(|_| 0.0).collect(),
                ..Times::default()
            };
        }
        // `surge + unavailable` new pods start at a time; each that is ready lets an old one stop.
        let wave = (self.surge.saturating_add(self.unavailable)).max(1);
        let begun = |pod: u32| self.startup * f64::from(pod / wave);
        Times {
            addressed: (0..self.replicas)
                .map(|pod| begun(pod) + self.address.min(self.startup))
                .collect(),
            ready: (0..self.replicas)
                .map(|pod| begun(pod) + self.startup)
                .collect(),
            deleted: (0..self.replicas)
                .map(|pod| match pod.checked_sub(self.unavailable) {
                    None => 0.0,
                    Some(after) => begun(after) + self.startup,
                })
                .collect(),
        }
    }

    /// When the load balancer updates: at the first change, and `interval` later if there were more.
    fn looks(&self, times: &Times) -> Vec<f64> {
        let ends = times.deleted.iter().map(|at| at + self.gone_after());
        let all = [&times.addressed, &times.ready, &times.deleted];
        let mut changes: Vec<f64> = all.into_iter().flatten().copied().chain(ends).collect();
        changes.sort_by(f64::total_cmp);
        let mut looks: Vec<f64> = Vec::new();
        for change in changes {
            match looks.last() {
                Some(last) if change <= *last => {}
                Some(last) => looks.push(change.max(last + self.interval)),
                None => looks.push(change),
            }
        }
        looks
    }
}

/// The requests that a change loses.
#[must_use]
pub fn simulate(race: &Race) -> Lost {
    replay(race, &race.times())
}

/// The requests that a change loses if its pods start and stop at these times.
///
/// Not modelled: the moment before a pod gets SIGTERM, retries on another pod, health checks by the load balancer,
/// and connections to a pod that stay open after the load balancer has removed it.
#[must_use]
pub fn replay(race: &Race, times: &Times) -> Lost {
    let gone_after = race.gone_after();
    let refuses_after = race.sleep.min(gone_after);
    let kept = (race.replicas as usize).saturating_sub(times.deleted.len());
    let looks = race.looks(times);
    let end = times.deleted.iter().copied().fold(0.0, f64::max);
    let end = end + 2.0 * (race.lag + race.interval) + 1.0;
    let mut by_second = Vec::new();
    for second in (0..LIMIT_SECONDS).take_while(|second| f64::from(*second) < end) {
        let mut lost = 0.0;
        for step in 0..STEPS {
            let now = f64::from(second) + (f64::from(step) + 0.5) / f64::from(STEPS);
            let known = looks
                .iter()
                .rfind(|look| **look + race.lag <= now)
                .map_or(f64::NEG_INFINITY, |look| *look);
            let (mut targets, mut failing) = (kept, 0_usize);
            targets += times.ready.iter().filter(|ready| **ready <= known).count();
            for deleted in times.deleted.iter().filter(|deleted| known < **deleted) {
                targets += 1;
                // Refused, or cut off when the program ends.
                failing += usize::from(
                    now > deleted + refuses_after || now + race.answer > deleted + gone_after,
                );
            }
            let share = match (targets, failing) {
                (0, _) => 1.0,
                (_, 0) => 0.0,
                _ => count(failing) / count(targets),
            };
            lost += race.rate * share / f64::from(STEPS);
        }
        by_second.push(lost);
    }
    Lost {
        requests: by_second.iter().sum(),
        by_second,
        gone_after,
    }
}

fn count(pods: usize) -> f64 {
    u32::try_from(pods).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(race: &Race) -> f64 {
        simulate(race).requests
    }

    #[test]
    fn without_a_sleep_each_pod_loses_its_share_for_as_long_as_the_lag() {
        let got = lost(&Race::default());
        assert!((got - 240.0).abs() < 3.0, "{got}");
    }

    #[test]
    fn nothing_is_lost_once_the_sleep_covers_the_lag() {
        for (lag, interval) in [(6.0, 0.0), (0.5, 5.5), (0.0, 6.0)] {
            for sleep in [6.1, 10.0] {
                let race = Race {
                    lag,
                    interval,
                    sleep,
                    ..Race::default()
                };
                assert!(lost(&race) < 1e-9, "{race:?}");
            }
        }
    }

    #[test]
    fn a_look_at_an_interval_takes_all_its_changes_in() {
        let race = Race {
            interval: 6.0,
            ..Race::default()
        };
        let times = Times {
            addressed: vec![1.0, 4.0],
            ready: vec![3.0, 6.0],
            deleted: vec![3.0, 20.0],
        };
        // The end of the second pod is a change too, at the same time as its deletion.
        assert_eq!(race.looks(&times), [1.0, 7.0, 20.0]);
    }

    #[test]
    fn a_grace_period_that_is_too_short_ends_answers() {
        let race = Race {
            sleep: 10.0,
            shutdown: 20.0,
            answer: 15.0,
            grace: 15.0,
            ..Race::default()
        };
        assert!(lost(&race) > 50.0);
        assert!(
            lost(&Race {
                grace: 35.0,
                ..race
            }) < 1e-9
        );
    }

    #[test]
    fn the_kubelet_adds_two_seconds_to_a_grace_period_that_the_hook_used_up() {
        let race = Race {
            sleep: 60.0,
            grace: 4.0,
            ..Race::default()
        };
        assert!((simulate(&race).gone_after - 6.0).abs() < 1e-9);
    }

    #[test]
    fn taking_all_pods_away_loses_everything_from_then_on() {
        let race = Race {
            removed: 3,
            lag: 2.0,
            ..Race::default()
        };
        assert!(lost(&race) > 150.0);
    }
}
