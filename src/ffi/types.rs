//! The types of the C interface, in the names and layouts that C programs were written for.
//!
//! cbindgen makes `include/qhyccdstruct.h` from this file and `include/qhyccd.h` from its
//! neighbours; `tests/header.rs` compares both with the committed text. Nothing here has
//! behaviour. A number or flag that comes from C is an integer on the Rust side
//! ([`ControlIdArg`], [`BoolArg`]), because C may put any value there; the headers print
//! those two as `CONTROL_ID` and `bool`, and give the callback types a prefix.
#![allow(non_camel_case_types, non_snake_case, clippy::upper_case_acronyms)]

use std::ffi::{c_char, c_int, c_void};

/// An opened camera. Only `OpenQHYCCD` makes one; a program hands it back unchanged.
pub type qhyccd_handle = c_void;

/// A `CONTROL_ID` as it arrives from C.
///
/// cbindgen:ignore
pub type ControlIdArg = u32;

/// A `bool` as it arrives from C: true when not 0.
///
/// cbindgen:ignore
pub type BoolArg = u8;

/// The word of a callback: 32 bits on 32-bit x86, otherwise 64.
///
/// cbindgen:ignore
#[cfg(target_arch = "x86")]
pub type QHYDWORD = u32;
/// The word of a callback: 32 bits on 32-bit x86, otherwise 64.
///
/// cbindgen:ignore
#[cfg(not(target_arch = "x86"))]
pub type QHYDWORD = u64;

/// Receives the messages that `SetQHYCCDCallBack` asks for.
pub type QHYCCDProcCallBack = Option<
    unsafe extern "C" fn(
        handle: *mut c_void,
        message: QHYDWORD,
        wParam: QHYDWORD,
        lParam: QHYDWORD,
    ) -> QHYDWORD,
>;

/// Receives the id of a camera that came or went.
pub type PnpCallback = Option<unsafe extern "C" fn(id: *mut c_char)>;

/// Receives the id of a camera and the pixels of its frame.
pub type DataCallback = Option<unsafe extern "C" fn(id: *mut c_char, imgdata: *mut u8)>;

/// Is told that something happened.
pub type PlainCallback = Option<unsafe extern "C" fn()>;

/// Receives the handle of a camera in trouble.
pub type HandleCallback = Option<unsafe extern "C" fn(handle: *mut c_void)>;

/// Receives the id of a camera and a state byte of its supply.
pub type UvloCallback = Option<unsafe extern "C" fn(id: *mut c_char, state: u8)>;

/// List of PCIe boards: named in one signature, defined nowhere.
///
/// cbindgen:ignore
#[repr(C)]
#[derive(Debug)]
pub struct fpga_info_list {
    _opaque: [c_int; 0],
}

/// What a camera can be asked for or told, by number. Newer cameras and older programs know
/// other numbers, so any number is accepted and an unknown one is refused.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CONTROL_ID {
    /// Picture brightness, -1 to 1; changes the picture after readout.
    CONTROL_BRIGHTNESS = 0,
    /// Picture contrast, -1 to 1; changes the picture after readout.
    CONTROL_CONTRAST = 1,
    /// White balance, red.
    CONTROL_WBR = 2,
    /// White balance, blue.
    CONTROL_WBB = 3,
    /// White balance, green.
    CONTROL_WBG = 4,
    /// Picture gamma, 0 to 2; changes the picture after readout.
    CONTROL_GAMMA = 5,
    /// Sensor gain, in the steps of the camera.
    CONTROL_GAIN = 6,
    /// Pedestal that is added to every pixel, in the steps of the camera.
    CONTROL_OFFSET = 7,
    /// Exposure time in microseconds.
    CONTROL_EXPOSURE = 8,
    /// Readout speed.
    CONTROL_SPEED = 9,
    /// Bits per sample on the cable: 8 or 16.
    CONTROL_TRANSFERBIT = 10,
    /// Colour channels of a frame.
    CONTROL_CHANNELS = 11,
    /// Pause between rows; a larger value reads out more slowly and loads the bus less.
    CONTROL_USBTRAFFIC = 12,
    /// Row noise reduction.
    CONTROL_ROWNOISERE = 13,
    /// Sensor temperature in degrees Celsius; read only.
    CONTROL_CURTEMP = 14,
    /// Present cooler power, 0 to 255; read only.
    CONTROL_CURPWM = 15,
    /// Cooler power set by hand, 0 to 255.
    CONTROL_MANULPWM = 16,
    /// Filter wheel port; the value is the ASCII code of the position character.
    CONTROL_CFWPORT = 17,
    /// Target temperature in degrees Celsius; the regulation starts when it is set.
    CONTROL_COOLER = 18,
    /// Guide port.
    CONTROL_ST4PORT = 19,
    /// Availability answers the Bayer order, BAYER_GB to BAYER_RG, or QHYCCD_ERROR for mono.
    CAM_COLOR = 20,
    /// Binning 1x1.
    CAM_BIN1X1MODE = 21,
    /// Binning 2x2.
    CAM_BIN2X2MODE = 22,
    /// Binning 3x3.
    CAM_BIN3X3MODE = 23,
    /// Binning 4x4.
    CAM_BIN4X4MODE = 24,
    /// Mechanical shutter.
    CAM_MECHANICALSHUTTER = 25,
    /// Trigger connector.
    CAM_TRIGER_INTERFACE = 26,
    /// Limit of the cooler power.
    CAM_TECOVERPROTECT_INTERFACE = 27,
    /// Signal clamp.
    CAM_SINGNALCLAMP_INTERFACE = 28,
    /// Fine adjustment of the CCD sampling phase.
    CAM_FINETONE_INTERFACE = 29,
    /// Heating of the shutter motor.
    CAM_SHUTTERMOTORHEATING_INTERFACE = 30,
    /// Calibration of the fixed pattern noise.
    CAM_CALIBRATEFPN_INTERFACE = 31,
    /// Temperature sensor in the sensor chip.
    CAM_CHIPTEMPERATURESENSOR_INTERFACE = 32,
    /// Slowest readout over USB.
    CAM_USBREADOUTSLOWEST_INTERFACE = 33,
    /// Output of 8 bits per sample.
    CAM_8BITS = 34,
    /// Output of 16 bits per sample.
    CAM_16BITS = 35,
    /// GPS receiver; 1 writes its record into the head of each frame.
    CAM_GPS = 36,
    /// Leaves the overscan area out of the frame.
    CAM_IGNOREOVERSCAN_INTERFACE = 37,
    /// Automatic exposure, early form.
    QHYCCD_3A_AUTOEXPOSURE = 39,
    /// Automatic focus.
    QHYCCD_3A_AUTOFOCUS = 40,
    /// Amplifier voltage (amplifier glow control).
    CONTROL_AMPV = 41,
    /// Virtual camera for other programs.
    CONTROL_VCAM = 42,
    /// View mode.
    CAM_VIEW_MODE = 43,
    /// Slots of the filter wheel; read only.
    CONTROL_CFWSLOTSNUM = 44,
    /// Whether the exposure is over; read only.
    IS_EXPOSING_DONE = 45,
    /// Black level of the screen stretch.
    ScreenStretchB = 46,
    /// White level of the screen stretch.
    ScreenStretchW = 47,
    /// Frame memory inside the camera.
    CONTROL_DDR = 48,
    /// Sensor mode for low light.
    CAM_LIGHT_PERFORMANCE_MODE = 49,
    /// Guide mode of the QHY5II.
    CAM_QHY5II_GUIDE_MODE = 50,
    /// Data held in the frame memory of the camera; read only.
    DDR_BUFFER_CAPACITY = 51,
    /// Fill level from which the frame memory is read out.
    DDR_BUFFER_READ_THRESHOLD = 52,
    /// Gain recommended for the camera; read only.
    DefaultGain = 53,
    /// Offset recommended for the camera; read only.
    DefaultOffset = 54,
    /// Bits of a sample that carry data; read only.
    OutputDataActualBits = 55,
    /// Whether the data stand at the low or the high end of a sample; read only.
    OutputDataAlignment = 56,
    /// Single frames.
    CAM_SINGLEFRAMEMODE = 57,
    /// Live stream.
    CAM_LIVEVIDEOMODE = 58,
    /// Colour sensor.
    CAM_IS_COLOR = 59,
    /// Frame counter inside the camera.
    hasHardwareFrameCounter = 60,
    /// Not a control: a number left free where an early end of the list stood.
    CONTROL_MAX_ID_Error = 61,
    /// Humidity in the sensor chamber; read only.
    CAM_HUMIDITY = 62,
    /// Pressure in the sensor chamber; read only.
    CAM_PRESSURE = 63,
    /// Vacuum pump of the sensor chamber.
    CONTROL_VACUUM_PUMP = 64,
    /// Air circulation pump of the sensor chamber.
    CONTROL_SensorChamberCycle_PUMP = 65,
    /// Output of 32 bits per sample.
    CAM_32BITS = 66,
    /// Supply voltage fault of the sensor; read only.
    CAM_Sensor_ULVO_Status = 67,
    /// Renewed phase training of the sensor link.
    CAM_SensorPhaseReTrain = 68,
    /// Start-up configuration kept in the camera.
    CAM_InitConfigFromFlash = 69,
    /// Choice among several trigger modes.
    CAM_TRIGER_MODE = 70,
    /// Trigger output.
    CAM_TRIGER_OUT = 71,
    /// Burst capture.
    CAM_BURST_MODE = 72,
    /// Loudspeaker and lamp alarm.
    CAM_SPEAKER_LED_ALARM = 73,
    /// Watchdog inside the camera.
    CAM_WATCH_DOG_FPGA = 74,
    /// Binning 6x6.
    CAM_BIN6X6MODE = 75,
    /// Binning 8x8.
    CAM_BIN8X8MODE = 76,
    /// GPS calibration lamp of cameras with a global shutter.
    CAM_GlobalSensorGPSLED = 77,
    /// Rotation or mirroring of the picture: a value of ImgProc.
    CONTROL_ImgProc = 78,
    /// Removal of residual images.
    CONTROL_RemoveRBI = 79,
    /// Global reset.
    CONTROL_GlobalReset = 80,
    /// Check code in each frame.
    CONTROL_FrameDetect = 81,
    /// Conversion between gain steps and decibels.
    CAM_GainDBConversion = 82,
    /// Curve of the system gain in electrons per ADU.
    CAM_CurveSystemGain = 83,
    /// Curve of the full well capacity.
    CAM_CurveFullWell = 84,
    /// Curve of the read noise.
    CAM_CurveReadoutNoise = 85,
    /// Binning by the mean instead of the sum.
    CAM_UseAverageBinning = 86,
    /// External pump, second version.
    CONTROL_OUTSIDE_PUMP_V2 = 87,
    /// Automatic exposure: which values it may change.
    CONTROL_AUTOEXPOSURE = 88,
    /// Brightness that the automatic exposure aims at.
    CONTROL_AUTOEXPTargetBrightness = 89,
    /// Area that the automatic exposure measures.
    CONTROL_AUTOEXPSampleArea = 90,
    /// Longest exposure of the automatic exposure, in milliseconds.
    CONTROL_AUTOEXPexpMaxMS = 91,
    /// Highest gain of the automatic exposure.
    CONTROL_AUTOEXPgainMax = 92,
    /// Error lamp.
    CONTROL_Error_Led = 93,
    /// End of the consecutive numbers; moves with the generation of the header.
    CONTROL_MAX_ID = 94,
    /// Automatic white balance.
    CONTROL_AUTOWHITEBALANCE = 1024,
    /// Image stabilisation.
    CONTROL_ImageStabilization = 1025,
    /// Gain in decibels.
    CONTROL_GAINdB = 1026,
    /// Correction of defective pixels.
    CONTROL_DPC = 1027,
    /// Threshold of the defective pixel correction.
    CONTROL_DPC_value = 1028,
    /// Merging of high and low gain readings.
    CONTROL_HDR = 1029,
    /// Slope that the merge applies to the low gain reading.
    CONTROL_HDR_L_k = 1030,
    /// Intercept that the merge applies to the low gain reading.
    CONTROL_HDR_L_b = 1031,
    /// Value at which the merge switches between the readings.
    CONTROL_HDR_x = 1032,
    /// Whether the merge shows its slope and intercept.
    CONTROL_HDR_showKB = 1033,
}

/// Colour filter order of a sensor, from its first pixel.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BAYER_ID {
    /// First row G B, second row R G.
    BAYER_GB = 1,
    /// First row G R, second row B G.
    BAYER_GR = 2,
    /// First row B G, second row G R.
    BAYER_BG = 3,
    /// First row R G, second row G B.
    BAYER_RG = 4,
}

/// Video compression.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodecID {
    /// No compression.
    NONE_CODEC = 0,
    /// H.261.
    H261_CODEC = 1,
}

/// Turning and mirroring of a picture.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImgProc {
    /// As read out.
    NOPROC = 0,
    /// Half a turn.
    ROTATION180 = 1,
    /// A quarter turn to the left.
    ROTATION90L = 2,
    /// A quarter turn to the right.
    ROTATION90R = 3,
    /// Left and right exchanged.
    MIRRORH = 4,
    /// Top and bottom exchanged.
    MIRRORV = 5,
}

/// Register block of the early CCD cameras. No function uses it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct CCDREG {
    pub Gain: u8,
    pub Offset: u8,
    pub Exptime: u32,
    pub HBIN: u8,
    pub VBIN: u8,
    pub LineSize: u16,
    pub VerticalSize: u16,
    pub SKIP_TOP: u16,
    pub SKIP_BOTTOM: u16,
    pub LiveVideo_BeginLine: u16,
    pub AnitInterlace: u16,
    pub MultiFieldBIN: u8,
    pub AMPVOLTAGE: u8,
    pub DownloadSpeed: u8,
    pub TgateMode: u8,
    pub ShortExposure: u8,
    pub VSUB: u8,
    pub CLAMP: u8,
    pub TransferBIT: u8,
    pub TopSkipNull: u8,
    pub TopSkipPix: u16,
    pub MechanicalShutterMode: u8,
    pub DownloadCloseTEC: u8,
    pub SDRAM_MAXSIZE: u8,
    pub ClockADJ: u16,
    pub Trig: u8,
    pub MotorHeating: u8,
    pub WindowHeater: u8,
    pub ADCSEL: u8,
}

/// Second register block of the early CCD cameras. No function uses it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct BIOREG {
    pub LineSize: u16,
    pub PatchNumber: u16,
    pub AMPVOLTAGE: u8,
    pub ShortExposure: u8,
    pub SDRAM_MAXSIZE: u8,
    pub DownloadSpeed: u8,
    pub TransferBIT: u8,
    pub BIOCCD_Mode: u8,
    pub BIOCCD_Video: u8,
    pub SDRAM_Bypass: u8,
}

/// A control and its range.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct QHYCamMinMaxStepValue {
    /// Name of the control.
    pub name: *const c_char,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Distance of neighbouring values.
    pub step: f64,
}

/// A frame and its shape. No function uses it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct QHYGetImageParam {
    /// The camera.
    pub handle: *mut c_void,
    /// The pixels.
    pub imgdata: *mut u8,
    /// Width in pixels.
    pub w: u32,
    /// Height in pixels.
    pub h: u32,
    /// Bits per sample.
    pub bpp: u32,
    /// Samples per pixel.
    pub channels: u32,
    /// Whether the pixels are there.
    pub HaveImgData: BoolArg,
}

/// Polygon of a histogram. No function uses it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HistCoordinates {
    /// Horizontal positions.
    pub x: [c_int; 3000],
    /// Vertical positions.
    pub y: [c_int; 3000],
}

/// A star found at a whole pixel. No function uses it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StarRough {
    /// Column.
    pub x: c_int,
    /// Row.
    pub y: c_int,
    /// Brightness.
    pub starLevel: c_int,
}

/// A measured star. No function uses it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StarData {
    /// Column.
    pub x: f64,
    /// Row.
    pub y: f64,
    /// Signal to noise ratio.
    pub snr: f64,
    /// Brightness.
    pub brightness: c_int,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ControlId;
    use std::mem::{align_of, offset_of, size_of};

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn layouts_are_those_of_the_c_side() {
        // The same numbers as in c-tests/layout.c, so Rust and C agree.
        assert_eq!((size_of::<CCDREG>(), align_of::<CCDREG>()), (44, 4));
        assert_eq!(offset_of!(CCDREG, Exptime), 4);
        assert_eq!(offset_of!(CCDREG, TopSkipPix), 32);
        assert_eq!(offset_of!(CCDREG, ADCSEL), 43);
        assert_eq!((size_of::<BIOREG>(), align_of::<BIOREG>()), (12, 2));
        assert_eq!((size_of::<QHYCamMinMaxStepValue>(), align_of::<QHYCamMinMaxStepValue>()), (32, 8));
        assert_eq!((size_of::<QHYGetImageParam>(), align_of::<QHYGetImageParam>()), (40, 8));
        assert_eq!(offset_of!(QHYGetImageParam, HaveImgData), 32);
        assert_eq!((size_of::<HistCoordinates>(), align_of::<HistCoordinates>()), (24000, 4));
        assert_eq!((size_of::<StarRough>(), align_of::<StarRough>()), (12, 4));
        assert_eq!((size_of::<StarData>(), align_of::<StarData>()), (32, 8));
        assert_eq!(size_of::<CONTROL_ID>(), 4);
        assert_eq!(size_of::<QHYCCDProcCallBack>(), 8);
    }

    #[test]
    fn the_model_counts_controls_as_c_does() {
        for (id, c) in [
            (ControlId::GAIN, CONTROL_ID::CONTROL_GAIN),
            (ControlId::EXPOSURE, CONTROL_ID::CONTROL_EXPOSURE),
            (ControlId::COLOR, CONTROL_ID::CAM_COLOR),
            (ControlId::BITS_16, CONTROL_ID::CAM_16BITS),
            (ControlId::GPS, CONTROL_ID::CAM_GPS),
            (ControlId::CFW_SLOTS_NUM, CONTROL_ID::CONTROL_CFWSLOTSNUM),
            (ControlId::HUMIDITY, CONTROL_ID::CAM_HUMIDITY),
            (ControlId::BIN8X8MODE, CONTROL_ID::CAM_BIN8X8MODE),
            (ControlId::ERROR_LED, CONTROL_ID::CONTROL_Error_Led),
            (ControlId::GAIN_DB, CONTROL_ID::CONTROL_GAINdB),
            (ControlId::HDR_SHOW_KB, CONTROL_ID::CONTROL_HDR_showKB),
        ] {
            assert_eq!(id.0, c as u32, "{c:?}");
        }
    }
}
