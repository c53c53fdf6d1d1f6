//! When to look again at the counter that tells how much of a frame is in the camera's
//! memory.
//!
//! Each look is a control request, and each moment too late is lost. The counter rises
//! evenly while the sensor is read out, so two readings tell when it will be at its end.
//! Pure: it is told what was read when.

use std::time::{Duration, Instant};

/// Pause before the counter has risen: at first and at most.
const FIRST: Duration = Duration::from_millis(1);
const MOST: Duration = Duration::from_millis(20);
/// No pause is shorter, however near the end is.
const LEAST: Duration = Duration::from_micros(500);
/// A counter that says the same for so long is at rest.
const REST: Duration = Duration::from_millis(1);
/// What two readings tell is trusted for so long; beyond that for a part of the time, and
/// never for longer than this: a counter may rise in steps.
const NEAR: Duration = Duration::from_millis(20);
const TRUSTED_PART: f64 = 0.9;
const FAR: Duration = Duration::from_millis(100);

/// A frame on its way into the camera's memory.
#[derive(Debug)]
pub(super) struct Fill {
    whole: u32,
    enough: u32,
    /// The first reading above zero, and the last of all.
    first: Option<(Instant, u32)>,
    last: Option<(Instant, u32)>,
    pause: Duration,
}

/// What a reading means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The frame is there.
    Done,
    /// Look again after so long.
    Again(Duration),
}

impl Fill {
    /// For a frame of `whole` units, of which the counter may never show the last `missing`.
    pub(super) fn new(whole: u32, missing: u32) -> Fill {
        let enough = whole.saturating_sub(missing).max(1);
        Fill { whole, enough, first: None, last: None, pause: FIRST }
    }

    /// The counter showed so many units.
    pub(super) fn seen(&mut self, units: u32, now: Instant) -> Look {
        let at_rest = self.last.is_some_and(|(then, before)| before == units && now >= then + REST);
        if units >= self.whole.max(1) || (units >= self.enough && at_rest) {
            return Look::Done;
        }
        if self.last.is_none_or(|(_, before)| before != units) {
            self.last = Some((now, units));
        }
        if units >= self.enough {
            return Look::Again(REST);
        }
        if let Some(left) = self.time_left(units, now) {
            let pause = if left > NEAR { left.mul_f64(TRUSTED_PART) } else { left };
            return Look::Again(pause.clamp(LEAST, FAR));
        }
        if units > 0 && self.first.is_none() {
            self.first = Some((now, units));
        }
        let pause = self.pause;
        self.pause = (pause * 5 / 4).min(MOST);
        Look::Again(pause)
    }

    /// Time until the frame is there, if the counter goes on as it did; `None` if it did not
    /// rise or has fallen.
    fn time_left(&mut self, units: u32, now: Instant) -> Option<Duration> {
        let (then, before) = self.first?;
        if units < before {
            self.first = None;
        }
        let risen = units.checked_sub(before).filter(|risen| *risen > 0)?;
        // Standing still, it tells nothing of the end.
        self.last.filter(|(seen, _)| *seen == now)?;
        let left = f64::from(self.whole - units) / f64::from(risen);
        Some((now - then).mul_f64(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT_BYTES: f64 = 2048.0;

    /// Plays a read-out that begins after `blank_us` and takes `row_us` a row; gives the
    /// number of looks and how late the end was seen.
    fn play(rows: u32, blank_us: f64, row_us: f64, short_by: u32) -> (u32, Duration) {
        let units_of = |rows: f64| (rows * 19_200.0 / UNIT_BYTES) as u32;
        let whole = units_of(f64::from(rows));
        let start = Instant::now();
        let mut fill = Fill::new(whole, 100);
        let (mut time_us, mut looks) = (0.0, 0);
        loop {
            looks += 1;
            let done = ((time_us - blank_us) / row_us).floor().clamp(0.0, f64::from(rows));
            let units = units_of(done).min(whole - short_by);
            match fill.seen(units, start + Duration::from_secs_f64(time_us / 1e6)) {
                Look::Done => break,
                // A sleep and a request take their time.
                Look::Again(pause) => time_us += pause.as_secs_f64() * 1e6 + 150.0,
            }
            assert!(looks < 10_000);
        }
        let end_us = blank_us + f64::from(rows) * row_us;
        (looks, Duration::from_secs_f64((time_us - end_us).max(0.0) / 1e6))
    }

    #[test]
    fn few_looks_find_the_end_soon() {
        for rows in [1, 100, 300, 1080, 3211, 6456] {
            for row_us in [39.0, 62.0, 112.0, 310.0] {
                let (looks, late) = play(rows, 46.0 * row_us, row_us, 0);
                assert!(looks <= 32, "{rows} rows of {row_us} us: {looks} looks");
                let most = if rows == 1 { 5_000 } else { 1_500 };
                assert!(late < Duration::from_micros(most), "{rows} rows of {row_us} us: {late:?} late");
            }
        }
    }

    #[test]
    fn a_counter_that_never_shows_the_last_units_is_at_rest() {
        for rows in [300, 6456] {
            let (looks, late) = play(rows, 2852.0, 62.0, 90);
            assert!(looks <= 20 && late < Duration::from_millis(5), "{rows} rows: {looks} looks, {late:?}");
        }
        // Short of what is enough, rest is not the end.
        let mut fill = Fill::new(1000, 100);
        let start = Instant::now();
        for ms in 0..2000 {
            assert_ne!(fill.seen(899, start + Duration::from_millis(ms)), Look::Done);
        }
    }

    #[test]
    fn a_frame_that_is_there_needs_one_look() {
        assert_eq!(Fill::new(60_525, 100).seen(60_526, Instant::now()), Look::Done);
        // Not even one unit: the marker alone counts as one.
        assert_eq!(Fill::new(0, 100).seen(1, Instant::now()), Look::Done);
        assert_ne!(Fill::new(0, 100).seen(0, Instant::now()), Look::Done);
    }

    #[test]
    fn whatever_the_counter_shows_pauses_are_bounded() {
        let start = Instant::now();
        let mut fill = Fill::new(60_525, 100);
        for (step, units) in [5, 9, 3, 3, 0, 60_000, 1, 2, 2, 59_000].into_iter().enumerate() {
            let now = start + Duration::from_millis(7 * step as u64);
            let Look::Again(pause) = fill.seen(units, now) else { panic!("step {step}") };
            assert!(pause >= LEAST && pause <= FAR, "step {step}: {pause:?}");
        }
    }
}
