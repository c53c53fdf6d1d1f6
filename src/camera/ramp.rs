//! The ramp against thermal shock: leads the cooler to where the program wants it, no
//! faster than so many degrees a minute, down and up.
//!
//! The camera regulates by itself; the ramp only moves its set-point, every two seconds
//! of camera time, on a thread that lives as long as the set-point moves. The set-point
//! never runs far ahead of the measured temperature. Where the sensor no longer follows
//! (the cooler gives all it can, or is off already) the ramp is over. It is not a
//! regulator: what the camera does with a set-point is the camera's.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::model::Model;
use crate::wire::In;
use crate::wire::status::decode_temperature_c;

use super::link::Link;
use super::plan::{self, Step};
use super::settings::Cooling;
use super::{Error, ErrorKind, Result};

/// Slowest and fastest ramp, degrees a minute.
pub(super) const SLOWEST: f64 = 0.1;
pub(super) const FASTEST: f64 = 60.0;
/// Camera time between two steps. A step that comes late is not made up for.
const STEP: Duration = Duration::from_secs(2);
const LONGEST_STEP: Duration = Duration::from_secs(4);
/// Least wall time between two steps, for cameras that live fast.
const LEAST: Duration = Duration::from_millis(1);
/// The set-point is at most this far ahead of the sensor.
const LEAD_C: f64 = 3.0;
/// Near the goal a step is this part of what is left a second, so that the camera's
/// regulator does not overshoot.
const EASE_S: f64 = 30.0;
const SLOWEST_C_PER_S: f64 = 0.01;
/// Nearer is there.
const THERE_C: f64 = 0.05;
/// The sensor no longer follows if it moves less than this in this time.
const STALL_C: f64 = 0.3;
const STALL_S: f64 = 60.0;
/// A degree is worth this much power where the cooler is strongest: two degrees of its
/// 35 for a 35th of its power (by the law of the virtual cooler).
const PWM_PER_C: f64 = 255.0 / 70.0;

/// The cooler as the host knows it, shared with the ramp's thread.
pub(super) struct Cooler {
    pub(super) state: Mutex<CoolingState>,
    changed: Condvar,
}

pub(super) struct CoolingState {
    /// What the program ordered last.
    pub(super) order: Cooling,
    /// What the camera was told last.
    pub(super) sent: Cooling,
    /// Last manual power, 0..=255.
    pub(super) pwm: f64,
    /// Most degrees a minute; `None`: orders go out as they are.
    pub(super) limit: Option<f64>,
    pub(super) ramp: Option<Ramp>,
    /// Ends when the ramp does.
    thread: Option<JoinHandle<()>>,
    /// The thread has not left.
    runs: bool,
    closed: bool,
}

impl Cooler {
    pub(super) fn new() -> Cooler {
        let state = CoolingState {
            order: Cooling::Untouched,
            sent: Cooling::Untouched,
            pwm: 0.0,
            limit: None,
            ramp: None,
            thread: None,
            runs: false,
            closed: false,
        };
        Cooler { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Ends the ramp where it is; the camera keeps its last set-point.
    pub(super) fn close(&self) {
        let thread = {
            let mut state = self.state.lock();
            state.closed = true;
            state.ramp = None;
            state.thread.take()
        };
        self.changed.notify_all();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl CoolingState {
    /// Carries an order out, at once or gently.
    pub(super) fn take(
        &mut self,
        order: Cooling,
        cooler: &Arc<Cooler>,
        link: &Link,
        model: &'static Model,
    ) -> Result<()> {
        if self.closed {
            return Err(Error::new(ErrorKind::State, "the camera is closed"));
        }
        // Programs repeat their order every second.
        if self.limit.is_some() && order == self.order && (self.ramp.is_some() || self.sent == order) {
            return Ok(());
        }
        let start = match self.limit {
            Some(_) => self.start_of_ramp(order, link)?,
            None => None,
        };
        let first = start.unwrap_or(order);
        send(link, model, first)?;
        self.sent = first;
        self.ramp = start.map(|at| Ramp::new(at, order));
        if self.ramp.is_some() && !self.runs {
            self.start_thread(cooler, link, model)?;
        }
        self.order = order;
        if let Cooling::Power(pwm) = order {
            self.pwm = pwm;
        }
        Ok(())
    }

    /// From where a ramp leads to an order; `None` if there is no way to go, or none that
    /// is known: the power with which the camera regulates is not on the wire.
    fn start_of_ramp(&self, order: Cooling, link: &Link) -> Result<Option<Cooling>> {
        let sensor = || link.ask(In::Temperature).map(decode_temperature_c);
        Ok(match (self.sent, order) {
            (Cooling::Target(set_c), Cooling::Target(_)) => Some(Cooling::Target(near(set_c, sensor()?))),
            (Cooling::Target(set_c), Cooling::Power(0.0)) => Some(Cooling::Target(near(set_c, sensor()?))),
            // It may be cold from before it was opened.
            (Cooling::Untouched, Cooling::Power(0.0)) => Some(Cooling::Target(sensor()?)),
            (_, Cooling::Target(_)) => Some(Cooling::Target(sensor()?)),
            (Cooling::Untouched, Cooling::Power(_)) => Some(Cooling::Power(0.0)),
            (Cooling::Power(from), Cooling::Power(pwm)) if from != pwm => Some(Cooling::Power(from)),
            _ => None,
        })
    }

    fn start_thread(&mut self, cooler: &Arc<Cooler>, link: &Link, model: &'static Model) -> Result<()> {
        let (cooler, link) = (cooler.clone(), link.clone());
        let thread = std::thread::Builder::new()
            .name("qhyccd-cooling".into())
            .spawn(move || lead(&cooler, &link, model))
            .map_err(|e| {
                self.ramp = None;
                Error::new(ErrorKind::Internal, format!("no thread for the cooler: {e}"))
            })?;
        self.runs = true;
        if let Some(before) = self.thread.replace(thread) {
            // It has left, but for its last instructions.
            let _ = before.join();
        }
        Ok(())
    }
}

/// The thread: a step, a pause, until there is no ramp any more.
fn lead(cooler: &Cooler, link: &Link, model: &Model) {
    let clock = link.clock();
    let mut last = clock.now();
    loop {
        let until = Instant::now() + clock.to_wall(STEP).max(LEAST);
        {
            let mut state = cooler.state.lock();
            while !state.closed && Instant::now() < until {
                cooler.changed.wait_until(&mut state, until);
            }
            if state.ramp.is_none() {
                state.runs = false;
                return;
            }
        }
        // Not under the lock: the camera may take its time.
        let sensor = link.ask(In::Temperature).map(decode_temperature_c);
        let now = clock.now();
        let passed = (now - std::mem::replace(&mut last, now)).min(LONGEST_STEP);

        let mut state = cooler.state.lock();
        let taken = sensor.and_then(|sensor_c| state.step(passed, sensor_c, link, model));
        if let Err(error) = taken {
            log::debug!("cooling ramp: {error}");
            if error.kind() == ErrorKind::Lost {
                state.ramp = None;
            }
        }
    }
}

impl CoolingState {
    fn step(&mut self, passed: Duration, sensor_c: f64, link: &Link, model: &Model) -> Result<()> {
        let (Some(mut ramp), Some(limit)) = (self.ramp, self.limit) else {
            self.ramp = None;
            return Ok(());
        };
        let over = ramp.step(limit, passed.as_secs_f64(), sensor_c);
        let next = if over { ramp.goal } else { ramp.at };
        if plan::cooling(model, next) != plan::cooling(model, self.sent) {
            send(link, model, next)?;
        }
        self.sent = next;
        self.ramp = (!over).then_some(ramp);
        Ok(())
    }
}

pub(super) fn send(link: &Link, model: &Model, cooling: Cooling) -> Result<()> {
    for step in plan::cooling(model, cooling) {
        if let Step::Send(request) = step {
            link.send(&request)?;
        }
    }
    Ok(())
}

fn near(set_c: f64, sensor_c: f64) -> f64 {
    set_c.clamp(sensor_c - LEAD_C, sensor_c + LEAD_C)
}

/// A way from one order to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    at: Cooling,
    goal: Cooling,
    /// While the set-point waits for the sensor: for how long, and how warm it was.
    waits: Option<(f64, f64)>,
}

impl Ramp {
    fn new(at: Cooling, goal: Cooling) -> Ramp {
        Ramp { at, goal, waits: None }
    }

    /// The set-point, while the camera regulates.
    pub(super) fn set_point_c(&self) -> Option<f64> {
        match self.at {
            Cooling::Target(set_c) => Some(set_c),
            _ => None,
        }
    }

    /// Goes on for so many seconds; true if it is over.
    fn step(&mut self, limit_c_per_min: f64, passed_s: f64, sensor_c: f64) -> bool {
        let limit = limit_c_per_min / 60.0;
        match (self.at, self.goal) {
            (Cooling::Target(set_c), goal) => {
                // Off is warmer than anything.
                let left = if let Cooling::Target(goal_c) = goal { goal_c - set_c } else { f64::INFINITY };
                let speed = (left.abs() / EASE_S).max(SLOWEST_C_PER_S).min(limit);
                let wanted = left.signum() * (speed * passed_s).min(left.abs());
                let room = (LEAD_C - (set_c - sensor_c) * left.signum()).max(0.0);
                let moved = wanted.signum() * wanted.abs().min(room);
                self.at = Cooling::Target(set_c + moved);
                (left - moved).abs() < THERE_C
                    || self.has_stalled(moved.abs() < 0.5 * wanted.abs(), passed_s, sensor_c)
            }
            (Cooling::Power(pwm), Cooling::Power(goal)) => {
                let step = limit * PWM_PER_C * passed_s;
                let next = pwm + (goal - pwm).clamp(-step, step);
                self.at = Cooling::Power(next);
                next == goal
            }
            _ => true,
        }
    }

    fn has_stalled(&mut self, held: bool, passed_s: f64, sensor_c: f64) -> bool {
        self.waits = match self.waits {
            _ if !held => None,
            Some((since_s, was_c)) if (sensor_c - was_c).abs() < STALL_C => Some((since_s + passed_s, was_c)),
            _ => Some((0.0, sensor_c)),
        };
        self.waits.is_some_and(|(since_s, _)| since_s >= STALL_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sensor that follows its set-point with a delay, between the ends of its cooler.
    fn follow(ramp: &mut Ramp, limit: f64, mut sensor_c: f64, ends_c: [f64; 2]) -> (f64, Vec<f64>) {
        let mut points = Vec::new();
        for n in 0..20_000 {
            let over = ramp.step(limit, 2.0, sensor_c);
            let Cooling::Target(set_c) = ramp.at else { panic!("{ramp:?}") };
            points.push(set_c);
            if over {
                return (2.0 * f64::from(n), points);
            }
            sensor_c += (set_c.clamp(ends_c[0], ends_c[1]) - sensor_c) * 2.0 / 20.0;
        }
        panic!("never over: {ramp:?} at {sensor_c}");
    }

    #[test]
    fn the_set_point_goes_no_faster_than_the_limit_and_ends_at_the_goal() {
        for (from, goal, limit) in
            [(20.0, -10.0, 5.0), (-10.0, 15.0, 0.5), (0.0, -5.0, 60.0), (3.0, 3.0, 1.0)]
        {
            let mut ramp = Ramp::new(Cooling::Target(from), Cooling::Target(goal));
            let (seconds, points) = follow(&mut ramp, limit, from, [-60.0, 60.0]);
            for pair in points.windows(2) {
                assert!((pair[1] - pair[0]).abs() <= limit / 30.0 + 1e-9, "{pair:?}");
            }
            assert!((points.last().unwrap() - goal).abs() < THERE_C);
            let straight_s = f64::abs(goal - from) / limit * 60.0;
            // Over a little before the goal, counted from the first step on.
            let before_s = THERE_C / limit * 60.0 + 2.0;
            assert!(seconds >= straight_s - before_s, "{goal}: {seconds} {straight_s}");
            assert!(seconds <= 1.1 * straight_s + 200.0, "{goal}: {seconds} {straight_s}");
        }
    }

    #[test]
    fn where_the_sensor_no_longer_follows_the_ramp_is_over() {
        // Deeper than the cooler reaches.
        let mut ramp = Ramp::new(Cooling::Target(20.0), Cooling::Target(-50.0));
        let (_, points) = follow(&mut ramp, 5.0, 20.0, [-15.0, 20.0]);
        let last = points.last().unwrap();
        assert!((-18.5..-15.0).contains(last), "{last}");
        // Off, from the cold.
        let mut ramp = Ramp::new(Cooling::Target(-15.0), Cooling::Power(0.0));
        let (seconds, points) = follow(&mut ramp, 5.0, -15.0, [-15.0, 20.0]);
        let last = points.last().unwrap();
        assert!((20.0..23.5).contains(last), "{last}");
        assert!(seconds >= 7.0 * 60.0, "{seconds}");
    }

    #[test]
    fn power_moves_by_its_worth_in_degrees() {
        let mut ramp = Ramp::new(Cooling::Power(0.0), Cooling::Power(255.0));
        let mut seconds = 0.0;
        while !ramp.step(7.0, 2.0, 20.0) {
            seconds += 2.0;
        }
        assert_eq!(ramp.at, Cooling::Power(255.0));
        // 70 degrees at 7 a minute.
        assert!((596.0..=600.0).contains(&seconds), "{seconds}");
    }
}
