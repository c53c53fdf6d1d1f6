//! Brightness, contrast and gamma: as with the vendor's library they act on live frames
//! alone, on the host (observed; documents of its interface say so too).

use std::sync::Arc;

use crate::frame::Tone;
use crate::model::ControlId;

use super::Camera;
use super::plan::FramePlan;

/// The table in use and what it was made for.
pub(super) type ToneSlot = Option<((u32, [f64; 3]), Arc<Tone>)>;

impl Camera {
    /// Changes a finished live frame, if that is wanted.
    pub(super) fn tone(&self, plan: &FramePlan, picture: &mut [u8]) {
        let wanted = {
            let settings = self.settings.lock();
            let value = |id, neutral| match self.model().control(id) {
                Some(_) => settings.value(self.model(), id),
                None => neutral,
            };
            [value(ControlId::BRIGHTNESS, 0.0), value(ControlId::CONTRAST, 0.0), value(ControlId::GAMMA, 1.0)]
        };
        let key = (plan.info.bits, wanted);
        let mut slot = self.tone.lock();
        if slot.as_ref().is_none_or(|(made_for, _)| *made_for != key) {
            let [brightness, contrast, gamma] = wanted;
            let tone = Tone::new(plan.info.bits, brightness, contrast, gamma);
            *slot = tone.map(|tone| (key, Arc::new(tone)));
        }
        let Some(tone) = slot.as_ref().map(|(_, tone)| tone.clone()) else { return };
        drop(slot);
        tone.apply(picture, plan.pixels.settings().header_bytes);
    }
}
