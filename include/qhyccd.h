/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The functions of the QHYCCD camera interface, generation 25.9.29, as this independent
 * library offers them.
 *
 * Unless its text says otherwise, a function returns QHYCCD_SUCCESS, or QHYCCD_ERROR with
 * nothing changed; GetQHYCCDLastError then has the reason in words.
 *
 * Generated from src/ffi by tests/header; not to be edited.
 */
#ifndef __QHYCCD_H__
#define __QHYCCD_H__

#include "qhyccderr.h"
#include "qhyccdcamdef.h"
#include "qhyccdstruct.h"
#include <stdint.h>
#include "qhyccd_config.h"

struct fpga_info_list;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Starts the library. Call it before anything but the version, log and registration
 * functions. It returns at once, prints nothing, and may be called again.
 *
 * The environment variable `QHYCCD_DEVICES` chooses the cameras: unset for USB, or for
 * example `virtual:QHY600M`. A value that makes no sense is not an error here: no camera
 * will be found, and `GetQHYCCDLastError` tells the mistake.
 *
 * If `RegisterPnpEventIn` or `RegisterPnpEvent` was called before, the registered
 * functions are called for each camera that is there.
 *
 * Returns 0.
 */
uint32_t InitQHYCCDResource(void);

/**
 * Ends the library: closes all cameras, wakes whoever waits for them, ends all threads
 * and closes all files. Harmless if nothing runs, also from static destructors. After
 * it, `InitQHYCCDResource` starts anew; old handles stay dead.
 *
 * Returns 0.
 */
uint32_t ReleaseQHYCCDResource(void);

/** The same as `ReleaseQHYCCDResource`. */
void QHYCCDQuit(void);

/**
 * The same as `ReleaseQHYCCDResource`. The vendor's header declares it, no vendor
 * library has it.
 */
void SetQHYCCDQuit(void);

/**
 * Switches the watch for cameras that are plugged in or out; on unless switched off. It
 * runs only while a plug function is registered, and `ScanQHYCCD` finds new cameras
 * without it. Takes effect at the next `InitQHYCCDResource`.
 */
void SetQHYCCDAutoDetectCamera(bool enable);

/**
 * Tells the generation of the public interface that this library follows, 25.9.29.10,
 * as year since 2000, month, day and sub-day. Works before `InitQHYCCDResource`. The
 * library's own version is told by `QHYCCDOpenVersion`.
 *
 * Returns 0, or `QHYCCD_ERROR` if a pointer is NULL; then nothing is written.
 */
uint32_t GetQHYCCDSDKVersion(uint32_t *year, uint32_t *month, uint32_t *day, uint32_t *subday);

/**
 * What went wrong in the last call of this thread that failed, for a person to read: the
 * function's name and a sentence in English. Empty if no call failed.
 *
 * Returns a text that belongs to the library and stays valid until the next failing
 * call of this thread.
 */
char *GetQHYCCDLastError(void);

/**
 * Looks for cameras. Open cameras are left alone and stay in the list, and their handles
 * stay valid. May be called at any time after `InitQHYCCDResource`.
 *
 * Returns the number of cameras; 0 also if the search failed, and then
 * `GetQHYCCDLastError` tells why.
 */
uint32_t ScanQHYCCD(void);

/**
 * Tells the id of a camera that the last `ScanQHYCCD` found, `index` counting from 0.
 * An id is the model, a dash and the serial number, for example
 * `QHY600M-0123456789abcdef`. It stays the same for ever.
 *
 * `id` needs room for 32 bytes; at most 31 characters and a terminator are written.
 *
 * Returns 0, or `QHYCCD_ERROR` if there is no such index; then nothing is written.
 */
uint32_t GetQHYCCDId(uint32_t index, char *id);

/**
 * Tells the model of an id: what stands before its last dash. Any text will do, also of
 * a camera that is not there. The handle of an open camera is taken too, because some
 * programs pass it.
 *
 * `model` needs room for the text and a terminator; 32 bytes are always enough.
 *
 * Returns 0, or `QHYCCD_ERROR` if a pointer is NULL or the id has no end within 64
 * bytes; then nothing is written.
 */
uint32_t GetQHYCCDModel(char *id, char *model);

/**
 * Tells whether a camera is connected by USB 3.
 *
 * Returns 1 if it is, 0 if it is not or the camera is not there.
 */
uint8_t GetCameraIsSuperSpeedFromID(char *id);

/**
 * Opens a camera by its id. `ScanQHYCCD` need not be called before, and the library is
 * started if it does not run. A camera that is open already answers the same handle
 * again, and one `CloseQHYCCD` closes it.
 *
 * Read modes, controls and areas can be asked for at once; before the first frame choose
 * a read mode and a stream mode, and call `InitQHYCCD`.
 *
 * Returns a handle, or NULL if there is no such camera or somebody else has it.
 */
qhyccd_handle *OpenQHYCCD(char *id);

/**
 * Closes a camera: ends what it is doing, wakes whoever waits for it, gives the device
 * back. The handle is dead afterwards.
 *
 * Returns 0, also for NULL and for a handle that is closed already.
 */
uint32_t CloseQHYCCD(qhyccd_handle *handle);

/**
 * Chooses single frames (0) or live video (1). May be called before or after `InitQHYCCD`
 * and again at any time. It takes effect with the next `InitQHYCCD`, at the latest when an
 * exposure or a stream starts; choosing single frames ends a stream.
 *
 * Returns 0, or `QHYCCD_ERROR` for another mode; then nothing changes.
 */
uint32_t SetQHYCCDStreamMode(qhyccd_handle *handle, uint8_t mode);

/**
 * Makes a camera ready for frames in the read mode and stream mode that were chosen. The
 * first call after `OpenQHYCCD` sets the defaults of all controls; later calls keep what
 * was set and send it again. Waits for the camera, about 0.2 s.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t InitQHYCCD(qhyccd_handle *handle);

/**
 * Closes a camera, opens it by its id, and makes it ready with a read mode, a stream
 * mode and a sample size in bits. `devHandle` is the old handle, or NULL; the new one is
 * what `OpenQHYCCD` answers for the id.
 *
 * Returns 0 and the size of the frame in pixels, or `QHYCCD_ERROR`; then nothing is
 * written, and the camera may be closed.
 */
uint32_t resetDev(char *deviceID,
                  uint32_t readModeIndex,
                  uint8_t streamMode,
                  qhyccd_handle *devHandle,
                  uint32_t *imageWidth,
                  uint32_t *imageHigh,
                  uint32_t bitDepth);

/**
 * Tells the number of read modes of an open camera, at least 1.
 *
 * Returns 0, or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDNumberOfReadModes(qhyccd_handle *h, uint32_t *numModes);

/**
 * Tells the number of read modes of a camera that need not be open.
 *
 * Returns 0, or `QHYCCD_ERROR` if the camera is not there; then nothing is written.
 */
uint32_t GetQHYCCDReadModeNumberFromID(char *id, uint32_t *numModes);

/** The older name of `GetQHYCCDReadModeNumberFromID`. */
uint32_t GetReadModesNumber(char *deviceID, uint32_t *numModes);

/**
 * Tells the whole frame of a read mode of an open camera, in unbinned pixels.
 *
 * Returns 0, or `QHYCCD_ERROR` if there is no such mode; then nothing is written.
 */
uint32_t GetQHYCCDReadModeResolution(qhyccd_handle *h,
                                     uint32_t modeNumber,
                                     uint32_t *width,
                                     uint32_t *height);

/**
 * Tells the name of a read mode of an open camera. `name` needs room for 40 bytes with
 * the terminator.
 *
 * Returns 0, or `QHYCCD_ERROR` if there is no such mode; then nothing is written.
 */
uint32_t GetQHYCCDReadModeName(qhyccd_handle *h, uint32_t modeNumber, char *name);

/**
 * Tells the name of a read mode of a camera that need not be open. `name` needs room for
 * 40 bytes with the terminator.
 *
 * Returns 0, or `QHYCCD_ERROR` if there is no such camera or mode; then nothing is
 * written.
 */
uint32_t GetQHYCCDReadModeNameFromID(char *id, uint32_t modeNumber, char *name);

/** The older name of `GetQHYCCDReadModeNameFromID`. */
uint32_t GetReadModeName(char *deviceID, uint32_t modeIndex, char *modeName);

/**
 * Chooses a read mode. It takes effect with the next `InitQHYCCD`, at the latest when an
 * exposure or a stream starts; sizes and areas are those of the mode at once. Gain,
 * exposure and the like stay; a mode of another size has the whole frame for its region.
 *
 * Returns 0, or `QHYCCD_ERROR` if there is no such mode; then nothing changes.
 */
uint32_t SetQHYCCDReadMode(qhyccd_handle *h, uint32_t modeNumber);

/**
 * Tells the read mode in force.
 *
 * Returns 0, or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDReadMode(qhyccd_handle *h, uint32_t *modeNumber);

/**
 * Tells whether a camera has a control. Works before `InitQHYCCD`.
 *
 * Returns 0 if it has, `QHYCCD_ERROR` if not or if there is no such control. `CAM_COLOR`
 * is the exception: on colour cameras it answers the number of the Bayer order, 1 to 4.
 */
uint32_t IsQHYCCDControlAvailable(qhyccd_handle *handle, CONTROL_ID controlId);

/**
 * Tells the name of a control that has one: `DPC` (1027) and `DPC_value` (1028).
 * `IDname` needs room for 40 bytes with the terminator.
 *
 * Returns 0, or `QHYCCD_ERROR` for all others; then nothing is written.
 */
uint32_t GetQHYCCDControlName(qhyccd_handle *handle, CONTROL_ID controlId, char *IDname);

/**
 * Sets a control. A value outside its range is clamped: that is a success, and
 * `GetQHYCCDParam` reads the clamped value. Times are in microseconds, temperatures in
 * degrees Celsius, the cooler's power is 0 to 255.
 *
 * Returns 0, or `QHYCCD_ERROR` if the camera has no such control or the value is NaN or
 * infinite; then nothing changes.
 */
uint32_t SetQHYCCDParam(qhyccd_handle *handle, CONTROL_ID controlId, double value);

/**
 * Reads a control. Some ask the camera, which takes a moment; none waits for a frame.
 *
 * Returns the value, or 4294967295.0 if it cannot be read. Never NaN.
 */
double GetQHYCCDParam(qhyccd_handle *handle, CONTROL_ID controlId);

/**
 * Tells the smallest and largest value of a control and the step between values.
 *
 * Returns 0, or `QHYCCD_ERROR` if the control has no range; then nothing is written.
 */
uint32_t GetQHYCCDParamMinMaxStep(qhyccd_handle *handle,
                                  CONTROL_ID controlId,
                                  double *min,
                                  double *max,
                                  double *step);

/**
 * Not supported: ranges are known of open cameras only, see `GetQHYCCDParamMinMaxStep`.
 * The vendor's header declares it, no vendor library has it.
 *
 * Returns `QHYCCD_ERROR`; nothing is written.
 */
uint32_t GetQHYCCDBeforeOpenParam(struct QHYCamMinMaxStepValue *p, CONTROL_ID controlId);

/**
 * Sets the bits of a sample in the frames handed out: 8 (one byte), 16 (two bytes, little
 * endian) or 32 (four bytes, little endian). At 32 bits the sums of a binning are whole,
 * while at 8 and 16 bits they stop at the largest value; unbinned pixels have the value
 * that they have at 16 bits. Frames need more memory then: ask `GetQHYCCDMemLength` again.
 *
 * Returns 0, or `QHYCCD_ERROR` for another number; then nothing changes.
 */
uint32_t SetQHYCCDBitsMode(qhyccd_handle *handle, uint32_t bits);

/**
 * Switches demosaicing in the library. Frames of a colour camera then have 3 channels
 * in the order blue, green, red. Frames of 32 bits still have one channel, and so have
 * binned ones, unless the environment variable `QHYCCD_COLOUR_BIN` is 1. How colours are
 * made says `QHYCCD_DEBAYER`: `bilinear` or `gradient`.
 *
 * Returns 0, or `QHYCCD_ERROR` if it is switched on for a camera without colour filters.
 */
uint32_t SetQHYCCDDebayerOnOff(qhyccd_handle *h, bool onoff);

/**
 * Sets the region of interest in binned pixels: its first column and row and its size.
 * Any region inside the frame will do; the frame has exactly this size.
 *
 * Returns 0, or `QHYCCD_ERROR` if it is empty or reaches outside; then nothing changes.
 */
uint32_t SetQHYCCDResolution(qhyccd_handle *handle,
                             uint32_t x,
                             uint32_t y,
                             uint32_t xsize,
                             uint32_t ysize);

/**
 * Tells how many bytes a buffer must have for any region and bin of the present read
 * mode, sample size and number of channels. A frame is as large as its own width,
 * height, channels and sample size say, and no byte more is ever written.
 *
 * Returns the number of bytes, or `QHYCCD_ERROR`.
 */
uint32_t GetQHYCCDMemLength(qhyccd_handle *handle);

/**
 * Sets the binning; `wbin` and `hbin` must be the same. The part of the sensor that is
 * shown stays, so the region in binned pixels changes. A binned pixel is the sum of
 * neighbours, whatever their colour, or their average (`CAM_UseAverageBinning`). With
 * the environment variable `QHYCCD_COLOUR_BIN` set to 1, it is that of pixels of one
 * colour; binned frames of a colour camera then have its colour order and even sizes.
 *
 * Returns 0, or `QHYCCD_ERROR` if the camera has no such bin; then nothing changes.
 */
uint32_t SetQHYCCDBinMode(qhyccd_handle *handle, uint32_t wbin, uint32_t hbin);

/**
 * Tells the size of the chip in millimetres, of the whole frame of the present read mode
 * in unbinned pixels, of a pixel in micrometres, and the bits of a sample.
 *
 * Returns 0, or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDChipInfo(qhyccd_handle *h,
                           double *chipw,
                           double *chiph,
                           uint32_t *imagew,
                           uint32_t *imageh,
                           double *pixelw,
                           double *pixelh,
                           uint32_t *bpp);

/**
 * Tells the light-sensitive part of the frame, in binned pixels.
 *
 * Returns 0, or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDEffectiveArea(qhyccd_handle *h,
                                uint32_t *startX,
                                uint32_t *startY,
                                uint32_t *sizeX,
                                uint32_t *sizeY);

/**
 * Tells the overscan part of the frame, rows that are read without pixels, in binned
 * pixels.
 *
 * Returns 0, or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDOverScanArea(qhyccd_handle *h,
                               uint32_t *startX,
                               uint32_t *startY,
                               uint32_t *sizeX,
                               uint32_t *sizeY);

/**
 * Tells the region of interest in force, in binned pixels.
 *
 * Returns 0, or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDCurrentROI(qhyccd_handle *handle,
                             uint32_t *startX,
                             uint32_t *startY,
                             uint32_t *sizeX,
                             uint32_t *sizeY);

/**
 * Sets how long `GetQHYCCDSingleFrame` may wait after the exposure should have ended, in
 * milliseconds; 0 is the default of 60 s.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDSingleFrameTimeOut(qhyccd_handle *h, uint32_t time);

/**
 * Starts one exposure and returns at once. An exposure that runs already is given up.
 *
 * Returns 0 or `QHYCCD_ERROR`, no other number.
 */
uint32_t ExpQHYCCDSingleFrame(qhyccd_handle *handle);

/**
 * Waits for the frame of the exposure that was started and writes it to `imgdata`, with
 * its width and height in pixels, bits a sample and channels. May be called at once, near
 * the end of the exposure or long after it, from any thread; other calls on the camera
 * go on meanwhile. `CancelQHYCCDExposingAndReadout` from another thread ends the wait.
 *
 * `imgdata` must have room for the frame, width times height times channels times bytes a
 * sample; see `GetQHYCCDMemLength`. No byte more is written.
 *
 * Returns 0 with a whole fresh frame. Returns `QHYCCD_ERROR` if no exposure was started,
 * it was cancelled, data are missing or the time is out; then only `imgdata` may have
 * changed.
 */
uint32_t GetQHYCCDSingleFrame(qhyccd_handle *handle,
                              uint32_t *w,
                              uint32_t *h,
                              uint32_t *bpp,
                              uint32_t *channels,
                              uint8_t *imgdata);

/**
 * Ends the exposure and drops its frame. The same as `CancelQHYCCDExposingAndReadout`.
 *
 * Returns 0, also if nothing runs or the camera is unplugged; `QHYCCD_ERROR` without a
 * camera.
 */
uint32_t CancelQHYCCDExposing(qhyccd_handle *handle);

/**
 * Ends the exposure and drops its frame. A thread that waits in `GetQHYCCDSingleFrame`
 * returns at once with an error. The next exposure is fresh.
 *
 * Returns 0, also if nothing runs or the camera is unplugged; `QHYCCD_ERROR` without a
 * camera.
 */
uint32_t CancelQHYCCDExposingAndReadout(qhyccd_handle *handle);

/**
 * Tells how much of the exposure is left.
 *
 * Returns percent, 100 down to 0, 0 when idle; `QHYCCD_ERROR` without a camera.
 */
uint32_t GetQHYCCDExposureRemaining(qhyccd_handle *h);

/**
 * Tells how much of the present frame was read from the camera. May be called as often
 * as one likes; it takes no lock that a transfer holds.
 *
 * Returns percent, 0 to 100, 0 when idle or without a camera.
 */
double GetQHYCCDReadingProgress(qhyccd_handle *handle);

/**
 * Starts live video. Needs stream mode 1 and `InitQHYCCD`. If `RegisterDataEventLive` has a
 * function, it gets the frames until `GetQHYCCDLiveFrame` asks for one.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t BeginQHYCCDLive(qhyccd_handle *handle);

/**
 * Fetches the newest live frame, if there is one that was not fetched yet. Never waits
 * for a frame. Arguments as in `GetQHYCCDSingleFrame`.
 *
 * Returns 0 with a whole frame, or `QHYCCD_ERROR` if there is none yet or something is
 * wrong; if there is none yet, nothing is written.
 */
uint32_t GetQHYCCDLiveFrame(qhyccd_handle *handle,
                            uint32_t *w,
                            uint32_t *h,
                            uint32_t *bpp,
                            uint32_t *channels,
                            uint8_t *imgdata);

/**
 * Ends live video. No function of `RegisterDataEventLive` runs for this camera on return,
 * unless it is the one that calls this.
 *
 * Returns 0, also if nothing runs, for NULL and for a closed handle.
 */
uint32_t StopQHYCCDLive(qhyccd_handle *handle);

/**
 * Sets how many live frames are kept for a slow reader, for all cameras; 0 is the
 * default. The oldest frame gives way to a new one.
 */
void SetQHYCCDBufferNumber(uint32_t BufNumber);

/**
 * Forgets the live frames that wait.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t ClearQHYCCDImageQueue(qhyccd_handle *handle);

/**
 * Not supported: no request is known that resets the frame counter of a QHY600.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t ResetQHYCCDFrameCounter(qhyccd_handle *h);

/**
 * Sets the target temperature in degrees Celsius; the same as setting `CONTROL_COOLER`.
 * The camera regulates by itself. Calling it again and again, as old cameras needed it,
 * does no harm.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t ControlQHYCCDTemp(qhyccd_handle *handle, double targettemp);

/**
 * Reads the pressure in the sensor chamber, in hPa.
 *
 * Returns 0, or `QHYCCD_ERROR` without such a sensor; then nothing is written.
 */
uint32_t GetQHYCCDPressure(qhyccd_handle *handle, double *pressure);

/**
 * Reads the relative humidity in the sensor chamber, in percent.
 *
 * Returns 0, or `QHYCCD_ERROR` without such a sensor; then nothing is written.
 */
uint32_t GetQHYCCDHumidity(qhyccd_handle *handle, double *hd);

/**
 * Reads the temperature of the FPGA in degrees Celsius.
 *
 * Returns 0 or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDFPGATemp(qhyccd_handle *handle, double *temp);

/**
 * Not supported: the camera regulates by itself; there is no loop here to tune.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t TestQHYCCDPIDParas(qhyccd_handle *h, double p, double i, double d);

/**
 * Sends the wheel to a position: the first character of `order`, upper or lower case.
 * Returns before it is there. Without an earlier question for the number of slots it asks
 * for that first, 0.2 s. Frames do not wait for any of these calls.
 *
 * Returns 0, or `QHYCCD_ERROR` if no wheel answers or it has no such position; then nothing
 * moves.
 */
uint32_t SendOrder2QHYCCDCFW(qhyccd_handle *handle, char *order, uint32_t length);

/**
 * Reads the position of the wheel. While it turns the answer is another position or `N`.
 * Exactly one byte is written, without a terminator.
 *
 * Takes 0.1 s, and at most 2.1 s if the camera does not answer.
 *
 * Returns 0, or `QHYCCD_ERROR` if no wheel answers or what it answers is no position; then
 * nothing is written.
 */
uint32_t GetQHYCCDCFWStatus(qhyccd_handle *handle, char *status);

/**
 * Tells whether a wheel answers. One that looks for its first slot, in the first 16 s or so
 * after power-on, does not. Takes 0.1 s, and at most 2.1 s if the camera does not answer.
 *
 * Returns 0 if one does, `QHYCCD_ERROR` if not.
 */
uint32_t IsQHYCCDCFWPlugged(qhyccd_handle *handle);

/**
 * Tells the number of the camera's type, for example 4063 for a QHY600 in mono.
 *
 * Returns the number or `QHYCCD_ERROR`.
 */
uint32_t GetQHYCCDType(qhyccd_handle *h);

/**
 * Tells the date of the firmware. Up to 2025 the first byte has the year, less 2016,
 * in its upper and the month in its lower half, and the second has the day. From 2026 on the
 * three bytes are year since 2000, month and day. Three bytes are written.
 *
 * Returns 0 or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDFWVersion(qhyccd_handle *h, uint8_t *buf);

/**
 * Tells the version of an FPGA, counted from 0, as four bytes: year since 2000, month,
 * day, sub-day.
 *
 * Returns 0, or `QHYCCD_ERROR` for any but the first FPGA; then nothing is written.
 */
uint32_t GetQHYCCDFPGAVersion(qhyccd_handle *h, uint8_t fpga_index, uint8_t *buf);

/**
 * Tells the name of the sensor. `name` needs room for 40 bytes with the terminator.
 *
 * Returns 0 or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDSensorName(qhyccd_handle *handle, char *name);

/**
 * Tells the timing of the sensor as the camera reports it: pixel period in picoseconds,
 * line period in nanoseconds, frame period in microseconds, clocks a line, lines a frame,
 * exposure in microseconds, and one byte that is not 0 for long exposures.
 *
 * Returns 0 or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDPreciseExposureInfo(qhyccd_handle *h,
                                      uint32_t *PixelPeriod_ps,
                                      uint32_t *LinePeriod_ns,
                                      uint32_t *FramePeriod_us,
                                      uint32_t *ClocksPerLine,
                                      uint32_t *LinesPerFrame,
                                      uint32_t *ActualExposureTime,
                                      uint8_t *isLongExposureMode);

/**
 * Tells how long after the timing mark of a frame (the "now" of its GPS data) the exposure
 * of a row of the picture ends, in microseconds. The rows of a pair end together. Depends on
 * read mode, sample size, USB traffic, region and binning as set when it is asked.
 *
 * Returns 0, or `QHYCCD_ERROR` if the picture has no such row or the camera does not
 * answer; then nothing is written.
 */
uint32_t GetQHYCCDRollingShutterEndOffset(qhyccd_handle *h, uint32_t row, double *offset);

/**
 * Reads the status record of the camera, 64 bytes, as the camera gives it.
 *
 * Returns 0 or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDCameraStatus(qhyccd_handle *h, uint8_t *buf);

/**
 * Begins a guide pulse of `duration` milliseconds: direction 0 east (right ascension grows),
 * 1 north, 2 south, 3 west. Returns at once; the pulse ends by itself, or with the next one
 * along its axis, which may have no length, or when the camera is closed.
 *
 * Returns 0, or `QHYCCD_ERROR` without an effect for another direction and on a camera
 * without a guide port, as the QHY600 is.
 */
uint32_t ControlQHYCCDGuide(qhyccd_handle *handle, uint32_t direction, uint16_t duration);

/**
 * Not supported: no camera with a mechanical shutter is.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t ControlQHYCCDShutter(qhyccd_handle *handle, uint8_t status);

/**
 * Not supported: no camera with a mechanical shutter is.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t GetQHYCCDShutterStatus(qhyccd_handle *handle);

/**
 * Tells the number of trigger connectors: 2 on cameras with a trigger.
 *
 * Returns 0 or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDTrigerInterfaceNumber(qhyccd_handle *handle, uint32_t *interfaceNumber);

/**
 * Tells the name of a trigger connector: 0 "GPIO Mode", 1 "SMA Mode". `name` needs room for
 * 40 bytes with the terminator.
 *
 * Returns 0, or `QHYCCD_ERROR` for another number; then nothing is written.
 */
uint32_t GetQHYCCDTrigerInterfaceName(qhyccd_handle *handle, uint32_t interfaceIndex, char *name);

/**
 * Chooses a trigger connector: 0 GPIO, 1 SMA. It is in force from the next time on that a
 * trigger function is switched on. Whether the camera has it cannot be asked.
 *
 * Returns 0, or `QHYCCD_ERROR` for another number.
 */
uint32_t SetQHYCCDTrigerInterface(qhyccd_handle *handle, uint32_t interfaceIndex);

/**
 * Tells the number of trigger modes: 1 on cameras with a trigger.
 *
 * Returns 0 or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t GetQHYCCDTrigerModeNumber(qhyccd_handle *handle, uint32_t *modeNumber);

/**
 * Tells the name of a trigger mode, counted from 0. `name` needs room for 40 bytes with the
 * terminator.
 *
 * Returns 0, or `QHYCCD_ERROR` for any but the first; then nothing is written.
 */
uint32_t GetQHYCCDTrigerModeName(qhyccd_handle *handle, uint32_t modeIndex, char *name);

/**
 * Chooses a trigger mode. The only one is always in force.
 *
 * Returns 0, or `QHYCCD_ERROR` for another.
 */
uint32_t SetQHYCCDTrigerMode(qhyccd_handle *handle, uint32_t modeIndex);

/**
 * Switches trigger input and output. Switching on takes 1.4 s.
 *
 * While it is on, `ExpQHYCCDSingleFrame` makes the camera wait for a trigger, from its socket
 * or by `SendSoftTriger2QHYCCDCam`, and live video gives one frame for each. How long
 * `GetQHYCCDSingleFrame` waits: `SetQHYCCDSingleFrameTimeOut`; cancelling ends it.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDTrigerFunction(qhyccd_handle *h, bool value);

/**
 * Switches the trigger input alone. Switching on takes 1.4 s.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDTrigerInOnly(qhyccd_handle *h, bool value);

/**
 * Switches the trigger output alone on, or all of the trigger off.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDTrigerOutOnly(qhyccd_handle *h, bool value);

/**
 * Switches the trigger output on.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t EnableQHYCCDTrigerOut(qhyccd_handle *handle);

/**
 * Switches the second form of trigger output on.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t EnableQHYCCDTrigerOutA(qhyccd_handle *handle);

/**
 * Triggers by software. Takes 0.2 s.
 *
 * Returns 0, or `QHYCCD_ERROR` without an effect if neither the trigger input nor burst mode
 * is on.
 */
uint32_t SendSoftTriger2QHYCCDCam(qhyccd_handle *handle);

/**
 * Lets short input pulses count or not, from the next time on that a trigger function is
 * switched on. They count unless this was called.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDTrigerFilterOnOff(qhyccd_handle *handle, bool onoff);

/**
 * Sets how long an input pulse must be to count, in milliseconds.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDTrigerFilterTime(qhyccd_handle *handle, uint32_t time);

/**
 * Switches burst mode, a part of live video. Switching on takes 0.2 s and stops the frames;
 * those that wait are forgotten.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t EnableQHYCCDBurstMode(qhyccd_handle *h, bool i);

/**
 * Sets the limits of a burst, each up to 65535: it gives the frames between them, so 1 and
 * 6 give 2, 3, 4 and 5.
 *
 * Returns 0, or `QHYCCD_ERROR` for a larger number; then nothing changes.
 */
uint32_t SetQHYCCDBurstModeStartEnd(qhyccd_handle *h, uint32_t start, uint32_t end);

/**
 * Switches the counting of burst frames.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t EnableQHYCCDBurstCountFun(qhyccd_handle *h, bool i);

/**
 * Stops a burst until `ReleaseQHYCCDBurstIDLE`. Frames that wait are forgotten.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDBurstIDLE(qhyccd_handle *h);

/**
 * Lets a burst run, once. Frames that wait are forgotten; a burst longer than
 * `SetQHYCCDBufferNumber` has to be fetched as fast as it comes.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t ReleaseQHYCCDBurstIDLE(qhyccd_handle *h);

/**
 * Sends the last frame of a burst once more. Frames that wait are forgotten.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t RereadQHYCCDBurstFrame(qhyccd_handle *h);

/**
 * Sets with how many bytes the camera fills up the last frame of a burst, so that all of it
 * leaves the camera. 0 may keep it there.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDBurstModePatchNumber(qhyccd_handle *h, uint32_t value);

/**
 * Not supported, as no request is known: the control value of the GPS oscillator.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDGPSVCOXFreq(qhyccd_handle *handle, uint16_t i);

/**
 * Not supported, as no request is known: the calibration LED on or off.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDGPSLedCalMode(qhyccd_handle *handle, uint8_t i);

/** Not supported, as no request is known: position and width of the calibration LED's pulse. */
void SetQHYCCDGPSLedCal(qhyccd_handle *handle, uint32_t pos, uint8_t width);

/**
 * Not supported, as no request is known: position and width of the pulse that marks the start of exposure.
 */
void SetQHYCCDGPSPOSA(qhyccd_handle *handle,
                      uint8_t is_slave,
                      uint32_t pos,
                      uint8_t width);

/**
 * Not supported, as no request is known: position and width of the pulse that marks the end of exposure.
 */
void SetQHYCCDGPSPOSB(qhyccd_handle *handle,
                      uint8_t is_slave,
                      uint32_t pos,
                      uint8_t width);

/**
 * Not supported, as no request is known: whether the camera follows its own clock (0) or another (1).
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDGPSMasterSlave(qhyccd_handle *handle,
                                 uint8_t i);

/**
 * Not supported, as no request is known: start, interval and exposure of a camera that follows another clock.
 */
void SetQHYCCDGPSSlaveModeParameter(qhyccd_handle *handle,
                                    uint32_t target_sec,
                                    uint32_t target_us,
                                    uint32_t deltaT_sec,
                                    uint32_t deltaT_us,
                                    uint32_t expTime);

/**
 * Stretches 16-bit samples to 8 bits: the black level `B` and below become 0, the white
 * level `W` and above 255. The picture has `imageX` times `imageY` samples; the handle is
 * not looked at.
 *
 * On an error nothing is written, and `GetQHYCCDLastError` tells why.
 */
void Bits16ToBits8(qhyccd_handle *h,
                   uint8_t *InputData16,
                   uint8_t *OutputData8,
                   uint32_t imageX,
                   uint32_t imageY,
                   uint16_t B,
                   uint16_t W);

/**
 * Draws the histogram of a picture of `x` times `y` samples as a picture of 192 x 130
 * pixels with 3 channels of 8 bits. The samples have the size that the camera is set to,
 * 8 or 16 bits.
 *
 * On an error nothing is written, and `GetQHYCCDLastError` tells why.
 */
void HistInfo192x130(qhyccd_handle *h, uint32_t x, uint32_t y, uint8_t *InBuf, uint8_t *OutBuf);

/**
 * Equalises the histogram of a picture of `width` times `height` samples of `bpp` bits, 8
 * or 16, in place.
 *
 * On an error nothing is written, and `GetQHYCCDLastError` tells why.
 */
void QHYCCDEqualizeHistogram(uint8_t *pdata, int width, int height, int bpp);

/**
 * Sets how much the log has that the other functions here switch on: 0 nothing, 1
 * errors, 2 warnings, 3 (the default) notes, 4 details, 5 and more every call. It
 * switches nothing on by itself. May be called before `InitQHYCCDResource`.
 */
void SetQHYCCDLogLevel(uint8_t logLevel);

/** Switches log lines on the standard error stream; off unless switched on. */
void EnableQHYCCDMessage(bool enable);

/**
 * Switches the log file; off unless switched on. It is in the folder of
 * `SetQHYCCDLogPath`, else in `qhyccd` under the user's state folder
 * (`$XDG_STATE_HOME`, or `~/.local/state`). If it cannot be written,
 * `GetQHYCCDLastError` tells why.
 */
void EnableQHYCCDLogFile(bool enable);

/**
 * Sets the folder of the log file, which is made if need be. The path must be absolute;
 * another one changes nothing.
 */
void SetQHYCCDLogPath(char *path);

/** Writes a line of the program's own to the log, as a note. */
void OutputQHYCCDDebug(char *strOutput);

/**
 * Tells the present time in UTC, as `2026-01-31T12:00:00.000Z`.
 *
 * Returns a text that belongs to the library and stays valid until the next call of this
 * thread.
 */
const char *GetTimeStamp(void);

/**
 * Registers a function for general messages. It is kept; no message is sent yet.
 *
 * Returns 0.
 */
QHYDWORD SetQHYCCDCallBack(QHYCCDProcCallBack ProcCallBack, int32_t Flag);

/**
 * Registers a function for cameras that come. It gets the id, also of each camera that is
 * there when `InitQHYCCDResource` is called, or now if it was called before.
 */
void RegisterPnpEventIn(QHYCCDPnpCallBack in_pnp_event_in_func);

/** Registers a function for cameras that go. It gets the id. */
void RegisterPnpEventOut(QHYCCDPnpCallBack in_pnp_event_out_func);

/**
 * Registers a function for single frames. It gets the id and the pixels when
 * `GetQHYCCDSingleFrame` has delivered a frame, before that returns.
 */
void RegisterDataEventSingle(QHYCCDDataCallBack in_data_event_single_func);

/**
 * Registers a function for live frames. It gets the id and the pixels. A program that never
 * calls `GetQHYCCDLiveFrame` between `BeginQHYCCDLive` and `StopQHYCCDLive` gets every frame
 * so, on a thread of the library and in its memory, which is valid during the call. One
 * that calls it gets the frames by that, and the function is called before it returns.
 */
void RegisterDataEventLive(QHYCCDDataCallBack in_data_event_live_func);

/**
 * Registers a function for frames that were lost on the way. It is called when a frame
 * call fails for that reason, before that returns; in live video by the first call for a
 * frame after one or more were lost.
 */
void RegisterTransferEventError(QHYCCDPlainCallBack transfer_event_error_func);

/** Not supported yet: the switch for histogram equalisation of all frames. */
void set_histogram_equalization(bool enable);

/**
 * Not supported: a focus window around a point; see `SetQHYCCDResolution`.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDFocusSetting(qhyccd_handle *h, uint32_t focusCenterX, uint32_t focusCenterY);

/**
 * Not supported: the sampling phase of CCD cameras.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDFineTone(qhyccd_handle *h,
                           uint8_t setshporshd,
                           uint8_t shdloc,
                           uint8_t shploc,
                           uint8_t shwidth);

/**
 * Switches the suppression of residual images in live video on (not 0) or off. The order is
 * that of the trigger output.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDEnableLiveModeAntiRBI(qhyccd_handle *h, uint32_t value);

/**
 * Not supported: the merge of a high-gain and a low-gain channel; the QHY600 has one.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDTwoChannelCombineParameter(qhyccd_handle *handle,
                                             double x,
                                             double ah,
                                             double bh,
                                             double al,
                                             double bl);

/**
 * Not supported: text drawn into frames.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t EnableQHYCCDImageOSD(qhyccd_handle *h, uint32_t i);

/**
 * Converts a gain in decibels (20 for ten times) against setting 0 to the gain setting of
 * the present read mode that comes nearest; not a whole number where none fits, and an end
 * of the range outside of it.
 *
 * Returns 0, or `QHYCCD_ERROR` if `dbgain` is NaN or infinite; then nothing is written.
 */
uint32_t QHYCCD_DbGainToGainValue(qhyccd_handle *h, double dbgain, double *gainvalue);

/**
 * Converts a gain setting of the present read mode to decibels (20 for ten times) against
 * setting 0. A setting out of range counts as the end of the range.
 *
 * Returns 0, or `QHYCCD_ERROR` if `gainvalue` is NaN or infinite; then nothing is written.
 */
uint32_t QHYCCD_GainValueToDbGain(qhyccd_handle *h, double gainvalue, double *dbgain);

/**
 * Tells the system gain in electrons per unit of a 16-bit sample at gain setting `gainV` of
 * the present read mode, as the maker published it; nothing is measured.
 *
 * Returns 0, or `QHYCCD_ERROR` where nothing was published; then nothing is written.
 */
uint32_t QHYCCD_curveSystemGain(qhyccd_handle *handle, double gainV, double *systemgain);

/**
 * Tells the full well in electrons at gain setting `gainV` of the present read mode: what
 * fills the pixel or the 16 bits, whichever is less, by published figures.
 *
 * Returns 0, or `QHYCCD_ERROR` where nothing was published; then nothing is written.
 */
uint32_t QHYCCD_curveFullWell(qhyccd_handle *handle, double gainV, double *fullwell);

/**
 * Tells the read noise in electrons at gain setting `gainV` of the present read mode, as
 * the maker published it.
 *
 * Returns 0, or `QHYCCD_ERROR` where nothing was published; then nothing is written.
 */
uint32_t QHYCCD_curveReadoutNoise(qhyccd_handle *handle, double gainV, double *readoutnoise);

/**
 * Reads dark, flat and bias frames for frames of `ImgW` times `ImgH` pixels with one
 * channel (`ImgChannel` is 1) of `ImgBits`, 8 or 16. The files are FITS files with a plain
 * picture of that size, in the units of the frames; their samples may have any form. Each
 * name may be NULL or empty; without any, what was loaded is forgotten and calibration is
 * off. The files replace those of the last call.
 *
 * While `SetQHYCCDCalibrationOnOff` has it on, each sample becomes (sample - dark) x mean
 * flat / flat, rounded, without a dark frame (sample - bias); the bias is taken off the
 * flat as well. Nothing is scaled with exposure time. The means of the flat of a colour
 * camera are those of each place in the colour cell.
 *
 * The vendor's documents do not say what the files are; the names of the arguments do, and
 * the rest is this library's own.
 *
 * Returns 0. Returns `QHYCCD_ERROR` if a file is missing, of another size or of another
 * kind, or if there are no such frames; then nothing changes, and `GetQHYCCDLastError`
 * tells why.
 */
uint32_t SetQHYCCDLoadCalibrationFrames(qhyccd_handle *handle,
                                        uint32_t ImgW,
                                        uint32_t ImgH,
                                        uint32_t ImgBits,
                                        uint32_t ImgChannel,
                                        char *DarkFile,
                                        char *FlatFile,
                                        char *BiasFile);

/**
 * Switches the correction of frames by what `SetQHYCCDLoadCalibrationFrames` loaded. It
 * stays as it is until the camera is closed. While it is on, an exposure or a live frame
 * of another size, depth or number of channels is an error.
 *
 * Returns 0; `QHYCCD_ERROR` if it shall go on and nothing is loaded.
 */
uint32_t SetQHYCCDCalibrationOnOff(qhyccd_handle *handle, bool onoff);

/**
 * Sets the row of the frame check code.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDFrameDetectPos(qhyccd_handle *handle, uint32_t pos);

/**
 * Sets the value of the frame check code.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDFrameDetectCode(qhyccd_handle *handle, uint8_t code);

/**
 * Switches the frame check.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDFrameDetectOnOff(qhyccd_handle *handle, bool onoff);

/** Not supported: training of the link between sensor and FPGA. */
void QHYCCDSensorPhaseReTrain(qhyccd_handle *handle);

/**
 * Not supported: the centre of the object that image stabilisation follows.
 *
 * Returns `QHYCCD_ERROR`; nothing is written.
 */
uint32_t GetQHYCCDImageStabilizationGravity(qhyccd_handle *handle, int *GravityX, int *GravityY);

/**
 * Not supported: synchronises an array of cameras.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDArrayCamSync(qhyccd_handle *handle, bool onoff);

/**
 * Gives each camera that waits for its firmware the file of its model, `QHY600.img` for
 * example, from the folder `path`. Each file is checked before a byte of it is sent. From
 * then on `ScanQHYCCD` does the same for cameras that are plugged in later.
 *
 * May take 10 s a camera, and 5 s for all of them to come back on the bus.
 *
 * Returns 0 if no camera waits or all came back, otherwise `QHYCCD_ERROR`, and
 * `GetQHYCCDLastError` tells why.
 */
uint32_t OSXInitQHYCCDFirmware(char *path);

/**
 * The same with the folder that the environment variable `QHYCCD_FIRMWARE` names, or else
 * the system's (`/lib/firmware/qhy` on Linux): unlike the vendor's, this library contains
 * no images.
 *
 * Returns 0 if no camera waits or all came back, otherwise `QHYCCD_ERROR`, and
 * `GetQHYCCDLastError` tells why.
 */
uint32_t OSXInitQHYCCDFirmwareArray(void);

/**
 * Not supported: this library contains no firmware images.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t OSXInitQHYCCDAndroidFirmwareArray(int idVendor, int idProduct, int fileDescriptor);

/**
 * Gives one firmware file to the cameras that wait for theirs with these USB ids. Only
 * ids that are known to be of such a camera are served.
 *
 * May take 10 s a camera, and 5 s for all of them to come back on the bus.
 *
 * Returns 0 if all came back, otherwise `QHYCCD_ERROR`, also if none waits.
 */
uint32_t DownloadFX3FirmWare(uint16_t vid, uint16_t pid, char *imgpath);

/**
 * Not supported: the test of the vendor's Windows driver for a series of cameras.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t CheckQHYCCDDeviceDriverIO(uint32_t series);

/** Not supported: cameras made for other brands are not locked here. */
void EnableSupportOICamera(char *password);

/**
 * Not supported: speed of the serial port.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDInterCamSerialParam(qhyccd_handle *h, uint32_t opt);

/**
 * Not supported: sends bytes on the serial port.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t QHYCCDInterCamSerialTX(qhyccd_handle *h, char *buf, uint32_t length);

/**
 * Not supported: receives bytes from the serial port.
 *
 * Returns `QHYCCD_ERROR`; nothing is written.
 */
uint32_t QHYCCDInterCamSerialRX(qhyccd_handle *h, char *buf);

/**
 * Not supported: display on or off.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t QHYCCDInterCamOledOnOff(qhyccd_handle *handle, uint8_t onoff);

/**
 * Not supported: brightness of the display.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SetQHYCCDInterCamOledBrightness(qhyccd_handle *handle, uint8_t brightness);

/**
 * Not supported: four lines of text on the display.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SendFourLine2QHYCCDInterCamOled(qhyccd_handle *handle,
                                         char *messagetemp,
                                         char *messageinfo,
                                         char *messagetime,
                                         char *messagemode);

/**
 * Not supported: two lines of text on the display.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SendTwoLine2QHYCCDInterCamOled(qhyccd_handle *handle,
                                        char *messageTop,
                                        char *messageBottom);

/**
 * Not supported: one line of text on the display.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t SendOneLine2QHYCCDInterCamOled(qhyccd_handle *handle, char *messageTop);

/**
 * Not supported: reads from the stream of a card.
 *
 * Returns `QHYCCD_ERROR`; nothing is written.
 */
uint32_t QHYCCDPcieRecv(qhyccd_handle *handle, void *data, int len, uint64_t timeout);

/**
 * Not supported: the bytes in the memory of a card.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t GetQHYCCDPcieDDRNum(qhyccd_handle *handle);

/**
 * Tells the number of PCIe cards, which is always 0 here.
 *
 * Returns 0, or `QHYCCD_ERROR` for NULL.
 */
uint32_t GetQHYCCDPCIECardNum(uint32_t *num);

/**
 * Not supported: the version of a card.
 *
 * Returns `QHYCCD_ERROR`; nothing is written.
 */
uint32_t GetQHYCCDPCIECardVer(uint32_t index,
                              uint32_t *year,
                              uint32_t *month,
                              uint32_t *day,
                              uint32_t *subday);

/**
 * Not supported: empties the memory of a card.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t PCIEClearDDR(qhyccd_handle *handle);

/** Not supported: one byte of a card's information. */
void SetPCIECardInfo(qhyccd_handle *handle, unsigned char index, unsigned char value);

/**
 * Not supported: a camera register through a card, first form.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t PCIEWriteCameraRegister1(qhyccd_handle *handle, unsigned char idx, unsigned char val);

/**
 * Not supported: a camera register through a card, second form.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t PCIEWriteCameraRegister2(qhyccd_handle *handle, unsigned char idx, unsigned char val);

/**
 * Not supported: opens a card.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t QHYCCD_fpga_open(int id);

/** Not supported: closes the card. */
void QHYCCD_fpga_close(void);

/**
 * Not supported: sends words to a channel of the card.
 *
 * Returns -1.
 */
int QHYCCD_fpga_send(int chnl, void *data, int len, int destoff, int last, uint64_t timeout);

/**
 * Not supported: receives words from a channel of the card.
 *
 * Returns -1.
 */
int QHYCCD_fpga_recv(int chnl, void *data, int len, uint64_t timeout);

/** Not supported: resets the card. */
void QHYCCD_fpga_reset(void);

/**
 * Sends a vendor request with data to the camera.
 *
 * Returns 0, or `QHYCCD_ERROR` if it did not get there or `length` is above 65535.
 */
uint32_t QHYCCDVendRequestWrite(qhyccd_handle *h,
                                uint8_t req,
                                uint16_t value,
                                uint16_t index1,
                                uint32_t length,
                                uint8_t *data);

/**
 * Asks the camera for data by a vendor request.
 *
 * Returns 0 if all `length` bytes came, or `QHYCCD_ERROR`; then nothing is written.
 */
uint32_t QHYCCDVendRequestRead(qhyccd_handle *h,
                               uint8_t req,
                               uint16_t value,
                               uint16_t index1,
                               uint32_t length,
                               uint8_t *data);

/**
 * Reads from an endpoint once. Takes the bytes away from a frame that is being read.
 * `timeout` is in milliseconds; 0 is 5 s.
 *
 * Returns 0 if all `length` bytes came, else `QHYCCD_ERROR`; then `data` may have changed.
 */
uint32_t QHYCCDReadUSB_SYNC(qhyccd_handle *pDevHandle,
                            uint8_t endpoint,
                            uint32_t length,
                            uint8_t *data,
                            uint32_t timeout);

/**
 * Reads from an endpoint once, as `QHYCCDReadUSB_SYNC`, and tells how many bytes came.
 * Only endpoints that read (0x81 and up) are served.
 *
 * Returns 0 if any came in time, else `QHYCCD_ERROR`; then `data` may have changed.
 */
uint32_t QHYCCDLibusbBulkTransfer(qhyccd_handle *pDevHandle,
                                  uint8_t endpoint,
                                  uint8_t *data,
                                  uint32_t length,
                                  int32_t *transferred,
                                  uint32_t timeout);

/**
 * Writes a two-byte register on the camera's I2C bus.
 *
 * Returns 0 or `QHYCCD_ERROR`.
 */
uint32_t QHYCCDI2CTwoWrite(qhyccd_handle *handle, uint16_t addr, uint16_t value);

/**
 * Reads a two-byte register from the camera's I2C bus.
 *
 * Returns the value, or `QHYCCD_ERROR`.
 */
uint32_t QHYCCDI2CTwoRead(qhyccd_handle *handle, uint16_t addr);

/**
 * Writes a register of the FPGA; `number` counts the FPGAs of the camera from 0.
 *
 * Returns 0, or `QHYCCD_ERROR` for any but the first FPGA.
 */
uint32_t SetQHYCCDWriteFPGA(qhyccd_handle *h, uint8_t number, uint8_t regindex, uint8_t regvalue);

/**
 * Writes a register of the sensor; `number` counts the sensors of the camera from 0. The
 * value is one byte.
 *
 * Returns 0, or `QHYCCD_ERROR` for any but the first sensor and for a larger value.
 */
uint32_t SetQHYCCDWriteCMOS(qhyccd_handle *h, uint8_t number, uint16_t regindex, uint16_t regvalue);

/**
 * Not supported: a text command to the camera and its answer.
 *
 * Returns `QHYCCD_ERROR`; nothing is written.
 */
uint32_t RedirectCommand(qhyccd_handle *handle, const char *command, char *response);

/**
 * Not supported: the camera answers two records of 64 bytes, and which of them this is
 * is not known. Nothing is written.
 */
void QHYCCDReadInitConfigFlash(qhyccd_handle *handle, char *configString_raw64);

/** Not supported: erases the start-up record. */
void QHYCCDEraseInitConfigFlash(qhyccd_handle *handle);

/** Not supported: clears a stored supply-voltage fault. */
void QHYCCDResetFlashULVOError(qhyccd_handle *handle);

/** Not supported: stores a supply-voltage fault for a test. */
void QHYCCDTestFlashULVOError(qhyccd_handle *handle);

/** Not supported: stores the cooler power at start-up. */
void QHYCCDSetFlashInitPWM(qhyccd_handle *handle, uint8_t pwm);

/** Reads the debug record of the camera, 64 bytes, as the camera gives it. */
void QHYCCDGetDebugDataD3(qhyccd_handle *handle, char *debugData_raw64);

/** Not supported: the reset line of the eMMC; the QHY600 has none. */
void QHYCCDResetEMMC(qhyccd_handle *handle, bool reset);

/**
 * Not supported: the state of the eMMC; the QHY600 has none.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t QHYCCDReadEMMCState(qhyccd_handle *handle);

/**
 * Not supported: the address of the eMMC; the QHY600 has none.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t QHYCCDReadEMMCAddress(qhyccd_handle *handle);

/**
 * Not supported: a word of the eMMC; the QHY600 has none.
 *
 * Returns `QHYCCD_ERROR`; nothing is written.
 */
uint32_t QHYCCDReadEMMCFPGAData(qhyccd_handle *handle, uint32_t *data);

/**
 * Not supported: access to the eMMC; the QHY600 has none.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t QHYCCDOpenEMMCMode(qhyccd_handle *handle, bool open);

/**
 * Not supported: reads from the eMMC; the QHY600 has none.
 *
 * Returns `QHYCCD_ERROR`; nothing is written.
 */
uint32_t QHYCCDReadEMMC(qhyccd_handle *handle,
                        uint32_t address,
                        uint32_t length,
                        unsigned char *buffer);

/**
 * Not supported: writes to the eMMC; the QHY600 has none.
 *
 * Returns `QHYCCD_ERROR`.
 */
uint32_t QHYCCDWriteEMMC(qhyccd_handle *handle,
                         uint32_t address,
                         uint32_t length,
                         unsigned char *buffer);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#if defined(__cplusplus) && __CPP_MODE__

extern "C" {

#ifndef _WIN32
/**
 * Gives the log to a function; an empty one ends that. The function is copied. It may be
 * called from any thread, and from several at a time. The library holds locks meanwhile, so
 * the function must not wait for a thread that is in the library, and calls that it makes
 * itself fail, but for GetQHYCCDLastError, GetTimeStamp and QHYCCDOpenVersion. When this call
 * returns, no thread is in the former function. Works with GCC's C++ library on Linux and
 * does nothing elsewhere.
 */
void SetQHYCCDLogFunction(std::function<void(const std::string &message)> logFunction);
#endif

/**
 * Not supported: solves the star field of the present frame.
 *
 * Returns QHYCCD_ERROR; nothing is written.
 */
uint32_t QHYCCDSolve(int timeout_s, float scale_l, float scale_h, float center_ra,
                     float center_dec, float center_r, float &s_ra, float &s_dec,
                     float &s_size_x, float &s_size_y, float &s_rotation);

/**
 * Not supported: lists the PCIe cards.
 *
 * Returns -1.
 */
int QHYCCD_fpga_list(struct fpga_info_list &list);

} // extern "C"

/* These have C++ names in the library. */
extern "C++" {

/** Not supported yet: rotates or mirrors an image. */
void ImgProcRotationMirror(uint32_t *width, uint32_t *height, uint32_t *depth,
                           uint32_t *channels, uint8_t *inbuf, uint8_t *outbuf, uint8_t flag);

/** Writes an access to a control to the log. */
void QHYCCDGetDebugControlID(CONTROL_ID controlId, bool hasValue, bool isSetValue, double value);

/** Calls the function of RegisterPnpEvent. */
void call_pnp_event(void);

/** Calls the function of RegisterDataEventLive. */
void call_data_event_live(char *id, uint8_t *imgdata);

/** Calls the function of RegisterTransferEventError. */
void call_transfer_event_error(void);

/** Calls the function of RegisterCriticalEventError. */
void call_critical_event_error(qhyccd_handle *h);

} // extern "C++"

#elif !defined(__cplusplus)

/* What C++ passes by value or by reference, C passes by address. */

#ifndef _WIN32
/** Gives the log to a std::function<void(const std::string &)>; NULL ends that. */
void SetQHYCCDLogFunction(void *logFunction);
#endif

/**
 * Not supported: solves the star field of the present frame.
 *
 * Returns QHYCCD_ERROR; nothing is written.
 */
uint32_t QHYCCDSolve(int timeout_s, float scale_l, float scale_h, float center_ra,
                     float center_dec, float center_r, float *s_ra, float *s_dec,
                     float *s_size_x, float *s_size_y, float *s_rotation);

/**
 * Not supported: lists the PCIe cards.
 *
 * Returns -1.
 */
int QHYCCD_fpga_list(struct fpga_info_list *list);

#endif

#endif
