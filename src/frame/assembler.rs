//! Finds frames in a stream of completed transfers.
//!
//! Four bytes, the marker, at the end of a USB transfer say that the next byte is the
//! first of a frame (observed); whether a camera sends them before or after a frame is
//! not known, so both work: after a frame comes a marker, after a marker a frame, and
//! where the stream begins does not matter. A frame counts as complete with its last
//! byte; the marker behind it is not waited for.
//!
//! ```text
//!             marker at the end of a transfer
//!    Lost ───────────────────────────────────► InFrame ◄──┐ marker too early: Resync
//!     ▲                                          │  ▲ └───┘ at the end of a short transfer
//!     │ anything but a marker: Resync            │  │
//!     └───────────────────────── Between ◄───────┘  │ marker
//!                                   │   last byte   │
//!                                   └───────────────┘
//! ```
//!
//! It holds counters and four bytes only, whatever comes in.

use std::fmt;

const MARKER_LEN: usize = 4;

/// Splits transfers into the bytes of frames.
#[derive(Clone, Debug)]
pub struct Assembler {
    marker: [u8; MARKER_LEN],
    frame_len: usize,
    state: State,
    /// The last bytes that came, for a marker that is cut in two; the newest is last.
    tail: [u8; MARKER_LEN],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Waits for a marker.
    Lost,
    /// This many bytes of a frame are in.
    InFrame(usize),
    /// A frame is complete, and this many bytes of the next marker are in.
    Between(usize),
}

/// What a transfer brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'t> {
    /// The next bytes of the frame.
    Data(&'t [u8]),
    /// The frame is complete.
    FrameDone,
    /// What came of the present frame is void; the next `Data` begins a frame.
    Resync(Resync),
}

/// Why the bytes so far make no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resync {
    /// A marker came when the frame had only this many bytes.
    ShortFrame(usize),
    /// No marker came behind the frame that was just completed: its bytes are suspect,
    /// since the device sent more of them, or some were lost and others took their place.
    NoMarker,
}

impl fmt::Display for Resync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resync::ShortFrame(bytes) => write!(f, "frame ended after {bytes} bytes"),
            Resync::NoMarker => f.write_str("no marker behind a frame"),
        }
    }
}

impl Assembler {
    /// For frames of `frame_len` bytes, the marker not counted. Nothing counts as a frame
    /// before a marker was seen.
    pub fn new(marker: [u8; MARKER_LEN], frame_len: usize) -> Assembler {
        Assembler { marker, frame_len, state: State::Lost, tail: [0; MARKER_LEN] }
    }

    /// Declares that the next byte is the first of a frame, or of the marker before it:
    /// for a read-out that was just started. What an older read-out left before that
    /// marker is reported as a short frame.
    pub fn expect_frame(&mut self) {
        self.state = State::InFrame(0);
    }

    /// Takes what one transfer brought. `short` tells that the transfer ended before its
    /// buffer was full, so that its last byte is the last the device sent in one go; a
    /// marker inside a frame counts only there, as pixels may look like one.
    ///
    /// When the iterator ends, more bytes are needed. One that is dropped early forgets
    /// the rest of the transfer, and the next frame with it.
    pub fn feed<'a, 't>(&'a mut self, transfer: &'t [u8], short: bool) -> Events<'a, 't> {
        for &byte in &transfer[transfer.len().saturating_sub(MARKER_LEN)..] {
            self.tail.rotate_left(1);
            self.tail[MARKER_LEN - 1] = byte;
        }
        let marked = self.tail == self.marker;
        Events { assembler: self, rest: transfer, short, marked }
    }
}

/// The events of one transfer.
#[derive(Debug)]
pub struct Events<'a, 't> {
    assembler: &'a mut Assembler,
    rest: &'t [u8],
    short: bool,
    /// The transfer ends in a marker that was not yet accounted for.
    marked: bool,
}

impl<'t> Iterator for Events<'_, 't> {
    type Item = Event<'t>;

    fn next(&mut self) -> Option<Event<'t>> {
        loop {
            match self.assembler.state {
                State::Lost => {
                    self.rest = &[];
                    if !std::mem::take(&mut self.marked) {
                        return None;
                    }
                    self.assembler.expect_frame();
                }
                State::InFrame(have) => {
                    let left = self.assembler.frame_len - have;
                    // More than the frame's rest: the frame is complete before the marker.
                    let early = self.rest.len() < left.saturating_add(MARKER_LEN) && self.rest.len() != left;
                    if self.marked && self.short && early {
                        self.marked = false;
                        let body = (have + self.rest.len()).saturating_sub(MARKER_LEN);
                        self.rest = &[];
                        self.assembler.expect_frame();
                        if have + body == 0 {
                            // The marker that leads the frame, no more.
                            continue;
                        }
                        return Some(Event::Resync(Resync::ShortFrame(body)));
                    }
                    if left == 0 {
                        self.assembler.state = State::Between(0);
                        return Some(Event::FrameDone);
                    }
                    if self.rest.is_empty() {
                        return None;
                    }
                    let (data, rest) = self.rest.split_at(left.min(self.rest.len()));
                    self.rest = rest;
                    self.assembler.state = State::InFrame(have + data.len());
                    return Some(Event::Data(data));
                }
                State::Between(matched) => {
                    let (&byte, rest) = self.rest.split_first()?;
                    if byte != self.assembler.marker[matched] {
                        self.assembler.state = State::Lost;
                        return Some(Event::Resync(Resync::NoMarker));
                    }
                    self.rest = rest;
                    self.assembler.state = State::Between(matched + 1);
                    if matched + 1 == MARKER_LEN {
                        self.assembler.state = State::InFrame(0);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARKER: [u8; 4] = [0xEE, 0x11, 0xDD, 0x22];
    const PACKET: usize = 16;

    /// What the device sends in one go; a packet that is not full ends a transfer.
    type Burst = Vec<u8>;

    /// The transfers of `size` bytes in which `bursts` arrive, and whether each is short.
    fn transfers(bursts: &[Burst], size: usize) -> Vec<(Vec<u8>, bool)> {
        assert_eq!(size % PACKET, 0);
        let mut done = Vec::new();
        let mut open = Vec::new();
        for packet in bursts.iter().flat_map(|burst| burst.chunks(PACKET)) {
            open.extend_from_slice(packet);
            if packet.len() < PACKET || open.len() == size {
                let short = open.len() < size;
                done.push((std::mem::take(&mut open), short));
            }
        }
        done.push((open, true));
        done
    }

    /// Frames and resynchronisations that come out; checks that frames have their length.
    fn run(assembler: &mut Assembler, transfers: &[(Vec<u8>, bool)]) -> (Vec<Vec<u8>>, Vec<Resync>) {
        let (mut frames, mut resyncs, mut frame) = (Vec::new(), Vec::new(), Vec::new());
        for (bytes, short) in transfers {
            for event in assembler.feed(bytes, *short) {
                match event {
                    Event::Data(data) => frame.extend_from_slice(data),
                    Event::FrameDone => frames.push(std::mem::take(&mut frame)),
                    Event::Resync(why) => {
                        frame.clear();
                        resyncs.push(why);
                    }
                }
            }
        }
        assert!(frames.iter().all(|f| f.len() == assembler.frame_len));
        (frames, resyncs)
    }

    fn frames(count: u8, len: usize) -> Vec<Vec<u8>> {
        (0..count).map(|n| (0..len).map(|i| (i as u8).wrapping_mul(7) ^ n).collect()).collect()
    }

    /// Where the device puts markers: in a packet before or after the frame, or joined
    /// to the frame's last packet.
    #[derive(Clone, Copy, Debug)]
    enum Layout {
        AloneFirst,
        AloneLast,
        Joined,
    }

    fn bursts(layout: Layout, frames: &[Vec<u8>]) -> Vec<Burst> {
        frames
            .iter()
            .flat_map(|frame| match layout {
                Layout::AloneFirst => vec![MARKER.to_vec(), frame.clone()],
                Layout::AloneLast => vec![frame.clone(), MARKER.to_vec()],
                Layout::Joined => vec![[&frame[..], &MARKER].concat()],
            })
            .collect()
    }

    fn layout() -> impl Strategy<Value = Layout> {
        prop_oneof![Just(Layout::AloneFirst), Just(Layout::AloneLast), Just(Layout::Joined)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn every_layout_gives_every_frame_that_begins_behind_a_marker(
            layout in layout(), len in 5usize..100, packets in 1usize..6,
        ) {
            let sent = frames(5, len);
            let stream = transfers(&bursts(layout, &sent), packets * PACKET);
            let mut assembler = Assembler::new(MARKER, len);
            let (got, resyncs) = run(&mut assembler, &stream);
            // A joined marker in the midst of a full transfer is not at its end.
            let hidden = matches!(layout, Layout::Joined) && (len + 4) % PACKET == 0;
            if !hidden {
                let first = usize::from(!matches!(layout, Layout::AloneFirst));
                prop_assert_eq!(&got[..], &sent[first..]);
                prop_assert_eq!(resyncs, vec![]);
            }

            let mut assembler = Assembler::new(MARKER, len);
            assembler.expect_frame();
            let (got, resyncs) = run(&mut assembler, &stream);
            prop_assert_eq!(&got[..], &sent[..]);
            prop_assert_eq!(resyncs, vec![]);
        }

        #[test]
        fn a_lost_packet_costs_its_frame_only(
            layout in layout(), len in 40usize..100, packets in 1usize..6, lost in 0usize..2,
        ) {
            prop_assume!((len + 4) % PACKET != 0 && len % PACKET != 0);
            let sent = frames(5, len);
            let mut stream = bursts(layout, &sent);
            let burst = stream.iter().enumerate().filter(|(_, b)| b.len() > 4).nth(2).unwrap().0;
            stream[burst].drain(lost * PACKET..(lost + 1) * PACKET);
            let mut assembler = Assembler::new(MARKER, len);
            assembler.expect_frame();
            let (got, resyncs) = run(&mut assembler, &transfers(&stream, packets * PACKET));
            prop_assert_eq!(&got[..2], &sent[..2]);
            prop_assert_eq!(&got[2..], &sent[3..]);
            prop_assert_eq!(resyncs, vec![Resync::ShortFrame(len - PACKET)]);
        }

        #[test]
        fn too_long_a_frame_is_noticed_and_the_next_one_found(
            layout in layout(), len in 5usize..100, more in 1usize..40,
        ) {
            prop_assume!([len, len + 4, len + more, len + more + 4].iter().all(|n| n % PACKET != 0));
            let sent = frames(5, len);
            let mut stream = bursts(layout, &sent);
            let burst = stream.iter().enumerate().filter(|(_, b)| b.len() > 4).nth(2).unwrap().0;
            stream[burst].splice(len..len, std::iter::repeat_n(0, more));
            let mut assembler = Assembler::new(MARKER, len);
            assembler.expect_frame();
            let (got, resyncs) = run(&mut assembler, &transfers(&stream, 4 * PACKET));
            prop_assert_eq!(got, sent);
            prop_assert_eq!(resyncs, vec![Resync::NoMarker]);
        }

        #[test]
        fn anything_may_come(
            pieces in proptest::collection::vec(
                (prop_oneof![
                    proptest::collection::vec(any::<u8>(), 0..20),
                    Just(MARKER.to_vec()),
                    (0usize..4).prop_map(|n| MARKER[..n].to_vec()),
                    (0usize..4).prop_map(|n| MARKER[n..].to_vec()),
                    (0usize..30).prop_map(|n| [vec![0; n], MARKER.to_vec()].concat()),
                ], any::<bool>()), 0..60),
            len in prop_oneof![0usize..40, Just(usize::MAX), Just(usize::MAX - 3)],
            marker in prop_oneof![Just(MARKER), Just([0; 4]), any::<[u8; 4]>()],
            expect: bool,
        ) {
            let mut assembler = Assembler::new(marker, len);
            if expect {
                assembler.expect_frame();
            }
            let mut have = 0usize;
            for (bytes, short) in &pieces {
                let mut steps = 0;
                let mut data_len = 0;
                for event in assembler.feed(bytes, *short) {
                    match event {
                        Event::Data(data) => {
                            prop_assert!(!data.is_empty());
                            have += data.len();
                            data_len += data.len();
                            prop_assert!(have <= len);
                        }
                        Event::FrameDone => {
                            prop_assert_eq!(have, len);
                            have = 0;
                        }
                        Event::Resync(_) => have = 0,
                    }
                    steps += 1;
                    prop_assert!(steps <= 2 * bytes.len() + 3);
                }
                prop_assert!(data_len <= bytes.len());
            }
        }
    }

    #[test]
    fn a_frame_is_done_with_its_last_byte() {
        let mut assembler = Assembler::new(MARKER, 3);
        assert_eq!(assembler.feed(&MARKER, true).count(), 0);
        let events: Vec<_> = assembler.feed(&[1, 2, 3], true).collect();
        assert_eq!(events, [Event::Data(&[1, 2, 3]), Event::FrameDone]);
    }

    #[test]
    fn pixels_that_look_like_a_marker_are_pixels() {
        let frame = [&[1; 12][..], &MARKER, &[2; 8], &MARKER].concat();
        let mut assembler = Assembler::new(MARKER, frame.len());
        let stream = transfers(&[MARKER.to_vec(), frame.clone(), MARKER.to_vec(), frame.clone()], PACKET);
        let (got, resyncs) = run(&mut assembler, &stream);
        assert_eq!(got, [frame.clone(), frame]);
        assert_eq!(resyncs, []);
    }

    #[test]
    fn what_is_left_of_an_older_read_out_is_dropped() {
        let mut assembler = Assembler::new(MARKER, 20);
        assembler.expect_frame();
        let stream = transfers(&[vec![9; 13], MARKER.to_vec(), vec![1; 20]], 2 * PACKET);
        let (got, resyncs) = run(&mut assembler, &stream);
        assert_eq!(got, [vec![1; 20]]);
        assert_eq!(resyncs, [Resync::ShortFrame(13)]);
    }
}
