//! Trigger socket, bursts and frame detection: register sequences as they were observed.
//! What most registers do is not known; their order and the waits are kept.

use std::collections::BTreeMap;

use parking_lot::MutexGuard;

use crate::wire::{Command, In, Out, fpga, trigger as bits};

use super::camera::Turn;
use super::plan::{Step, fpga as write, wait_ms};
use super::state::Op;
use super::{Camera, Error, ErrorKind, Result, StreamMode};

/// Ticks of the filter clock in a millisecond, the unit of the filter setting (ticks observed,
/// unit public: documents of the vendor's interface).
const FILTER_TICKS: u64 = 25_000;
/// The longest filter time of the same documents.
const LONGEST_FILTER_MS: u32 = 100_000;
/// Two registers cleared when the trigger goes off or its output mode changes; names and
/// use are not known.
const OUTPUT_A: [u16; 2] = [0x2D, 0x2E];
/// Frame detection: strobe, its partner, index, enable, value.
const DETECT_STROBE: u16 = 0xE4;
const DETECT_STROBE_HIGH: u16 = 0xE5;
const DETECT_INDEX: u16 = 0xDF;
const DETECT_ENABLE: u16 = 0xDE;
const DETECT_VALUE: u16 = 0xE0;

/// What is on, or was set, and is sent again after an initialisation; in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kept {
    Trigger,
    Output,
    Filter,
    BurstRange,
    PatchNumber,
    FrameCount,
    Burst,
    DetectPos,
    DetectCode,
    DetectOn,
}

/// What becomes of an order when the camera is initialised again.
enum Then {
    /// It was for once.
    Nothing,
    /// It is sent again, in place of the last of its kind.
    Again(Kept),
    /// The last of its kind is not sent any more.
    NotAgain(Kept),
}

/// What the caller has set.
#[derive(Default)]
pub(super) struct TriggerSetup {
    socket: Socket,
    kept: BTreeMap<Kept, Vec<Step>>,
}

/// How triggers come in.
#[derive(Clone, Copy)]
struct Socket {
    filter: TriggerFilter,
    filter_on: bool,
    /// The SMA socket, not the GPIO one.
    sma: bool,
    /// Exposures wait for a trigger.
    waits: bool,
}

impl Default for Socket {
    fn default() -> Socket {
        Socket { filter: TriggerFilter(1), filter_on: false, sma: false, waits: false }
    }
}

impl Socket {
    /// The trigger register with these bits of its own.
    fn register(&self, bits: u8) -> Step {
        let sma = if self.sma { bits::SMA } else { 0 };
        let filter = if self.filter_on { bits::FILTER } else { 0 };
        write(fpga::TRIGGER, u16::from(bits | sma | filter))
    }
}

impl TriggerSetup {
    /// All of it once more.
    pub(super) fn steps(&self) -> Vec<Step> {
        self.kept.values().flatten().cloned().collect()
    }

    /// True if exposures wait for a trigger.
    pub(super) fn waits(&self) -> bool {
        self.socket.waits
    }

    /// True if the camera counts its frames from the first on: a trigger or a burst begins
    /// anew.
    pub(super) fn frames_count_on(&self) -> bool {
        !self.kept.contains_key(&Kept::Trigger) && !self.kept.contains_key(&Kept::Burst)
    }
}

/// The filter setting in milliseconds, which the trigger sequences send again.
#[derive(Clone, Copy)]
struct TriggerFilter(u32);

impl TriggerFilter {
    fn steps(&self) -> impl Iterator<Item = Step> + use<> {
        let ticks = (FILTER_TICKS * u64::from(self.0)).to_be_bytes();
        (fpga::TRIGGER_FILTER..).zip(ticks.into_iter().skip(3)).map(|(r, byte)| write(r, u16::from(byte)))
    }
}

/// 0, a pause, 1.
fn soft_trigger() -> [Step; 3] {
    [write(fpga::SOFT_TRIGGER, 0), wait_ms(200), write(fpga::SOFT_TRIGGER, 1)]
}

fn burst_range(start: u16, end: u16) -> [Step; 3] {
    let [high, low] = end.to_be_bytes();
    [
        write(fpga::BURST_START, start),
        write(fpga::BURST_END, u16::from(high)),
        write(fpga::BURST_END + 1, u16::from(low)),
    ]
}

/// The frames of a burst that the trigger sequences order.
const TRIGGER_BURST: (u16, u16) = (1, 3);

fn trigger_out(on: bool) -> Step {
    Step::Send(Out::Command(Command::TriggerOut { on }))
}

/// Makes the camera wait for a trigger, in place of the order that starts an exposure.
pub(super) fn arm() -> impl Iterator<Item = Step> {
    [0, 1, 0].into_iter().flat_map(|value| [write(fpga::BURST_IDLE, value), wait_ms(20)])
}

/// Input on; `output` is sent on the way.
fn trigger_in(socket: &Socket, output: Option<Step>) -> Vec<Step> {
    let mut steps = Vec::new();
    if !socket.filter_on {
        let shortest = [0, 0, 0, 10];
        steps
            .extend((fpga::TRIGGER_FILTER + 1..).zip(shortest).map(|(register, byte)| write(register, byte)));
    }
    steps.push(socket.register(bits::IN | bits::OUT));
    steps.extend(output);
    steps.extend([write(fpga::OUTPUT_MODE, 2), write(fpga::GPS, 1)]);
    steps.extend(burst_range(TRIGGER_BURST.0, TRIGGER_BURST.1));
    steps.push(write(fpga::BURST_ON, 1));
    steps.extend(socket.filter.steps());
    steps.extend(soft_trigger());
    steps.push(wait_ms(1000));
    steps.extend(soft_trigger());
    steps
}

fn trigger_off(stream: StreamMode) -> Vec<Step> {
    let mut steps: Vec<Step> = OUTPUT_A.map(|register| write(register, 0)).into();
    steps.push(write(fpga::OUTPUT_MODE, 5));
    steps.extend(burst_range(TRIGGER_BURST.0, TRIGGER_BURST.1));
    if stream == StreamMode::Live {
        steps.push(write(fpga::BURST_ON, 0));
    }
    steps.push(write(fpga::TRIGGER, 0));
    steps
}

fn detect(index: u16, value: u32) -> Vec<Step> {
    let [b0, b1, b2, b3] = value.to_be_bytes().map(u16::from);
    vec![
        write(DETECT_STROBE, 0),
        write(DETECT_STROBE_HIGH, 0),
        write(DETECT_INDEX, index),
        write(DETECT_ENABLE, 1),
        write(DETECT_VALUE + 3, b3),
        write(DETECT_VALUE + 2, b2),
        write(DETECT_VALUE + 1, b1),
        write(DETECT_VALUE, b0),
        write(DETECT_STROBE, 8),
        write(DETECT_STROBE, 0),
    ]
}

fn on_off(kind: Kept, on: bool) -> Then {
    if on { Then::Again(kind) } else { Then::NotAgain(kind) }
}

/// Trigger, bursts, frame detection. What is on or was set is sent again after an
/// initialisation.
impl Camera {
    fn registers(&self, then: Then, steps: impl FnOnce(&mut Socket) -> Vec<Step>) -> Result<()> {
        let mut turn = self.trigger_turn()?;
        let steps = steps(&mut turn.trigger.socket);
        self.keep(&mut turn, then, &steps);
        self.run(&mut turn, steps)
    }

    fn keep(&self, turn: &mut Turn, then: Then, steps: &[Step]) {
        match then {
            Then::Nothing => {}
            Then::Again(kind) => drop(turn.trigger.kept.insert(kind, steps.to_vec())),
            Then::NotAgain(kind) => drop(turn.trigger.kept.remove(&kind)),
        }
        self.trust_numbers(turn.trigger.frames_count_on());
    }

    fn trigger_turn(&self) -> Result<MutexGuard<'_, Turn>> {
        let turn = self.turn.lock();
        self.allow(Op::Registers)?;
        if !self.model().has.trigger {
            let text = format!("a {} has no trigger", self.model().name);
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        Ok(turn)
    }

    /// Sends `before`, forgets the frames that have left the sensor until then, and sends
    /// `after`. The camera counts its frames anew in a burst, and so does the stream.
    fn new_burst(&self, then: Then, before: Vec<Step>, after: impl IntoIterator<Item = Step>) -> Result<()> {
        let mut turn = self.trigger_turn()?;
        self.keep(&mut turn, then, &before);
        let Some(stream) = self.running_stream() else {
            self.run(&mut turn, before)?;
            return self.run(&mut turn, after);
        };
        let plan = stream.plan();
        stream.hold();
        let stale_bytes = self.run(&mut turn, before).and_then(|()| self.stale_bytes(&mut turn, &plan));
        // Whatever happened, the stream goes on.
        stream.start_afresh(plan, *stale_bytes.as_ref().unwrap_or(&0));
        stale_bytes?;
        stream.wait_until_fresh();
        self.run(&mut turn, after)
    }

    /// Trigger input and output on or off. Switching on takes 1.4 s (observed waits). While
    /// it is on, a started exposure waits for a trigger, and live video gives one frame for
    /// each.
    pub fn set_trigger(&self, on: bool) -> Result<()> {
        if !on {
            return self.end_trigger();
        }
        self.registers(Then::Again(Kept::Trigger), |socket| {
            *socket = Socket { filter: Socket::default().filter, waits: true, ..*socket };
            trigger_in(socket, Some(trigger_out(true)))
        })
    }

    /// The same, but for the output.
    pub fn trigger_in_only(&self, on: bool) -> Result<()> {
        if !on {
            return self.end_trigger();
        }
        self.registers(Then::Again(Kept::Trigger), |socket| {
            socket.waits = true;
            trigger_in(socket, None)
        })
    }

    fn end_trigger(&self) -> Result<()> {
        let stream = self.settings.lock().stream;
        self.trigger_turn()?.trigger.kept.remove(&Kept::Output);
        self.registers(Then::NotAgain(Kept::Trigger), |socket| {
            socket.waits = false;
            trigger_off(stream)
        })
    }

    /// Trigger output alone. Off switches all of the trigger off (observed).
    pub fn trigger_out_only(&self, on: bool) -> Result<()> {
        if !on {
            return self.end_trigger();
        }
        let live = self.settings.lock().stream == StreamMode::Live;
        self.registers(Then::Again(Kept::Output), |socket| {
            let mut steps = Vec::new();
            if live {
                steps.extend([socket.register(bits::OUT), write(fpga::OUTPUT_MODE, 2), write(fpga::GPS, 1)]);
            }
            steps.push(trigger_out(true));
            steps
        })
    }

    /// Trigger output on.
    pub fn trigger_out(&self) -> Result<()> {
        self.registers(Then::Again(Kept::Output), |socket| {
            let register = socket.register(bits::IN | bits::OUT);
            vec![register, write(fpga::OUTPUT_MODE, 2), write(fpga::GPS, 1), trigger_out(true)]
        })
    }

    /// Trigger output on, second form, which switches the input off.
    pub fn trigger_out_a(&self) -> Result<()> {
        self.trigger_turn()?.trigger.kept.remove(&Kept::Trigger);
        self.registers(Then::Again(Kept::Output), |socket| {
            socket.waits = false;
            let mut steps = vec![write(fpga::TRIGGER, 0)];
            steps.extend(OUTPUT_A.map(|register| write(register, 0)));
            steps.extend([write(fpga::OUTPUT_MODE, 2), write(fpga::GPS, 1)]);
            steps
        })
    }

    /// Triggers by software. An error if nothing waits for a trigger: neither is the input on
    /// nor burst mode.
    pub fn soft_trigger(&self) -> Result<()> {
        let turn = self.trigger_turn()?;
        if !turn.trigger.waits() && !turn.trigger.kept.contains_key(&Kept::Burst) {
            return Err(Error::new(ErrorKind::State, "the trigger input is off"));
        }
        drop(turn);
        self.registers(Then::Nothing, |_| soft_trigger().into())
    }

    /// Takes triggers from the SMA socket, not from the GPIO one, from the next time on that
    /// they are switched on. That a camera has it cannot be asked.
    pub fn trigger_from_sma(&self, sma: bool) -> Result<()> {
        self.trigger_turn()?.trigger.socket.sma = sma;
        Ok(())
    }

    /// Short input pulses do not count, from the next time on that triggers are switched on.
    pub fn trigger_filter(&self, on: bool) -> Result<()> {
        self.trigger_turn()?.trigger.socket.filter_on = on;
        Ok(())
    }

    /// How long an input pulse must be to count, in milliseconds.
    pub fn trigger_filter_time(&self, time_ms: u32) -> Result<()> {
        self.registers(Then::Again(Kept::Filter), |socket| {
            socket.filter = TriggerFilter(time_ms.clamp(1, LONGEST_FILTER_MS));
            socket.filter.steps().collect()
        })
    }

    /// Burst mode on or off. Switching on takes 0.2 s (observed waits).
    pub fn burst_enable(&self, on: bool) -> Result<()> {
        let mut steps = vec![write(fpga::BURST_ON, u16::from(on))];
        if on {
            steps.extend([
                write(fpga::SOFT_TRIGGER, 0),
                wait_ms(100),
                Step::Ask(In::Fpga(fpga::DDR_FILL)),
                write(fpga::BURST_HOLD, 0),
                write(fpga::BURST_HOLD, 1),
                write(fpga::BURST_IDLE, 1),
                write(fpga::BURST_IDLE, 0),
                write(fpga::BURST_HOLD, 0),
                write(fpga::BURST_HOLD, 1),
                wait_ms(100),
                write(fpga::BURST_IDLE, 1),
                write(fpga::BURST_IDLE, 0),
            ]);
        }
        self.new_burst(on_off(Kept::Burst, on), steps, [])
    }

    /// A burst gives the frames between these two numbers (public: the maker's notes).
    pub fn burst_start_end(&self, start: u16, end: u16) -> Result<()> {
        self.registers(Then::Again(Kept::BurstRange), |_| burst_range(start, end).into())
    }

    /// Counts the frames of a burst.
    pub fn burst_count(&self, on: bool) -> Result<()> {
        self.registers(on_off(Kept::FrameCount, on), |_| vec![write(fpga::FRAME_COUNT, u16::from(on))])
    }

    /// Stops the burst until its release. Frames that wait are forgotten.
    pub fn burst_idle(&self) -> Result<()> {
        let strobe = [(fpga::BURST_IDLE, [0, 1, 0]), (fpga::BURST_HOLD, [1, 0, 1])];
        let mut steps: Vec<Step> =
            strobe.iter().flat_map(|(r, values)| values.map(|v| write(*r, v))).collect();
        steps.push(write(fpga::SOFT_TRIGGER, 0));
        self.new_burst(Then::Nothing, steps, [])
    }

    /// Lets the burst go. Frames that wait are forgotten.
    pub fn burst_release(&self) -> Result<()> {
        self.new_burst(Then::Nothing, Vec::new(), [write(fpga::SOFT_TRIGGER, 1)])
    }

    /// Sends the last frame of the burst again. Frames that wait are forgotten.
    pub fn burst_resend(&self) -> Result<()> {
        self.new_burst(
            Then::Nothing,
            Vec::new(),
            [write(fpga::BURST_RESEND, 1), wait_ms(100), write(fpga::BURST_RESEND, 0)],
        )
    }

    /// Bytes with which the last frame of a burst is filled up.
    pub fn burst_patch_number(&self, number: u32) -> Result<()> {
        self.registers(Then::Again(Kept::PatchNumber), |_| {
            let bytes = number.to_be_bytes().map(u16::from);
            (fpga::PATCH_NUMBER..).zip(bytes).map(|(register, byte)| write(register, byte)).collect()
        })
    }

    /// Flushes residual images in live mode: the order is that of the trigger output
    /// (observed).
    pub fn anti_rbi(&self, on: bool) -> Result<()> {
        self.registers(on_off(Kept::Output, on), |_| vec![trigger_out(on)])
    }

    /// Row of the frame detection mark. The register takes a quarter of it (seen once,
    /// 100 as 25).
    pub fn frame_detect_pos(&self, row: u32) -> Result<()> {
        self.registers(Then::Again(Kept::DetectPos), |_| detect(0, row / 4))
    }

    /// Code of the frame detection mark.
    pub fn frame_detect_code(&self, code: u32) -> Result<()> {
        self.registers(Then::Again(Kept::DetectCode), |_| detect(2, code))
    }

    /// Frame detection on or off.
    pub fn frame_detect_on(&self, on: bool) -> Result<()> {
        self.registers(on_off(Kept::DetectOn, on), |_| detect(1, u32::from(on)))
    }
}
