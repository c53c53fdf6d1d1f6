//! Which function of the C API is which operation of the table in `state.rs`: the list that
//! `docs/states.md` is printed from, and the proof that none is left out.

use super::Op;

/// Functions of each operation.
pub(super) const CALLS: [(Op, &str); 14] = [
    (
        Op::Recall,
        "ClearQHYCCDImageQueue GetQHYCCDChipInfo GetQHYCCDControlName GetQHYCCDCurrentROI \
         GetQHYCCDEffectiveArea GetQHYCCDExposureRemaining GetQHYCCDMemLength GetQHYCCDNumberOfReadModes \
         GetQHYCCDOverScanArea GetQHYCCDParamMinMaxStep GetQHYCCDReadMode GetQHYCCDReadModeName \
         GetQHYCCDReadModeResolution GetQHYCCDSensorName \
         GetQHYCCDTrigerInterfaceName GetQHYCCDTrigerInterfaceNumber GetQHYCCDTrigerModeName \
         GetQHYCCDTrigerModeNumber GetQHYCCDType HistInfo192x130 IsQHYCCDControlAvailable \
         QHYCCDOpenGetCoolingRamp QHYCCD_DbGainToGainValue QHYCCD_GainValueToDbGain QHYCCD_curveFullWell QHYCCD_curveReadoutNoise \
         QHYCCD_curveSystemGain SetQHYCCDBufferNumber SetQHYCCDCalibrationOnOff \
         SetQHYCCDLoadCalibrationFrames SetQHYCCDSingleFrameTimeOut SetQHYCCDTrigerMode",
    ),
    (
        Op::Ask,
        "GetQHYCCDCameraStatus GetQHYCCDFPGATemp GetQHYCCDFPGAVersion GetQHYCCDFWVersion GetQHYCCDHumidity \
         GetQHYCCDPreciseExposureInfo GetQHYCCDPressure \
         GetQHYCCDRollingShutterEndOffset QHYCCDGetDebugDataD3 QHYCCDI2CTwoRead \
         QHYCCDI2C_Read QHYCCDLibusbBulkTransfer QHYCCDReadUSB_SYNC QHYCCDVendRequestRead",
    ),
    (Op::Cooler, "ControlQHYCCDTemp QHYCCDOpenSetCoolingRamp"),
    (Op::Wheel, "GetQHYCCDCFWStatus IsQHYCCDCFWPlugged SendOrder2QHYCCDCFW"),
    (
        Op::Registers,
        "ControlQHYCCDGuide EnableQHYCCDBurstCountFun EnableQHYCCDBurstMode EnableQHYCCDTrigerOut EnableQHYCCDTrigerOutA \
         QHYCCDI2CTwoWrite QHYCCDI2C_Write QHYCCDVendRequestWrite ReleaseQHYCCDBurstIDLE \
         RereadQHYCCDBurstFrame SendSoftTriger2QHYCCDCam SetQHYCCDBurstIDLE SetQHYCCDBurstModePatchNumber \
         SetQHYCCDBurstModeStartEnd SetQHYCCDEnableLiveModeAntiRBI SetQHYCCDFrameDetectCode \
         SetQHYCCDFrameDetectOnOff SetQHYCCDFrameDetectPos SetQHYCCDTrigerFilterOnOff SetQHYCCDTrigerFilterTime \
         SetQHYCCDTrigerFunction SetQHYCCDTrigerInterface SetQHYCCDTrigerInOnly SetQHYCCDTrigerOutOnly SetQHYCCDWriteCMOS \
         SetQHYCCDWriteFPGA",
    ),
    (Op::Format, "SetQHYCCDBinMode SetQHYCCDBitsMode SetQHYCCDDebayerOnOff SetQHYCCDResolution"),
    (Op::Mode, "SetQHYCCDReadMode SetQHYCCDStreamMode"),
    (Op::Init, "InitQHYCCD"),
    (Op::Start, "ExpQHYCCDSingleFrame"),
    (Op::Read, "GetQHYCCDSingleFrame"),
    (Op::Cancel, "CancelQHYCCDExposing CancelQHYCCDExposingAndReadout"),
    (Op::Begin, "BeginQHYCCDLive"),
    (Op::LiveFrame, "GetQHYCCDLiveFrame"),
    (Op::Stop, "StopQHYCCDLive"),
];

/// Functions of which the arguments tell the operation: the control, or one after the other.
pub(super) const SEVERAL: &str = "GetQHYCCDParam SetQHYCCDParam resetDev";

/// Functions that ask nothing of an open camera: the library, pictures in memory, words.
pub(super) const INDEPENDENT: &str = "Bits16ToBits8 CloseQHYCCD DownloadFX3FirmWare EnableQHYCCDLogFile EnableQHYCCDMessage \
     EnableQHYCCDMessageTest GetCameraIsSuperSpeedFromID GetCameraStatusFromID GetLastErrorInfo GetQHYCCDId \
     GetQHYCCDLastError GetQHYCCDModel GetQHYCCDPCIECardNum GetQHYCCDReadModeNameFromID \
     GetQHYCCDReadModeNumberFromID GetQHYCCDReadingProgress GetQHYCCDSDKBuildVersion GetQHYCCDSDKVersion \
     GetReadModeName GetReadModesNumber GetTimeStamp ImgProcRotationMirror InitQHYCCDResource \
     OSXInitQHYCCDFirmware OSXInitQHYCCDFirmwareArray OpenQHYCCD OutputQHYCCDDebug QHYCCDEqualizeHistogram \
     QHYCCDGetDebugControlID QHYCCDOpenVersion QHYCCDQuit RegisterCriticalEventError RegisterDataEventLive \
     RegisterDataEventSingle RegisterPnpEvent RegisterPnpEventIn RegisterPnpEventOut RegisterPnpEventUVLO \
     RegisterTransferEventError ReleaseQHYCCDResource ScanQHYCCD SetQHYCCDAutoDetectCamera \
     SetQHYCCDCallBack SetQHYCCDLogFunction SetQHYCCDLogLevel SetQHYCCDLogPath SetQHYCCDQuit \
     call_critical_event_error call_data_event_live call_pnp_event call_transfer_event_error";
