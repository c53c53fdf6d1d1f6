//! Where the facts in the tables come from and how far they are proven.

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Seen on the bus or in what the vendor's library answers.
    Observed,
    /// A public page, manual, header or udev rule.
    Public,
    /// Neither; never presented as supported.
    Guess,
}

/// Where a group of facts in a model table comes from; controls carry their own source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Which facts.
    pub about: Topic,
    /// What kind of source.
    pub source: Source,
    /// Which one.
    pub from: &'static str,
}

/// Groups of facts; every model says where each comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// USB ids, name, colour byte, device type.
    Identity,
    /// Sensor, pixel pitch, sizes and areas.
    Geometry,
    /// Names, readout codes and timing of the read modes.
    ReadModes,
    /// Gain laws, digital slots and offset factor.
    Gain,
    /// Row rules and form of the frames on the bus.
    Frames,
    /// Order of the initialisation and its first defaults.
    Init,
    /// Memory and peripherals.
    Hardware,
}

impl Topic {
    /// All of them.
    pub const ALL: [Topic; 7] = [
        Topic::Identity,
        Topic::Geometry,
        Topic::ReadModes,
        Topic::Gain,
        Topic::Frames,
        Topic::Init,
        Topic::Hardware,
    ];
}

/// How far support for a model is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Requests and frames compared with the vendor's library on the virtual camera.
    Oracle,
    /// Tables only; works on our virtual camera.
    Tables,
    /// Tables only, and something in them is a guess, which the facts name; or pictures are
    /// refused in some read mode, which says why.
    Experimental,
    /// Known by its USB id, not driven.
    KnownOnly,
}
