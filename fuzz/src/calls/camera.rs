//! Functions of an open camera, but for frames and pictures.

use std::ffi::c_void;

use qhyccd::ffi::{
    burst, calibration, cooling, geometry, guide, lifecycle, live, params, rawio, readmode, sensorinfo,
    single, storage, trigger, tuning, wheel,
};

use super::{Function, function};
use crate::call::{BUS, LOCAL, TURN, Worker};
use crate::shots;

type Plain = extern "C" fn(*mut c_void) -> u32;
type Switch = extern "C" fn(*mut c_void, u8) -> u32;
type Numbered = extern "C" fn(*mut c_void, u32) -> u32;

pub(super) const TABLE: &[Function] = &[
    function("InitQHYCCD", 3, |w| {
        let _formats = shots::formats(w);
        plain(w, "InitQHYCCD", lifecycle::InitQHYCCD);
    }),
    function("SetQHYCCDStreamMode", 3, |w| {
        let _formats = shots::formats(w);
        let mut c = w.call("SetQHYCCDStreamMode", TURN);
        let (h, mode) = (c.handle(), c.rng().within(0, 3) as u8);
        c.code(|| lifecycle::SetQHYCCDStreamMode(h, mode));
    }),
    // Single frames.
    function("ExpQHYCCDSingleFrame", 5, |w| plain(w, "ExpQHYCCDSingleFrame", single::ExpQHYCCDSingleFrame)),
    function("GetQHYCCDSingleFrame", 4, shots::fetch_single),
    function("SetQHYCCDSingleFrameTimeOut", 4, |w| {
        let mut c = w.call("SetQHYCCDSingleFrameTimeOut", LOCAL);
        let h = c.handle();
        let time = if c.rng().once_in(200) { 0 } else { c.rng().within(1, 1000) };
        c.code(|| single::SetQHYCCDSingleFrameTimeOut(h, time));
    }),
    function("CancelQHYCCDExposing", 4, |w| cancel(w, "CancelQHYCCDExposing", single::CancelQHYCCDExposing)),
    function("CancelQHYCCDExposingAndReadout", 4, |w| {
        cancel(w, "CancelQHYCCDExposingAndReadout", single::CancelQHYCCDExposingAndReadout);
    }),
    function("GetQHYCCDExposureRemaining", 4, |w| {
        plain(w, "GetQHYCCDExposureRemaining", single::GetQHYCCDExposureRemaining);
    }),
    function("GetQHYCCDReadingProgress", 4, |w| {
        let mut c = w.call("GetQHYCCDReadingProgress", LOCAL);
        let h = c.any_handle();
        let percent = c.real(|| single::GetQHYCCDReadingProgress(h));
        if !(0.0..=100.0).contains(&percent) {
            crate::watch::fail(&format!("GetQHYCCDReadingProgress answered {percent}"));
        }
    }),
    // Live video.
    function("BeginQHYCCDLive", 4, |w| plain(w, "BeginQHYCCDLive", live::BeginQHYCCDLive)),
    function("GetQHYCCDLiveFrame", 5, shots::fetch_live),
    function("StopQHYCCDLive", 3, |w| {
        let mut c = w.call("StopQHYCCDLive", TURN);
        let h = c.any_handle();
        c.code(|| live::StopQHYCCDLive(h));
    }),
    function("ClearQHYCCDImageQueue", 3, |w| plain(w, "ClearQHYCCDImageQueue", live::ClearQHYCCDImageQueue)),
    function("ResetQHYCCDFrameCounter", 1, |w| {
        plain(w, "ResetQHYCCDFrameCounter", live::ResetQHYCCDFrameCounter)
    }),
    // Burst mode: in other rounds a camera would send no frames for the rest of it.
    function("EnableQHYCCDBurstMode", 0, |w| {
        switch(w, "EnableQHYCCDBurstMode", burst::EnableQHYCCDBurstMode)
    }),
    function("SetQHYCCDBurstModeStartEnd", 1, |w| {
        let mut c = w.call("SetQHYCCDBurstModeStartEnd", TURN);
        let (h, start, end) = (c.handle(), c.rng().number(), c.rng().number());
        c.code(|| burst::SetQHYCCDBurstModeStartEnd(h, start, end));
    }),
    function("EnableQHYCCDBurstCountFun", 0, |w| {
        switch(w, "EnableQHYCCDBurstCountFun", burst::EnableQHYCCDBurstCountFun);
    }),
    function("SetQHYCCDBurstIDLE", 0, |w| plain(w, "SetQHYCCDBurstIDLE", burst::SetQHYCCDBurstIDLE)),
    function("ReleaseQHYCCDBurstIDLE", 1, |w| {
        plain(w, "ReleaseQHYCCDBurstIDLE", burst::ReleaseQHYCCDBurstIDLE)
    }),
    function("RereadQHYCCDBurstFrame", 0, |w| {
        plain(w, "RereadQHYCCDBurstFrame", burst::RereadQHYCCDBurstFrame)
    }),
    function("SetQHYCCDBurstModePatchNumber", 0, |w| {
        numbered(w, "SetQHYCCDBurstModePatchNumber", burst::SetQHYCCDBurstModePatchNumber);
    }),
    // Format.
    function("SetQHYCCDResolution", 4, |w| {
        let _formats = shots::formats(w);
        let mut c = w.call("SetQHYCCDResolution", TURN);
        let (h, small) = (c.handle(), !c.rng().once_in(5));
        let [x, y, width, height] = match small {
            true => [
                c.rng().within(0, 3000),
                c.rng().within(0, 2000),
                c.rng().within(1, 300),
                c.rng().within(1, 200),
            ],
            false => [(); 4].map(|()| c.rng().number()),
        };
        c.code(|| geometry::SetQHYCCDResolution(h, x, y, width, height));
    }),
    function("SetQHYCCDBinMode", 3, |w| {
        let _formats = shots::formats(w);
        let mut c = w.call("SetQHYCCDBinMode", TURN);
        let (h, x) = (c.handle(), c.rng().within(0, 5));
        let y = if c.rng().once_in(6) { c.rng().number() } else { x };
        c.code(|| geometry::SetQHYCCDBinMode(h, x, y));
    }),
    function("SetQHYCCDBitsMode", 3, |w| {
        let _formats = shots::formats(w);
        let mut c = w.call("SetQHYCCDBitsMode", TURN);
        let (h, bits) = (c.handle(), c.rng().pick(&[8, 16, 16, 32, 0, 12, 64]));
        c.code(|| params::SetQHYCCDBitsMode(h, bits));
    }),
    function("SetQHYCCDDebayerOnOff", 3, |w| {
        let _formats = shots::formats(w);
        switch(w, "SetQHYCCDDebayerOnOff", params::SetQHYCCDDebayerOnOff);
    }),
    function("SetQHYCCDReadMode", 3, |w| {
        let _formats = shots::formats(w);
        numbered(w, "SetQHYCCDReadMode", readmode::SetQHYCCDReadMode);
    }),
    function("GetQHYCCDMemLength", 3, |w| plain(w, "GetQHYCCDMemLength", geometry::GetQHYCCDMemLength)),
    function("GetQHYCCDChipInfo", 3, |w| {
        let mut c = w.call("GetQHYCCDChipInfo", LOCAL);
        let h = c.handle();
        let (a, b, d, e) = (c.out(8), c.out(8), c.out(4), c.out(4));
        let (f, g, i) = (c.out(8), c.out(8), c.out(4));
        // SAFETY: each is NULL or has room.
        c.code(|| unsafe { geometry::GetQHYCCDChipInfo(h, a, b, d, e, f, g, i) });
    }),
    function("GetQHYCCDEffectiveArea", 3, |w| {
        let mut c = w.call("GetQHYCCDEffectiveArea", LOCAL);
        let (h, x, y, width, height) = (c.handle(), c.out(4), c.out(4), c.out(4), c.out(4));
        // SAFETY: each is NULL or has room.
        c.code(|| unsafe { geometry::GetQHYCCDEffectiveArea(h, x, y, width, height) });
    }),
    function("GetQHYCCDOverScanArea", 3, |w| {
        let mut c = w.call("GetQHYCCDOverScanArea", LOCAL);
        let (h, x, y, width, height) = (c.handle(), c.out(4), c.out(4), c.out(4), c.out(4));
        // SAFETY: each is NULL or has room.
        c.code(|| unsafe { geometry::GetQHYCCDOverScanArea(h, x, y, width, height) });
    }),
    function("GetQHYCCDCurrentROI", 3, |w| {
        let mut c = w.call("GetQHYCCDCurrentROI", LOCAL);
        let (h, x, y, width, height) = (c.handle(), c.out(4), c.out(4), c.out(4), c.out(4));
        // SAFETY: each is NULL or has room.
        c.code(|| unsafe { geometry::GetQHYCCDCurrentROI(h, x, y, width, height) });
    }),
    function("GetQHYCCDNumberOfReadModes", 2, |w| {
        out(w, "GetQHYCCDNumberOfReadModes", 4, |h, p| {
            // SAFETY: NULL or room.
            unsafe { readmode::GetQHYCCDNumberOfReadModes(h, p.cast()) }
        })
    }),
    function("GetQHYCCDReadMode", 2, |w| {
        out(w, "GetQHYCCDReadMode", 4, |h, p| {
            // SAFETY: NULL or room.
            unsafe { readmode::GetQHYCCDReadMode(h, p.cast()) }
        })
    }),
    function("GetQHYCCDReadModeName", 2, |w| {
        let mut c = w.call("GetQHYCCDReadModeName", LOCAL);
        let (h, mode, name) = (c.handle(), c.rng().number(), c.out(40));
        // SAFETY: NULL or 40 bytes.
        c.code(|| unsafe { readmode::GetQHYCCDReadModeName(h, mode, name) });
    }),
    function("GetQHYCCDReadModeResolution", 2, |w| {
        let mut c = w.call("GetQHYCCDReadModeResolution", LOCAL);
        let (h, mode, width, height) = (c.handle(), c.rng().number(), c.out(4), c.out(4));
        // SAFETY: NULL or room.
        c.code(|| unsafe { readmode::GetQHYCCDReadModeResolution(h, mode, width, height) });
    }),
    // Controls.
    function("SetQHYCCDParam", 8, |w| {
        let _formats = shots::formats(w);
        let mut c = w.call("SetQHYCCDParam", TURN);
        let h = c.handle();
        let id = if c.rng().once_in(8) { c.rng().number() } else { c.rng().within(0, 95) };
        let value = c.rng().real();
        c.code(|| params::SetQHYCCDParam(h, id, value));
    }),
    function("GetQHYCCDParam", 8, |w| {
        let mut c = w.call("GetQHYCCDParam", BUS);
        let h = c.handle();
        let id = if c.rng().once_in(8) { c.rng().number() } else { c.rng().within(0, 95) };
        c.real(|| params::GetQHYCCDParam(h, id));
    }),
    function("GetQHYCCDParamMinMaxStep", 3, |w| {
        let mut c = w.call("GetQHYCCDParamMinMaxStep", LOCAL);
        let (h, id) = (c.handle(), c.rng().number() % 100);
        let (min, max, step) = (c.out(8), c.out(8), c.out(8));
        // SAFETY: each is NULL or has room.
        c.code(|| unsafe { params::GetQHYCCDParamMinMaxStep(h, id, min, max, step) });
    }),
    function("IsQHYCCDControlAvailable", 3, |w| {
        let mut c = w.call("IsQHYCCDControlAvailable", LOCAL);
        let (h, id) = (c.handle(), c.rng().number() % 1100);
        c.code(|| params::IsQHYCCDControlAvailable(h, id));
    }),
    function("GetQHYCCDControlName", 2, |w| {
        let mut c = w.call("GetQHYCCDControlName", LOCAL);
        let (h, id, name) = (c.handle(), c.rng().pick(&[1027, 1028, 6, 8, 99_999]), c.out(40));
        // SAFETY: NULL or 40 bytes.
        c.code(|| unsafe { params::GetQHYCCDControlName(h, id, name) });
    }),
    // Cooler, chamber, wheel.
    function("ControlQHYCCDTemp", 3, |w| {
        let mut c = w.call("ControlQHYCCDTemp", BUS);
        let (h, temp_c) = (c.handle(), c.rng().real());
        c.code(|| cooling::ControlQHYCCDTemp(h, temp_c));
    }),
    function("ControlQHYCCDGuide", 2, |w| {
        let mut c = w.call("ControlQHYCCDGuide", BUS);
        let (h, direction) = (c.handle(), c.rng().within(0, 5));
        let milliseconds = c.rng().number() as u16;
        c.code(|| guide::ControlQHYCCDGuide(h, direction, milliseconds));
    }),
    function("QHYCCDOpenSetCoolingRamp", 1, |w| {
        let mut c = w.call("QHYCCDOpenSetCoolingRamp", BUS);
        let (h, rate) = (c.handle(), c.rng().real());
        c.code(|| cooling::QHYCCDOpenSetCoolingRamp(h, rate));
    }),
    function("QHYCCDOpenGetCoolingRamp", 2, |w| {
        let mut c = w.call("QHYCCDOpenGetCoolingRamp", LOCAL);
        let (h, rate, set, on) = (c.handle(), c.out(8), c.out(8), c.out(4));
        // SAFETY: NULL or room.
        c.code(|| unsafe { cooling::QHYCCDOpenGetCoolingRamp(h, rate, set, on) });
    }),
    function("GetQHYCCDPressure", 2, |w| {
        let mut c = w.call("GetQHYCCDPressure", BUS);
        let (h, value) = (c.handle(), c.out(8));
        // SAFETY: NULL or room.
        c.code(|| unsafe { cooling::GetQHYCCDPressure(h, value) });
    }),
    function("GetQHYCCDHumidity", 2, |w| {
        let mut c = w.call("GetQHYCCDHumidity", BUS);
        let (h, value) = (c.handle(), c.out(8));
        // SAFETY: NULL or room.
        c.code(|| unsafe { cooling::GetQHYCCDHumidity(h, value) });
    }),
    function("GetQHYCCDFPGATemp", 2, |w| {
        let mut c = w.call("GetQHYCCDFPGATemp", BUS);
        let (h, value) = (c.handle(), c.out(8));
        // SAFETY: NULL or room.
        c.code(|| unsafe { cooling::GetQHYCCDFPGATemp(h, value) });
    }),
    function("SendOrder2QHYCCDCFW", 3, |w| {
        let mut c = w.call("SendOrder2QHYCCDCFW", BUS);
        let h = c.handle();
        let len = c.rng().within(0, 3);
        let order: Vec<u8> = (0..len).map(|_| c.rng().pick(b"0123456789ABCDEFabcdefGN\0\xFF")).collect();
        let order = c.input(order);
        // SAFETY: NULL or `len` bytes.
        c.code(|| unsafe { wheel::SendOrder2QHYCCDCFW(h, order, len) });
    }),
    function("GetQHYCCDCFWStatus", 3, |w| {
        out(w, "GetQHYCCDCFWStatus", 1, |h, p| {
            // SAFETY: NULL or room.
            unsafe { wheel::GetQHYCCDCFWStatus(h, p.cast()) }
        })
    }),
    function("IsQHYCCDCFWPlugged", 3, |w| plain(w, "IsQHYCCDCFWPlugged", wheel::IsQHYCCDCFWPlugged)),
    // What it tells of itself.
    function("GetQHYCCDType", 2, |w| plain(w, "GetQHYCCDType", sensorinfo::GetQHYCCDType)),
    function("GetQHYCCDFWVersion", 2, |w| {
        out(w, "GetQHYCCDFWVersion", 3, |h, p| {
            // SAFETY: NULL or three bytes.
            unsafe { sensorinfo::GetQHYCCDFWVersion(h, p) }
        })
    }),
    function("GetQHYCCDFPGAVersion", 2, |w| {
        let mut c = w.call("GetQHYCCDFPGAVersion", BUS);
        let (h, index, version) = (c.handle(), c.rng().within(0, 2) as u8, c.out(4));
        // SAFETY: NULL or four bytes.
        c.code(|| unsafe { sensorinfo::GetQHYCCDFPGAVersion(h, index, version) });
    }),
    function("GetQHYCCDSensorName", 2, |w| {
        out(w, "GetQHYCCDSensorName", 40, |h, p| {
            // SAFETY: NULL or 40 bytes.
            unsafe { sensorinfo::GetQHYCCDSensorName(h, p.cast()) }
        })
    }),
    function("GetQHYCCDPreciseExposureInfo", 3, |w| {
        let mut c = w.call("GetQHYCCDPreciseExposureInfo", BUS);
        let h = c.handle();
        let (a, b, d, e) = (c.out(4), c.out(4), c.out(4), c.out(4));
        let (f, g, i) = (c.out(4), c.out(4), c.out(1));
        // SAFETY: each is NULL or has room.
        c.code(|| unsafe { sensorinfo::GetQHYCCDPreciseExposureInfo(h, a, b, d, e, f, g, i) });
    }),
    function("GetQHYCCDRollingShutterEndOffset", 2, |w| {
        let mut c = w.call("GetQHYCCDRollingShutterEndOffset", BUS);
        let (h, row, offset) = (c.handle(), c.rng().number(), c.out(8));
        // SAFETY: NULL or room.
        c.code(|| unsafe { sensorinfo::GetQHYCCDRollingShutterEndOffset(h, row, offset) });
    }),
    function("GetQHYCCDCameraStatus", 2, |w| {
        out(w, "GetQHYCCDCameraStatus", 64, |h, p| {
            // SAFETY: NULL or 64 bytes.
            unsafe { sensorinfo::GetQHYCCDCameraStatus(h, p) }
        })
    }),
    function("QHYCCDGetDebugDataD3", 2, |w| {
        let mut c = w.call("QHYCCDGetDebugDataD3", BUS);
        let (h, record) = (c.handle(), c.out(64));
        // SAFETY: NULL or 64 bytes.
        c.quiet(|| unsafe { storage::QHYCCDGetDebugDataD3(h, record) });
    }),
    function("QHYCCD_DbGainToGainValue", 2, |w| {
        figure(w, "QHYCCD_DbGainToGainValue", tuning::QHYCCD_DbGainToGainValue)
    }),
    function("QHYCCD_GainValueToDbGain", 2, |w| {
        figure(w, "QHYCCD_GainValueToDbGain", tuning::QHYCCD_GainValueToDbGain)
    }),
    function("QHYCCD_curveSystemGain", 2, |w| {
        figure(w, "QHYCCD_curveSystemGain", tuning::QHYCCD_curveSystemGain)
    }),
    function("QHYCCD_curveFullWell", 2, |w| figure(w, "QHYCCD_curveFullWell", tuning::QHYCCD_curveFullWell)),
    function("QHYCCD_curveReadoutNoise", 2, |w| {
        figure(w, "QHYCCD_curveReadoutNoise", tuning::QHYCCD_curveReadoutNoise)
    }),
    // Trigger: an exposure of a triggered camera waits for the pulse.
    function("GetQHYCCDTrigerInterfaceNumber", 2, |w| {
        out(w, "GetQHYCCDTrigerInterfaceNumber", 4, |h, p| {
            // SAFETY: NULL or room.
            unsafe { trigger::GetQHYCCDTrigerInterfaceNumber(h, p.cast()) }
        })
    }),
    function("GetQHYCCDTrigerInterfaceName", 2, |w| {
        let mut c = w.call("GetQHYCCDTrigerInterfaceName", LOCAL);
        let (h, index, name) = (c.handle(), c.rng().within(0, 2), c.out(40));
        // SAFETY: NULL or 40 bytes.
        c.code(|| unsafe { trigger::GetQHYCCDTrigerInterfaceName(h, index, name) });
    }),
    function("SetQHYCCDTrigerInterface", 2, |w| {
        numbered(w, "SetQHYCCDTrigerInterface", trigger::SetQHYCCDTrigerInterface)
    }),
    function("GetQHYCCDTrigerModeNumber", 2, |w| {
        out(w, "GetQHYCCDTrigerModeNumber", 4, |h, p| {
            // SAFETY: NULL or room.
            unsafe { trigger::GetQHYCCDTrigerModeNumber(h, p.cast()) }
        })
    }),
    function("GetQHYCCDTrigerModeName", 2, |w| {
        let mut c = w.call("GetQHYCCDTrigerModeName", LOCAL);
        let (h, index, name) = (c.handle(), c.rng().within(0, 2), c.out(40));
        // SAFETY: NULL or 40 bytes.
        c.code(|| unsafe { trigger::GetQHYCCDTrigerModeName(h, index, name) });
    }),
    function("SetQHYCCDTrigerMode", 2, |w| numbered(w, "SetQHYCCDTrigerMode", trigger::SetQHYCCDTrigerMode)),
    function("SetQHYCCDTrigerFunction", 0, |w| {
        switch(w, "SetQHYCCDTrigerFunction", trigger::SetQHYCCDTrigerFunction)
    }),
    function("SetQHYCCDTrigerInOnly", 0, |w| {
        switch(w, "SetQHYCCDTrigerInOnly", trigger::SetQHYCCDTrigerInOnly)
    }),
    function("SetQHYCCDTrigerOutOnly", 0, |w| {
        switch(w, "SetQHYCCDTrigerOutOnly", trigger::SetQHYCCDTrigerOutOnly)
    }),
    function("EnableQHYCCDTrigerOut", 0, |w| {
        plain(w, "EnableQHYCCDTrigerOut", trigger::EnableQHYCCDTrigerOut)
    }),
    function("EnableQHYCCDTrigerOutA", 0, |w| {
        plain(w, "EnableQHYCCDTrigerOutA", trigger::EnableQHYCCDTrigerOutA)
    }),
    function("SendSoftTriger2QHYCCDCam", 1, |w| {
        plain(w, "SendSoftTriger2QHYCCDCam", trigger::SendSoftTriger2QHYCCDCam)
    }),
    function("SetQHYCCDTrigerFilterOnOff", 0, |w| {
        switch(w, "SetQHYCCDTrigerFilterOnOff", trigger::SetQHYCCDTrigerFilterOnOff);
    }),
    function("SetQHYCCDTrigerFilterTime", 0, |w| {
        numbered(w, "SetQHYCCDTrigerFilterTime", trigger::SetQHYCCDTrigerFilterTime);
    }),
    function("SetQHYCCDEnableLiveModeAntiRBI", 0, |w| {
        numbered(w, "SetQHYCCDEnableLiveModeAntiRBI", tuning::SetQHYCCDEnableLiveModeAntiRBI);
    }),
    function("SetQHYCCDFrameDetectPos", 0, |w| {
        numbered(w, "SetQHYCCDFrameDetectPos", calibration::SetQHYCCDFrameDetectPos);
    }),
    function("SetQHYCCDFrameDetectCode", 0, |w| {
        switch(w, "SetQHYCCDFrameDetectCode", calibration::SetQHYCCDFrameDetectCode);
    }),
    function("SetQHYCCDFrameDetectOnOff", 0, |w| {
        switch(w, "SetQHYCCDFrameDetectOnOff", calibration::SetQHYCCDFrameDetectOnOff);
    }),
    function("SetQHYCCDLoadCalibrationFrames", 2, |w| {
        let _formats = shots::formats(w);
        let folder = w.world.folder.clone();
        let mut c = w.call("SetQHYCCDLoadCalibrationFrames", TURN);
        let h = c.handle();
        // NULL and an empty name are no file.
        let mut file = || match c.rng().below(5) {
            0 => std::ptr::null_mut(),
            1 => c.sure_input(vec![0]),
            2 => c.sure_input(b"/nowhere\0".to_vec()),
            n => {
                c.sure_input(format!("{folder}/{}.fits\0", ["rubbish", "flat"][n as usize - 3]).into_bytes())
            }
        };
        let (dark, flat, bias) = (file(), file(), file());
        let bits = c.rng().pick(&[8, 16, 16, 12]);
        let channels = c.rng().pick(&[1, 1, 1, 3]);
        // SAFETY: each is NULL or a text.
        c.code(|| unsafe {
            calibration::SetQHYCCDLoadCalibrationFrames(h, 64, 48, bits, channels, dark, flat, bias)
        });
    }),
    function("SetQHYCCDCalibrationOnOff", 3, |w| {
        let _formats = shots::formats(w);
        switch(w, "SetQHYCCDCalibrationOnOff", calibration::SetQHYCCDCalibrationOnOff);
    }),
    // Raw access.
    function("QHYCCDVendRequestWrite", 0, |w| {
        let mut c = w.call("QHYCCDVendRequestWrite", BUS);
        let (h, req, value, index) =
            (c.handle(), request(c.rng().next()), c.rng().number() as u16, c.rng().next() as u16);
        let len = request_len(c.rng());
        let data = c.rng().bytes(len as usize);
        let data = c.input(data);
        // SAFETY: NULL or `len` bytes.
        c.code(|| unsafe { rawio::QHYCCDVendRequestWrite(h, req, value, index, len, data) });
    }),
    function("QHYCCDVendRequestRead", 1, |w| {
        let mut c = w.call("QHYCCDVendRequestRead", BUS);
        let (h, req, value, index) =
            (c.handle(), request(c.rng().next()), c.rng().number() as u16, c.rng().next() as u16);
        let len = request_len(c.rng());
        let data = c.sure_out(len as usize);
        // SAFETY: `len` bytes.
        c.code(|| unsafe { rawio::QHYCCDVendRequestRead(h, req, value, index, len, data) });
    }),
    function("QHYCCDI2C_Write", 0, |w| {
        let mut c = w.call("QHYCCDI2C_Write", BUS);
        let (h, req, value, addr) =
            (c.handle(), request(c.rng().next()), c.rng().number() as u16, c.rng().next() as u16);
        let len = request_len(c.rng()) as u16;
        let data = c.rng().bytes(len.into());
        let data = c.input(data);
        // SAFETY: NULL or `len` bytes.
        c.code(|| unsafe { rawio::QHYCCDI2C_Write(h, req, value, addr, data, len) });
    }),
    function("QHYCCDI2C_Read", 1, |w| {
        let mut c = w.call("QHYCCDI2C_Read", BUS);
        let (h, req, value, addr) =
            (c.handle(), request(c.rng().next()), c.rng().number() as u16, c.rng().next() as u16);
        let len = request_len(c.rng()) as u16;
        let data = c.sure_out(len.into());
        // SAFETY: `len` bytes.
        c.code(|| unsafe { rawio::QHYCCDI2C_Read(h, req, value, addr, data, len) });
    }),
    function("QHYCCDReadUSB_SYNC", 0, |w| {
        let mut c = w.call("QHYCCDReadUSB_SYNC", BUS);
        let (h, endpoint, len) =
            (c.handle(), c.rng().pick(&[0x81, 0x81, 0x82, 1, 0xFF]), c.rng().within(0, 100_000));
        let (data, timeout) = (c.sure_out(len as usize), c.rng().within(1, 200));
        c.spoils();
        // SAFETY: `len` bytes.
        c.code(|| unsafe { rawio::QHYCCDReadUSB_SYNC(h, endpoint, len, data, timeout) });
    }),
    function("QHYCCDLibusbBulkTransfer", 0, |w| {
        let mut c = w.call("QHYCCDLibusbBulkTransfer", BUS);
        let (h, endpoint, len) =
            (c.handle(), c.rng().pick(&[0x81, 0x81, 0x82, 1, 0xFF]), c.rng().within(0, 100_000));
        let (data, came, timeout) = (c.sure_out(len as usize), c.out(4), c.rng().within(1, 200));
        c.spoils();
        // SAFETY: `len` bytes; NULL or room.
        c.code(|| unsafe { rawio::QHYCCDLibusbBulkTransfer(h, endpoint, data, len, came, timeout) });
    }),
    function("QHYCCDI2CTwoWrite", 0, |w| {
        let mut c = w.call("QHYCCDI2CTwoWrite", BUS);
        let (h, addr, value) = (c.handle(), c.rng().next() as u16, c.rng().next() as u16);
        c.code(|| rawio::QHYCCDI2CTwoWrite(h, addr, value));
    }),
    function("QHYCCDI2CTwoRead", 1, |w| {
        let mut c = w.call("QHYCCDI2CTwoRead", BUS);
        let (h, addr) = (c.handle(), c.rng().next() as u16);
        c.code(|| rawio::QHYCCDI2CTwoRead(h, addr));
    }),
    function("SetQHYCCDWriteFPGA", 0, |w| {
        let mut c = w.call("SetQHYCCDWriteFPGA", BUS);
        let (h, n, register, value) =
            (c.handle(), c.rng().within(0, 1) as u8, c.rng().next() as u8, c.rng().next() as u8);
        c.code(|| rawio::SetQHYCCDWriteFPGA(h, n, register, value));
    }),
    function("SetQHYCCDWriteCMOS", 0, |w| {
        let mut c = w.call("SetQHYCCDWriteCMOS", BUS);
        let (h, n, register, value) =
            (c.handle(), c.rng().within(0, 1) as u8, c.rng().next() as u16, c.rng().number() as u16);
        c.code(|| rawio::SetQHYCCDWriteCMOS(h, n, register, value));
    }),
];

fn plain(w: &mut Worker<'_>, name: &str, call: Plain) {
    let mut c = w.call(name, TURN);
    let h = c.handle();
    c.code(|| call(h));
}

fn switch(w: &mut Worker<'_>, name: &str, call: Switch) {
    let mut c = w.call(name, TURN);
    let (h, on) = (c.handle(), c.rng().pick(&[0, 1, 1, 2, 255]));
    c.code(|| call(h, on));
}

fn numbered(w: &mut Worker<'_>, name: &str, call: Numbered) {
    let mut c = w.call(name, TURN);
    let (h, number) = (c.handle(), c.rng().number());
    c.code(|| call(h, number));
}

fn cancel(w: &mut Worker<'_>, name: &str, call: Plain) {
    let mut c = w.call(name, LOCAL);
    let h = c.any_handle();
    c.code(|| call(h));
}

/// A function with one output of `len` bytes, which `call` gets, or NULL.
fn out(w: &mut Worker<'_>, name: &str, len: usize, call: fn(*mut c_void, *mut u8) -> u32) {
    let mut c = w.call(name, BUS);
    let (h, output) = (c.handle(), c.out(len));
    c.code(|| call(h, output));
}

type Figure = unsafe extern "C" fn(*mut c_void, f64, *mut f64) -> u32;

fn figure(w: &mut Worker<'_>, name: &str, call: Figure) {
    let mut c = w.call(name, LOCAL);
    let (h, value, output) = (c.handle(), c.rng().real(), c.out(8));
    // SAFETY: NULL or room.
    c.code(|| unsafe { call(h, value, output) });
}

/// Mostly one of the requests that the camera knows.
fn request(random: u64) -> u8 {
    const KNOWN: [u8; 12] = [0xA6, 0xB6, 0xB8, 0xBC, 0xC1, 0xC2, 0xC5, 0xC8, 0xCA, 0xD1, 0xD2, 0xD8];
    if random & 0x300 == 0 { random as u8 } else { KNOWN[random as usize % KNOWN.len()] }
}

fn request_len(rng: &mut crate::rng::Rng) -> u32 {
    match rng.below(12) {
        0 => rng.within(65_530, 65_540),
        1 => rng.within(0, 5000),
        _ => rng.within(0, 64),
    }
}
