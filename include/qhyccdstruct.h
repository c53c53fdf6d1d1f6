/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Types of the interface: controls, callbacks and structures.
 *
 * Generated from src/ffi/types.rs by tests/header; not to be edited.
 */

#ifndef __QHYCCDSTRUCTDEF_H__
#define __QHYCCDSTRUCTDEF_H__

#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
/* A program may include this inside extern "C"; templates cannot stand there. */
extern "C++" {
#include <algorithm>
#include <array>
#include <functional>
#include <string>
}
#else
#include <stdbool.h>
#endif

#include "qhyccd_config.h"

/* How programs declare functions of this kind. */
#ifndef EXPORTC
#ifdef __cplusplus
#define EXPORTC extern "C"
#else
#define EXPORTC
#endif
#endif
#ifndef EXPORTFUNC
#if defined(_WIN32) && defined(__cplusplus)
#define EXPORTFUNC extern "C" __declspec(dllexport)
#else
#define EXPORTFUNC EXPORTC
#endif
#endif
#ifndef STDCALL
#ifdef _WIN32
#define STDCALL __stdcall
#else
#define STDCALL
#endif
#endif

/* Directions of a USB vendor request. */
#define QHYCCD_REQUEST_RQT   0
#define QHYCCD_REQUEST_READ  0xC0
#define QHYCCD_REQUEST_WRITE 0x40

/* Orders to a mechanical shutter. */
#define MACHANICALSHUTTER_OPEN  0
#define MACHANICALSHUTTER_CLOSE 1
#define MACHANICALSHUTTER_FREE  2

/* Sizes of read mode tables. */
#define MAX_READMODE_NUMBER        8
#define MAX_READMODE_CAMARA_NUMBER 8

/* Word of a callback. */
#if defined(_M_IX86) || defined(__i386__)
typedef uint32_t QHYDWORD;
#else
typedef uint64_t QHYDWORD;
#endif

/**
 * What a camera can be asked for or told, by number. Newer cameras and older programs know
 * other numbers, so any number is accepted and an unknown one is refused.
 */
typedef enum CONTROL_ID {
    /** Picture brightness, -1 to 1; changes the picture after readout. */
    CONTROL_BRIGHTNESS = 0,
    /** Picture contrast, -1 to 1; changes the picture after readout. */
    CONTROL_CONTRAST = 1,
    /** White balance, red. */
    CONTROL_WBR = 2,
    /** White balance, blue. */
    CONTROL_WBB = 3,
    /** White balance, green. */
    CONTROL_WBG = 4,
    /** Picture gamma, 0 to 2; changes the picture after readout. */
    CONTROL_GAMMA = 5,
    /** Sensor gain, in the steps of the camera. */
    CONTROL_GAIN = 6,
    /** Pedestal that is added to every pixel, in the steps of the camera. */
    CONTROL_OFFSET = 7,
    /** Exposure time in microseconds. */
    CONTROL_EXPOSURE = 8,
    /** Readout speed. */
    CONTROL_SPEED = 9,
    /** Bits per sample on the cable: 8 or 16. */
    CONTROL_TRANSFERBIT = 10,
    /** Colour channels of a frame. */
    CONTROL_CHANNELS = 11,
    /** Pause between rows; a larger value reads out more slowly and loads the bus less. */
    CONTROL_USBTRAFFIC = 12,
    /** Row noise reduction. */
    CONTROL_ROWNOISERE = 13,
    /** Sensor temperature in degrees Celsius; read only. */
    CONTROL_CURTEMP = 14,
    /** Present cooler power, 0 to 255; read only. */
    CONTROL_CURPWM = 15,
    /** Cooler power set by hand, 0 to 255. */
    CONTROL_MANULPWM = 16,
    /** Filter wheel port; the value is the ASCII code of the position character. */
    CONTROL_CFWPORT = 17,
    /** Target temperature in degrees Celsius; the regulation starts when it is set. */
    CONTROL_COOLER = 18,
    /** Guide port. */
    CONTROL_ST4PORT = 19,
    /** Availability answers the Bayer order, BAYER_GB to BAYER_RG, or QHYCCD_ERROR for mono. */
    CAM_COLOR = 20,
    /** Binning 1x1. */
    CAM_BIN1X1MODE = 21,
    /** Binning 2x2. */
    CAM_BIN2X2MODE = 22,
    /** Binning 3x3. */
    CAM_BIN3X3MODE = 23,
    /** Binning 4x4. */
    CAM_BIN4X4MODE = 24,
    /** Mechanical shutter. */
    CAM_MECHANICALSHUTTER = 25,
    /** Trigger connector. */
    CAM_TRIGER_INTERFACE = 26,
    /** Limit of the cooler power. */
    CAM_TECOVERPROTECT_INTERFACE = 27,
    /** Signal clamp. */
    CAM_SINGNALCLAMP_INTERFACE = 28,
    /** Fine adjustment of the CCD sampling phase. */
    CAM_FINETONE_INTERFACE = 29,
    /** Heating of the shutter motor. */
    CAM_SHUTTERMOTORHEATING_INTERFACE = 30,
    /** Calibration of the fixed pattern noise. */
    CAM_CALIBRATEFPN_INTERFACE = 31,
    /** Temperature sensor in the sensor chip. */
    CAM_CHIPTEMPERATURESENSOR_INTERFACE = 32,
    /** Slowest readout over USB. */
    CAM_USBREADOUTSLOWEST_INTERFACE = 33,
    /** Output of 8 bits per sample. */
    CAM_8BITS = 34,
    /** Output of 16 bits per sample. */
    CAM_16BITS = 35,
    /** GPS receiver; 1 writes its record into the head of each frame. */
    CAM_GPS = 36,
    /** Leaves the overscan area out of the frame. */
    CAM_IGNOREOVERSCAN_INTERFACE = 37,
    /** Automatic exposure, early form. */
    QHYCCD_3A_AUTOEXPOSURE = 39,
    /** Automatic focus. */
    QHYCCD_3A_AUTOFOCUS = 40,
    /** Amplifier voltage (amplifier glow control). */
    CONTROL_AMPV = 41,
    /** Virtual camera for other programs. */
    CONTROL_VCAM = 42,
    /** View mode. */
    CAM_VIEW_MODE = 43,
    /** Slots of the filter wheel; read only. */
    CONTROL_CFWSLOTSNUM = 44,
    /** Whether the exposure is over; read only. */
    IS_EXPOSING_DONE = 45,
    /** Black level of the screen stretch. */
    ScreenStretchB = 46,
    /** White level of the screen stretch. */
    ScreenStretchW = 47,
    /** Frame memory inside the camera. */
    CONTROL_DDR = 48,
    /** Sensor mode for low light. */
    CAM_LIGHT_PERFORMANCE_MODE = 49,
    /** Guide mode of the QHY5II. */
    CAM_QHY5II_GUIDE_MODE = 50,
    /** Data held in the frame memory of the camera; read only. */
    DDR_BUFFER_CAPACITY = 51,
    /** Fill level from which the frame memory is read out. */
    DDR_BUFFER_READ_THRESHOLD = 52,
    /** Gain recommended for the camera; read only. */
    DefaultGain = 53,
    /** Offset recommended for the camera; read only. */
    DefaultOffset = 54,
    /** Bits of a sample that carry data; read only. */
    OutputDataActualBits = 55,
    /** Whether the data stand at the low or the high end of a sample; read only. */
    OutputDataAlignment = 56,
    /** Single frames. */
    CAM_SINGLEFRAMEMODE = 57,
    /** Live stream. */
    CAM_LIVEVIDEOMODE = 58,
    /** Colour sensor. */
    CAM_IS_COLOR = 59,
    /** Frame counter inside the camera. */
    hasHardwareFrameCounter = 60,
    /** Not a control: a number left free where an early end of the list stood. */
    CONTROL_MAX_ID_Error = 61,
    /** Humidity in the sensor chamber; read only. */
    CAM_HUMIDITY = 62,
    /** Pressure in the sensor chamber; read only. */
    CAM_PRESSURE = 63,
    /** Vacuum pump of the sensor chamber. */
    CONTROL_VACUUM_PUMP = 64,
    /** Air circulation pump of the sensor chamber. */
    CONTROL_SensorChamberCycle_PUMP = 65,
    /** Output of 32 bits per sample. */
    CAM_32BITS = 66,
    /** Supply voltage fault of the sensor; read only. */
    CAM_Sensor_ULVO_Status = 67,
    /** Renewed phase training of the sensor link. */
    CAM_SensorPhaseReTrain = 68,
    /** Start-up configuration kept in the camera. */
    CAM_InitConfigFromFlash = 69,
    /** Choice among several trigger modes. */
    CAM_TRIGER_MODE = 70,
    /** Trigger output. */
    CAM_TRIGER_OUT = 71,
    /** Burst capture. */
    CAM_BURST_MODE = 72,
    /** Loudspeaker and lamp alarm. */
    CAM_SPEAKER_LED_ALARM = 73,
    /** Watchdog inside the camera. */
    CAM_WATCH_DOG_FPGA = 74,
    /** Binning 6x6. */
    CAM_BIN6X6MODE = 75,
    /** Binning 8x8. */
    CAM_BIN8X8MODE = 76,
    /** GPS calibration lamp of cameras with a global shutter. */
    CAM_GlobalSensorGPSLED = 77,
    /** Rotation or mirroring of the picture: a value of ImgProc. */
    CONTROL_ImgProc = 78,
    /** Removal of residual images. */
    CONTROL_RemoveRBI = 79,
    /** Global reset. */
    CONTROL_GlobalReset = 80,
    /** Check code in each frame. */
    CONTROL_FrameDetect = 81,
    /** Conversion between gain steps and decibels. */
    CAM_GainDBConversion = 82,
    /** Curve of the system gain in electrons per ADU. */
    CAM_CurveSystemGain = 83,
    /** Curve of the full well capacity. */
    CAM_CurveFullWell = 84,
    /** Curve of the read noise. */
    CAM_CurveReadoutNoise = 85,
    /** Binning by the mean instead of the sum. */
    CAM_UseAverageBinning = 86,
    /** External pump, second version. */
    CONTROL_OUTSIDE_PUMP_V2 = 87,
    /** Automatic exposure: which values it may change. */
    CONTROL_AUTOEXPOSURE = 88,
    /** Brightness that the automatic exposure aims at. */
    CONTROL_AUTOEXPTargetBrightness = 89,
    /** Area that the automatic exposure measures. */
    CONTROL_AUTOEXPSampleArea = 90,
    /** Longest exposure of the automatic exposure, in milliseconds. */
    CONTROL_AUTOEXPexpMaxMS = 91,
    /** Highest gain of the automatic exposure. */
    CONTROL_AUTOEXPgainMax = 92,
    /** Error lamp. */
    CONTROL_Error_Led = 93,
    /** End of the consecutive numbers; moves with the generation of the header. */
    CONTROL_MAX_ID = 94,
    /** Automatic white balance. */
    CONTROL_AUTOWHITEBALANCE = 1024,
    /** Image stabilisation. */
    CONTROL_ImageStabilization = 1025,
    /** Gain in decibels. */
    CONTROL_GAINdB = 1026,
    /** Correction of defective pixels. */
    CONTROL_DPC = 1027,
    /** Threshold of the defective pixel correction. */
    CONTROL_DPC_value = 1028,
    /** Merging of high and low gain readings. */
    CONTROL_HDR = 1029,
    /** Slope that the merge applies to the low gain reading. */
    CONTROL_HDR_L_k = 1030,
    /** Intercept that the merge applies to the low gain reading. */
    CONTROL_HDR_L_b = 1031,
    /** Value at which the merge switches between the readings. */
    CONTROL_HDR_x = 1032,
    /** Whether the merge shows its slope and intercept. */
    CONTROL_HDR_showKB = 1033,
} CONTROL_ID;

/** Colour filter order of a sensor, from its first pixel. */
typedef enum BAYER_ID {
    /** First row G B, second row R G. */
    BAYER_GB = 1,
    /** First row G R, second row B G. */
    BAYER_GR = 2,
    /** First row B G, second row G R. */
    BAYER_BG = 3,
    /** First row R G, second row G B. */
    BAYER_RG = 4,
} BAYER_ID;

/** Video compression. */
typedef enum CodecID {
    /** No compression. */
    NONE_CODEC = 0,
    /** H.261. */
    H261_CODEC = 1,
} CodecID;

/** Turning and mirroring of a picture. */
typedef enum ImgProc {
    /** As read out. */
    NOPROC = 0,
    /** Half a turn. */
    ROTATION180 = 1,
    /** A quarter turn to the left. */
    ROTATION90L = 2,
    /** A quarter turn to the right. */
    ROTATION90R = 3,
    /** Left and right exchanged. */
    MIRRORH = 4,
    /** Top and bottom exchanged. */
    MIRRORV = 5,
} ImgProc;

/** An opened camera. Only `OpenQHYCCD` makes one; a program hands it back unchanged. */
typedef void qhyccd_handle;

/** Register block of the early CCD cameras. No function uses it. */
typedef struct CCDREG {
    uint8_t Gain;
    uint8_t Offset;
    uint32_t Exptime;
    uint8_t HBIN;
    uint8_t VBIN;
    uint16_t LineSize;
    uint16_t VerticalSize;
    uint16_t SKIP_TOP;
    uint16_t SKIP_BOTTOM;
    uint16_t LiveVideo_BeginLine;
    uint16_t AnitInterlace;
    uint8_t MultiFieldBIN;
    uint8_t AMPVOLTAGE;
    uint8_t DownloadSpeed;
    uint8_t TgateMode;
    uint8_t ShortExposure;
    uint8_t VSUB;
    uint8_t CLAMP;
    uint8_t TransferBIT;
    uint8_t TopSkipNull;
    uint16_t TopSkipPix;
    uint8_t MechanicalShutterMode;
    uint8_t DownloadCloseTEC;
    uint8_t SDRAM_MAXSIZE;
    uint16_t ClockADJ;
    uint8_t Trig;
    uint8_t MotorHeating;
    uint8_t WindowHeater;
    uint8_t ADCSEL;
} CCDREG;

/** Second register block of the early CCD cameras. No function uses it. */
typedef struct BIOREG {
    uint16_t LineSize;
    uint16_t PatchNumber;
    uint8_t AMPVOLTAGE;
    uint8_t ShortExposure;
    uint8_t SDRAM_MAXSIZE;
    uint8_t DownloadSpeed;
    uint8_t TransferBIT;
    uint8_t BIOCCD_Mode;
    uint8_t BIOCCD_Video;
    uint8_t SDRAM_Bypass;
} BIOREG;

/** A control and its range. */
typedef struct QHYCamMinMaxStepValue {
    /** Name of the control. */
    const char *name;
    /** Smallest value. */
    double min;
    /** Largest value. */
    double max;
    /** Distance of neighbouring values. */
    double step;
} QHYCamMinMaxStepValue;

/** A frame and its shape. No function uses it. */
typedef struct QHYGetImageParam {
    /** The camera. */
    void *handle;
    /** The pixels. */
    uint8_t *imgdata;
    /** Width in pixels. */
    uint32_t w;
    /** Height in pixels. */
    uint32_t h;
    /** Bits per sample. */
    uint32_t bpp;
    /** Samples per pixel. */
    uint32_t channels;
    /** Whether the pixels are there. */
    bool HaveImgData;
} QHYGetImageParam;

/** Polygon of a histogram. No function uses it. */
typedef struct HistCoordinates {
    /** Horizontal positions. */
    int x[3000];
    /** Vertical positions. */
    int y[3000];
} HistCoordinates;

/** A star found at a whole pixel. No function uses it. */
typedef struct StarRough {
    /** Column. */
    int x;
    /** Row. */
    int y;
    /** Brightness. */
    int starLevel;
} StarRough;

/** A measured star. No function uses it. */
typedef struct StarData {
    /** Column. */
    double x;
    /** Row. */
    double y;
    /** Signal to noise ratio. */
    double snr;
    /** Brightness. */
    int brightness;
} StarData;

/** Receives the messages that `SetQHYCCDCallBack` asks for. */
typedef QHYDWORD (*QHYCCDProcCallBack)(void *handle,
                                       QHYDWORD message,
                                       QHYDWORD wParam,
                                       QHYDWORD lParam);

/** Receives the id of a camera that came or went. */
typedef void (*QHYCCDPnpCallBack)(char *id);

/** Receives the id of a camera and the pixels of its frame. */
typedef void (*QHYCCDDataCallBack)(char *id, uint8_t *imgdata);

/** Is told that something happened. */
typedef void (*QHYCCDPlainCallBack)(void);

/** Receives the handle of a camera in trouble. */
typedef void (*QHYCCDHandleCallBack)(void *handle);

/** Receives the id of a camera and a state byte of its supply. */
typedef void (*QHYCCDUvloCallBack)(char *id, uint8_t state);

#endif  /* __QHYCCDSTRUCTDEF_H__ */
