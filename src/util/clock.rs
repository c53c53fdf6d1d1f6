//! Time as one camera sees it.
//!
//! A real camera lives in wall time. A virtual one may live faster, so that a
//! 600 s exposure takes a moment. Whoever waits for the *camera* (exposure, settling
//! after a command) waits in camera time; whoever guards against a *host* that is
//! slow (transfer margins, time-outs given by the caller) stays in wall time.

use std::time::{Duration, Instant};

/// A clock that runs at wall speed or at a constant multiple of it. Clones agree.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    speed: f64,
}

impl Clock {
    /// Wall time.
    pub fn real() -> Clock {
        Clock::scaled(1.0)
    }

    /// Camera time that runs `speed` times as fast as wall time. Values that are not
    /// positive and finite count as 1.
    pub fn scaled(speed: f64) -> Clock {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Clock { start: Instant::now(), speed }
    }

    /// Camera seconds per wall second.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Camera time since the clock was made.
    pub fn now(&self) -> Duration {
        self.start.elapsed().mul_f64(self.speed)
    }

    /// The wall time that `camera_time` takes.
    pub fn to_wall(&self, camera_time: Duration) -> Duration {
        camera_time.div_f64(self.speed)
    }

    /// The wall instant at which [`Clock::now`] will reach `camera_time`.
    pub fn instant_at(&self, camera_time: Duration) -> Instant {
        self.start + self.to_wall(camera_time)
    }

    /// Sleeps for `camera_time`.
    pub fn sleep(&self, camera_time: Duration) {
        std::thread::sleep(self.to_wall(camera_time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scaled_clock_runs_faster_and_converts_back() {
        let clock = Clock::scaled(1000.0);
        assert_eq!(clock.to_wall(Duration::from_secs(600)), Duration::from_millis(600));
        let before = clock.now();
        clock.sleep(Duration::from_secs(2));
        assert!(clock.now() - before >= Duration::from_secs(2));
    }

    #[test]
    fn nonsense_speed_is_wall_speed() {
        for speed in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Clock::scaled(speed).speed(), 1.0);
        }
    }
}
