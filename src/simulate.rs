//! The race of one change: a pod that stops against the load balancer that still sends to it.
//!
//! Expected values, not dice: requests come evenly, and the load balancer spreads them evenly over the pods it knows.

use serde::{Deserialize, Serialize};

/// Steps of a simulated second.
const STEPS: u32 = 100;
/// What the kubelet adds once to a grace period that the hook used up.
const EXTENSION: f64 = 2.0;
/// No change is followed for longer.
const LIMIT_SECONDS: u32 = 7200;

/// One change of a workload, and what it races against. All times are seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Race {
    /// Requests per second through the load balancer.
    pub rate: f64,
    /// Pods before the change.
    pub replicas: u32,
    /// How many pods the rollout may have above `replicas`.
    pub surge: u32,
    /// How many pods the rollout may lack.
    pub unavailable: u32,
    /// Pods that are taken away without a successor; with 0 the workload is restarted.
    pub removed: u32,
    /// How long a new pod takes to be ready.
    pub startup: f64,
    /// How far the load balancer is behind.
    pub lag: f64,
    /// Whether it takes the first change in at once and the next ones together `lag` later, instead of each one `lag` later.
    pub batched: bool,
    /// How long the preStop hook sleeps; 0 without one.
    pub sleep: f64,
    /// How long the program goes on after SIGTERM.
    pub shutdown: f64,
    /// The pod's `terminationGracePeriodSeconds`.
    pub grace: f64,
    /// How long an answer takes.
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
            startup: 1.5,
            lag: 6.0,
            batched: false,
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
    /// Requests lost in all.
    pub requests: f64,
    /// Requests lost in each second after the change.
    pub by_second: Vec<f64>,
    /// Seconds from a pod's deletion to the end of its program.
    pub gone_after: f64,
}

/// When a pod comes and goes, from the view of the cluster.
struct Pod {
    ready: f64,
    deleted: f64,
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

    fn pods(&self) -> Vec<Pod> {
        let never = f64::from(LIMIT_SECONDS) * 2.0;
        let old = |deleted| Pod {
            ready: -never,
            deleted,
        };
        if self.removed > 0 {
            let kept = self.replicas.saturating_sub(self.removed);
            return (0..self.replicas)
                .map(|pod| old(if pod < kept { never } else { 0.0 }))
                .collect();
        }
        // As many new pods come at a time as the rollout may have too many or too few; each that is ready lets an old one go.
        let wave = (self.surge.saturating_add(self.unavailable)).max(1);
        (0..self.replicas)
            .flat_map(|pod| {
                let ready = self.startup * f64::from(pod / wave + 1);
                let deleted = match pod.checked_sub(self.unavailable) {
                    None => 0.0,
                    Some(after) => self.startup * f64::from(after / wave + 1),
                };
                [
                    old(deleted),
                    Pod {
                        ready,
                        deleted: never,
                    },
                ]
            })
            .collect()
    }

    /// The time whose state of the cluster the load balancer goes by at `now`.
    fn known(&self, now: f64) -> f64 {
        if self.batched && self.lag > 0.0 {
            (now / self.lag).floor() * self.lag
        } else {
            now - self.lag
        }
    }
}

/// The requests that a change is expected to lose.
#[must_use]
pub fn simulate(race: &Race) -> Lost {
    let gone_after = race.gone_after();
    let pods = race.pods();
    let end = pods
        .iter()
        .map(|pod| pod.deleted)
        .filter(|deleted| *deleted <= f64::from(LIMIT_SECONDS))
        .fold(0.0, f64::max);
    let end = end + 2.0 * race.lag + 1.0;
    let mut by_second = Vec::new();
    for second in (0..LIMIT_SECONDS).take_while(|second| f64::from(*second) < end) {
        let mut lost = 0.0;
        for step in 0..STEPS {
            let now = f64::from(second) + (f64::from(step) + 0.5) / f64::from(STEPS);
            let known = race.known(now);
            let (mut targets, mut failing) = (0_u32, 0_u32);
            for pod in pods
                .iter()
                .filter(|pod| pod.ready <= known && known < pod.deleted)
            {
                targets += 1;
                // In the middle of an answer when the program ends, or sent to a pod that is gone.
                failing += u32::from(now + race.answer > pod.deleted + gone_after);
            }
            let share = match targets {
                0 => 1.0,
                targets => f64::from(failing) / f64::from(targets),
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
        for batched in [false, true] {
            for sleep in [6.1, 10.0] {
                let race = Race {
                    batched,
                    sleep,
                    ..Race::default()
                };
                assert!(lost(&race) < 1e-9, "{race:?}");
            }
        }
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
