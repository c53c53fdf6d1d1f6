/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Functions that the vendor's libraries export and their header does not declare.
 *
 * Programs that use them declare them themselves; some of the names are so common that they
 * would get in the way of others. That is why qhyccd.h does not include this file. At their
 * side are those that only this library has; their names begin with QHYCCDOpen.
 *
 * Generated from src/ffi by tests/header; not to be edited.
 */

#ifndef QHYCCD_EXTRA_H
#define QHYCCD_EXTRA_H

#include "qhyccd.h"

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/** The interface generation as one decimal number, 25092910. Not in the vendor's header. */
uint32_t GetQHYCCDSDKBuildVersion(void);

/**
 * Name and version of this library, for example `open-qhyccd 0.1.0`. The vendor's
 * library has no such function, so a program can tell them apart by it.
 *
 * Returns a constant text.
 */
const char *QHYCCDOpenVersion(void);

/** The same as `GetQHYCCDLastError`. Not in the vendor's header. */
char *GetLastErrorInfo(void);

/** Not supported: the vendor's library exports it without a prototype. */
uint32_t PutLastErrorInfo(void);

/**
 * Tells whether a camera is open in this program. Not in the vendor's header.
 *
 * Returns 3 if it is open, 1 otherwise.
 */
uint8_t GetCameraStatusFromID(char *id);

/** Not supported: the vendor's library exports it without a prototype. */
uint32_t GetQHYCCDSingleFrame_proc(void);

/**
 * Leads the cooler to its targets by no more than so many degrees a minute, down and up:
 * sudden changes of temperature shorten its life. `c_per_min` is 0.1 to 60 (others are
 * clamped), for example 5; 0 or less switches it off, and a ramp that is under way ends
 * with its goal at once. Cameras start with what the environment variable
 * `QHYCCD_COOLING_RAMP` names when `InitQHYCCDResource` is called, or else with none: then
 * each order goes to the camera as it is. Only this library has this function.
 *
 * With a ramp a program sets `CONTROL_COOLER` or `CONTROL_MANULPWM` as ever, once or again
 * every second, and need not call anything more. `GetQHYCCDParam` reads what was set, not
 * how far the ramp is; that is told by `QHYCCDOpenGetCoolingRamp`. `CONTROL_MANULPWM` 0 warms
 * the sensor up until it no longer follows, then switches the cooler off. Other manual
 * power moves so slowly that the limit should be kept (how strong a real cooler is, is a
 * guess), but is given at once if the camera regulates: with which power is not known. A
 * ramp runs in the background until it is there. `CloseQHYCCD` ends it, and the camera goes
 * on regulating to where it was; so let it warm up before.
 *
 * Returns 0, or `QHYCCD_ERROR` if `c_per_min` is NaN or infinite or the camera has no
 * cooler; then nothing changes.
 */
uint32_t QHYCCDOpenSetCoolingRamp(qhyccd_handle *handle, double c_per_min);

/**
 * Tells the most degrees a minute (0: no ramp), to what the camera regulates at this moment
 * (-100 while it does not), and whether a ramp is still under way (1) or not (0). Asks the
 * camera nothing. Only this library has this function.
 *
 * Returns 0 or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t QHYCCDOpenGetCoolingRamp(qhyccd_handle *handle,
                                  double *c_per_min,
                                  double *set_point,
                                  uint32_t *under_way);

/**
 * Not supported: the vendor's library exports it without a prototype.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t GPSInfo(void);

/**
 * Not supported: the vendor's library exports it without a prototype. It seems to be the
 * older name of `QHYCCDEqualizeHistogram`.
 */
uint32_t equalizeHistogram(void);

/** The same as `EnableQHYCCDMessage`. Not in the vendor's header. */
void EnableQHYCCDMessageTest(bool enable);

/** Not supported: the vendor's library exports it without a prototype. */
uint32_t CreateLogFile(void);

/** Not supported: the vendor's library exports it without a prototype. */
uint32_t SetLogFilePath(void);

/** Not supported: the vendor's library exports it without a prototype. */
uint32_t OutputDebugPrintf(void);

/** Registers a function for cameras that come or go. Not in the vendor's header. */
void RegisterPnpEvent(QHYCCDPlainCallBack pnp_event_func);

/**
 * Registers a function for drops of a sensor's supply voltage. It is kept; nothing calls
 * it yet. Not in the vendor's header of this generation.
 */
void RegisterPnpEventUVLO(QHYCCDUvloCallBack pnp_event_uvlo_func);

/**
 * Registers a function for cameras in trouble. It gets the handle of an open camera that
 * is gone, once, when the library notices: at the next call with that handle, or at once
 * if a function for plug events is registered. Not in the vendor's header; its type is not
 * confirmed.
 */
void RegisterCriticalEventError(QHYCCDHandleCallBack critical_event_error_func);

/** Not supported: the vendor's library exports it without a prototype. */
uint32_t SendQHYCCDMessage(void);

/** Not supported: the vendor's library exports it without a prototype. */
uint32_t QHYCCD_GetAutoEXPmessureValue(void);

/** Not supported: the vendor's library exports it without a prototype. */
uint32_t QHYCCD_SetAutoEXPmessureValue(void);

/**
 * Not supported: lists the cards. Not in the vendor's header.
 *
 * Returns -1.
 */
int fpga_list(void *list);

/**
 * Not supported: opens a card. Not in the vendor's header.
 *
 * Returns NULL.
 */
void *fpga_open(int id);

/** Not supported: closes a card. Not in the vendor's header. */
void fpga_close(void *fpga);

/**
 * Not supported: sends words to a channel of a card. Not in the vendor's header.
 *
 * Returns -1.
 */
int fpga_send(void *fpga, int chnl, void *data, int len, int destoff, int last, uint64_t timeout);

/**
 * Not supported: receives words from a channel of a card. Not in the vendor's header.
 *
 * Returns -1.
 */
int fpga_recv(void *fpga, int chnl, void *data, int len, uint64_t timeout);

/** Not supported: resets a card. Not in the vendor's header. */
void fpga_reset(void *fpga);

/**
 * Not supported: connects to PHD2.
 *
 * Returns -1.
 */
int Connect2PHD2(void);

/**
 * Not supported: disconnects from PHD2.
 *
 * Returns -1.
 */
int DisConnect2PHD2(void);

/**
 * Not supported: tells what PHD2 does. Nothing is written.
 *
 * Returns -1.
 */
int CheckPHD2Status(char *status);

/**
 * Not supported: dithers.
 *
 * Returns -1.
 */
int ControlPHD2Dither(int mode, double pixels);

/**
 * Not supported: pauses dithering.
 *
 * Returns -1.
 */
int PausePHD2Dither(void);

/**
 * The same as `QHYCCDVendRequestWrite` with `addr` for its index. In the vendor's header
 * of 2016 only.
 */
uint32_t QHYCCDI2C_Write(qhyccd_handle *handle,
                         uint8_t req,
                         uint16_t value,
                         uint16_t addr,
                         uint8_t *data,
                         uint16_t length);

/**
 * The same as `QHYCCDVendRequestRead` with `addr` for its index. In the vendor's header
 * of 2016 only.
 */
uint32_t QHYCCDI2C_Read(qhyccd_handle *handle,
                        uint8_t req,
                        uint16_t value,
                        uint16_t addr,
                        uint8_t *data,
                        uint16_t length);

/** Not supported: the vendor's library exports it without a prototype. */
uint32_t SetQHYCCDAdvancedCommand(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* QHYCCD_EXTRA_H */
