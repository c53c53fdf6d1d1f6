//! The numbers that name a control in the public interface (header 25.9.29; 94 and 95
//! are newer). Any number may arrive from C, so this is no enum.

use std::fmt;

/// Number of a control.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ControlId(pub u32);

impl fmt::Debug for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "control {}", self.0)
    }
}

#[rustfmt::skip]
impl ControlId {
    /// `CONTROL_BRIGHTNESS`.
    pub const BRIGHTNESS: ControlId = ControlId(0);
    /// `CONTROL_CONTRAST`.
    pub const CONTRAST: ControlId = ControlId(1);
    /// `CONTROL_WBR`.
    pub const WBR: ControlId = ControlId(2);
    /// `CONTROL_WBB`.
    pub const WBB: ControlId = ControlId(3);
    /// `CONTROL_WBG`.
    pub const WBG: ControlId = ControlId(4);
    /// `CONTROL_GAMMA`.
    pub const GAMMA: ControlId = ControlId(5);
    /// `CONTROL_GAIN`.
    pub const GAIN: ControlId = ControlId(6);
    /// `CONTROL_OFFSET`.
    pub const OFFSET: ControlId = ControlId(7);
    /// `CONTROL_EXPOSURE`.
    pub const EXPOSURE: ControlId = ControlId(8);
    /// `CONTROL_SPEED`.
    pub const SPEED: ControlId = ControlId(9);
    /// `CONTROL_TRANSFERBIT`.
    pub const TRANSFER_BIT: ControlId = ControlId(10);
    /// `CONTROL_CHANNELS`.
    pub const CHANNELS: ControlId = ControlId(11);
    /// `CONTROL_USBTRAFFIC`.
    pub const USB_TRAFFIC: ControlId = ControlId(12);
    /// `CONTROL_ROWNOISERE`.
    pub const ROW_NOISE_REDUCTION: ControlId = ControlId(13);
    /// `CONTROL_CURTEMP`.
    pub const CUR_TEMP: ControlId = ControlId(14);
    /// `CONTROL_CURPWM`.
    pub const CUR_PWM: ControlId = ControlId(15);
    /// `CONTROL_MANULPWM`.
    pub const MANUAL_PWM: ControlId = ControlId(16);
    /// `CONTROL_CFWPORT`.
    pub const CFW_PORT: ControlId = ControlId(17);
    /// `CONTROL_COOLER`.
    pub const COOLER: ControlId = ControlId(18);
    /// `CONTROL_ST4PORT`.
    pub const ST4_PORT: ControlId = ControlId(19);
    /// `CAM_COLOR`.
    pub const COLOR: ControlId = ControlId(20);
    /// `CAM_BIN1X1MODE`.
    pub const BIN1X1MODE: ControlId = ControlId(21);
    /// `CAM_BIN2X2MODE`.
    pub const BIN2X2MODE: ControlId = ControlId(22);
    /// `CAM_BIN3X3MODE`.
    pub const BIN3X3MODE: ControlId = ControlId(23);
    /// `CAM_BIN4X4MODE`.
    pub const BIN4X4MODE: ControlId = ControlId(24);
    /// `CAM_MECHANICALSHUTTER`.
    pub const MECHANICAL_SHUTTER: ControlId = ControlId(25);
    /// `CAM_TRIGER_INTERFACE`.
    pub const TRIGGER_INTERFACE: ControlId = ControlId(26);
    /// `CAM_TECOVERPROTECT_INTERFACE`.
    pub const TEC_OVERPROTECT_INTERFACE: ControlId = ControlId(27);
    /// `CAM_SINGNALCLAMP_INTERFACE`.
    pub const SIGNAL_CLAMP_INTERFACE: ControlId = ControlId(28);
    /// `CAM_FINETONE_INTERFACE`.
    pub const FINETONE_INTERFACE: ControlId = ControlId(29);
    /// `CAM_SHUTTERMOTORHEATING_INTERFACE`.
    pub const SHUTTER_MOTOR_HEATING_INTERFACE: ControlId = ControlId(30);
    /// `CAM_CALIBRATEFPN_INTERFACE`.
    pub const CALIBRATE_FPN_INTERFACE: ControlId = ControlId(31);
    /// `CAM_CHIPTEMPERATURESENSOR_INTERFACE`.
    pub const CHIP_TEMPERATURE_SENSOR_INTERFACE: ControlId = ControlId(32);
    /// `CAM_USBREADOUTSLOWEST_INTERFACE`.
    pub const USB_READOUT_SLOWEST_INTERFACE: ControlId = ControlId(33);
    /// `CAM_8BITS`.
    pub const BITS_8: ControlId = ControlId(34);
    /// `CAM_16BITS`.
    pub const BITS_16: ControlId = ControlId(35);
    /// `CAM_GPS`.
    pub const GPS: ControlId = ControlId(36);
    /// `CAM_IGNOREOVERSCAN_INTERFACE`.
    pub const IGNORE_OVERSCAN: ControlId = ControlId(37);
    /// `QHYCCD_3A_AUTOEXPOSURE`.
    pub const AUTO_EXPOSURE: ControlId = ControlId(39);
    /// `QHYCCD_3A_AUTOFOCUS`.
    pub const AUTO_FOCUS: ControlId = ControlId(40);
    /// `CONTROL_AMPV`.
    pub const AMPV: ControlId = ControlId(41);
    /// `CONTROL_VCAM`.
    pub const VCAM: ControlId = ControlId(42);
    /// `CAM_VIEW_MODE`.
    pub const VIEW_MODE: ControlId = ControlId(43);
    /// `CONTROL_CFWSLOTSNUM`.
    pub const CFW_SLOTS_NUM: ControlId = ControlId(44);
    /// `IS_EXPOSING_DONE`.
    pub const IS_EXPOSING_DONE: ControlId = ControlId(45);
    /// `ScreenStretchB`.
    pub const SCREEN_STRETCH_B: ControlId = ControlId(46);
    /// `ScreenStretchW`.
    pub const SCREEN_STRETCH_W: ControlId = ControlId(47);
    /// `CONTROL_DDR`.
    pub const DDR: ControlId = ControlId(48);
    /// `CAM_LIGHT_PERFORMANCE_MODE`.
    pub const LIGHT_PERFORMANCE_MODE: ControlId = ControlId(49);
    /// `CAM_QHY5II_GUIDE_MODE`.
    pub const QHY5II_GUIDE_MODE: ControlId = ControlId(50);
    /// `DDR_BUFFER_CAPACITY`.
    pub const DDR_BUFFER_CAPACITY: ControlId = ControlId(51);
    /// `DDR_BUFFER_READ_THRESHOLD`.
    pub const DDR_BUFFER_READ_THRESHOLD: ControlId = ControlId(52);
    /// `DefaultGain`.
    pub const DEFAULT_GAIN: ControlId = ControlId(53);
    /// `DefaultOffset`.
    pub const DEFAULT_OFFSET: ControlId = ControlId(54);
    /// `OutputDataActualBits`.
    pub const OUTPUT_DATA_ACTUAL_BITS: ControlId = ControlId(55);
    /// `OutputDataAlignment`.
    pub const OUTPUT_DATA_ALIGNMENT: ControlId = ControlId(56);
    /// `CAM_SINGLEFRAMEMODE`.
    pub const SINGLE_FRAME_MODE: ControlId = ControlId(57);
    /// `CAM_LIVEVIDEOMODE`.
    pub const LIVE_VIDEO_MODE: ControlId = ControlId(58);
    /// `CAM_IS_COLOR`.
    pub const IS_COLOR: ControlId = ControlId(59);
    /// `hasHardwareFrameCounter`.
    pub const HAS_HARDWARE_FRAME_COUNTER: ControlId = ControlId(60);
    /// `CAM_HUMIDITY`.
    pub const HUMIDITY: ControlId = ControlId(62);
    /// `CAM_PRESSURE`.
    pub const PRESSURE: ControlId = ControlId(63);
    /// `CONTROL_VACUUM_PUMP`.
    pub const VACUUM_PUMP: ControlId = ControlId(64);
    /// `CONTROL_SensorChamberCycle_PUMP`.
    pub const SENSOR_CHAMBER_CYCLE_PUMP: ControlId = ControlId(65);
    /// `CAM_32BITS`.
    pub const BITS_32: ControlId = ControlId(66);
    /// `CAM_Sensor_ULVO_Status`.
    pub const SENSOR_ULVO_STATUS: ControlId = ControlId(67);
    /// `CAM_SensorPhaseReTrain`.
    pub const SENSOR_PHASE_RETRAIN: ControlId = ControlId(68);
    /// `CAM_InitConfigFromFlash`.
    pub const INIT_CONFIG_FROM_FLASH: ControlId = ControlId(69);
    /// `CAM_TRIGER_MODE`.
    pub const TRIGGER_MODE: ControlId = ControlId(70);
    /// `CAM_TRIGER_OUT`.
    pub const TRIGGER_OUT: ControlId = ControlId(71);
    /// `CAM_BURST_MODE`.
    pub const BURST_MODE: ControlId = ControlId(72);
    /// `CAM_SPEAKER_LED_ALARM`.
    pub const SPEAKER_LED_ALARM: ControlId = ControlId(73);
    /// `CAM_WATCH_DOG_FPGA`.
    pub const WATCH_DOG_FPGA: ControlId = ControlId(74);
    /// `CAM_BIN6X6MODE`.
    pub const BIN6X6MODE: ControlId = ControlId(75);
    /// `CAM_BIN8X8MODE`.
    pub const BIN8X8MODE: ControlId = ControlId(76);
    /// `CAM_GlobalSensorGPSLED`.
    pub const GLOBAL_SENSOR_GPS_LED: ControlId = ControlId(77);
    /// `CONTROL_ImgProc`.
    pub const IMG_PROC: ControlId = ControlId(78);
    /// `CONTROL_RemoveRBI`.
    pub const REMOVE_RBI: ControlId = ControlId(79);
    /// `CONTROL_GlobalReset`.
    pub const GLOBAL_RESET: ControlId = ControlId(80);
    /// `CONTROL_FrameDetect`.
    pub const FRAME_DETECT: ControlId = ControlId(81);
    /// `CAM_GainDBConversion`.
    pub const GAIN_DB_CONVERSION: ControlId = ControlId(82);
    /// `CAM_CurveSystemGain`.
    pub const CURVE_SYSTEM_GAIN: ControlId = ControlId(83);
    /// `CAM_CurveFullWell`.
    pub const CURVE_FULL_WELL: ControlId = ControlId(84);
    /// `CAM_CurveReadoutNoise`.
    pub const CURVE_READOUT_NOISE: ControlId = ControlId(85);
    /// `CAM_UseAverageBinning`.
    pub const USE_AVERAGE_BINNING: ControlId = ControlId(86);
    /// `CONTROL_OUTSIDE_PUMP_V2`.
    pub const OUTSIDE_PUMP_V2: ControlId = ControlId(87);
    /// `CONTROL_AUTOEXPOSURE`.
    pub const AUTOEXP: ControlId = ControlId(88);
    /// `CONTROL_AUTOEXPTargetBrightness`.
    pub const AUTOEXP_TARGET_BRIGHTNESS: ControlId = ControlId(89);
    /// `CONTROL_AUTOEXPSampleArea`.
    pub const AUTOEXP_SAMPLE_AREA: ControlId = ControlId(90);
    /// `CONTROL_AUTOEXPexpMaxMS`.
    pub const AUTOEXP_EXP_MAX_MS: ControlId = ControlId(91);
    /// `CONTROL_AUTOEXPgainMax`.
    pub const AUTOEXP_GAIN_MAX: ControlId = ControlId(92);
    /// `CONTROL_Error_Led`.
    pub const ERROR_LED: ControlId = ControlId(93);
    /// `CONTROL_AUTOWHITEBALANCE`.
    pub const AUTO_WHITE_BALANCE: ControlId = ControlId(1024);
    /// `CONTROL_ImageStabilization`.
    pub const IMAGE_STABILIZATION: ControlId = ControlId(1025);
    /// `CONTROL_GAINdB`.
    pub const GAIN_DB: ControlId = ControlId(1026);
    /// `CONTROL_DPC`.
    pub const DPC: ControlId = ControlId(1027);
    /// `CONTROL_DPC_value`.
    pub const DPC_VALUE: ControlId = ControlId(1028);
    /// `CONTROL_HDR`.
    pub const HDR: ControlId = ControlId(1029);
    /// `CONTROL_HDR_L_k`.
    pub const HDR_L_K: ControlId = ControlId(1030);
    /// `CONTROL_HDR_L_b`.
    pub const HDR_L_B: ControlId = ControlId(1031);
    /// `CONTROL_HDR_x`.
    pub const HDR_X: ControlId = ControlId(1032);
    /// `CONTROL_HDR_showKB`.
    pub const HDR_SHOW_KB: ControlId = ControlId(1033);
    /// `CONTROL_HEATINGBOARD` (seen in the maker's newest program only).
    pub const HEATINGBOARD: ControlId = ControlId(94);
    /// `CONTROL_CAA_ROTATOR` (the same); on a QHY600 it writes the fan record (observed).
    pub const CAA_ROTATOR: ControlId = ControlId(95);
}

impl ControlId {
    /// What `GetQHYCCDControlName` answers; the vendor's library has names for these few
    /// only (observed), and an error for all others.
    pub const fn vendor_name(self) -> Option<&'static str> {
        Some(match self {
            ControlId::GLOBAL_RESET => "GlobalReset(ForFSI)",
            ControlId::AUTO_WHITE_BALANCE => "AUTOWHITEBALANCE",
            ControlId::IMAGE_STABILIZATION => "ImageStabilization",
            ControlId::GAIN_DB => "Gain(dB)",
            ControlId::DPC => "DPC",
            ControlId::DPC_VALUE => "DPC_value",
            ControlId::HDR => "HDR_correction",
            ControlId::HDR_L_K => "HDR_L_k",
            ControlId::HDR_L_B => "HDR_L_b",
            ControlId::HDR_X => "HDR_x",
            ControlId::HDR_SHOW_KB => "HDR_showKB",
            _ => return None,
        })
    }
}
