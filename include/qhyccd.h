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

/** write a line to the library debug output. */
void OutputQHYCCDDebug(char *strOutput);

/** switch the background plug/unplug detection on or off; call before init. */
void SetQHYCCDAutoDetectCamera(bool enable);

/** directory for the log file. */
void SetQHYCCDLogPath(char *path);

/** log verbosity byte. */
void SetQHYCCDLogLevel(uint8_t logLevel);

/** size of the USB transfer queue; header declares it outside Windows only. */
void SetQHYCCDBufferNumber(uint32_t BufNumber);

/** console log on or off. */
void EnableQHYCCDMessage(bool enable);

/** global switch for histogram equalisation of output. */
void set_histogram_equalization(bool enable);

/** log file on or off. */
void EnableQHYCCDLogFile(bool enable);

/** synchronise an array of cameras on or off. */
uint32_t SetQHYCCDArrayCamSync(qhyccd_handle *handle, bool onoff);

/** timeout of the single-frame read, ms; 0 = none. */
uint32_t SetQHYCCDSingleFrameTimeOut(qhyccd_handle *h, uint32_t time);

/** time stamp text from a library buffer. */
const char *GetTimeStamp(void);

/** probe the system driver for a camera series. */
uint32_t CheckQHYCCDDeviceDriverIO(uint32_t series);

/** start the library; must come first. */
uint32_t InitQHYCCDResource(void);

/** shut the library down and drop all cameras. */
uint32_t ReleaseQHYCCDResource(void);

/** enumerate cameras; returns the count. */
uint32_t ScanQHYCCD(void);

/** copy the id string of the n-th scanned camera. */
uint32_t GetQHYCCDId(uint32_t index, char *id);

/** copy the model part of an id string. */
uint32_t GetQHYCCDModel(char *id, char *model);

/** open one camera by id string; NULL on failure. */
qhyccd_handle *OpenQHYCCD(char *id);

/** close an open camera handle. */
uint32_t CloseQHYCCD(qhyccd_handle *handle);

/** choose single-frame (0) or live (1) operation before init. */
uint32_t SetQHYCCDStreamMode(qhyccd_handle *handle, uint8_t mode);

/** load defaults into the opened camera; after read mode and stream mode are chosen. */
uint32_t InitQHYCCD(qhyccd_handle *handle);

/**
 * feature test for a CONTROL_ID: 0 = present, 0xFFFFFFFF = absent; CAM_COLOR answers the Bayer id instead.
 */
uint32_t IsQHYCCDControlAvailable(qhyccd_handle *handle,
                                  CONTROL_ID controlId);

/** text name of a CONTROL_ID. */
uint32_t GetQHYCCDControlName(qhyccd_handle *handle, CONTROL_ID controlId, char *IDname);

/** set a CONTROL_ID to a double. */
uint32_t SetQHYCCDParam(qhyccd_handle *handle, CONTROL_ID controlId, double value);

/** read a CONTROL_ID as double; failure is 4294967295.0. */
double GetQHYCCDParam(qhyccd_handle *handle, CONTROL_ID controlId);

/** range and step of a CONTROL_ID. */
uint32_t GetQHYCCDParamMinMaxStep(qhyccd_handle *handle,
                                  CONTROL_ID controlId,
                                  double *min,
                                  double *max,
                                  double *step);

/** set the region of interest, in binned pixels. */
uint32_t SetQHYCCDResolution(qhyccd_handle *handle,
                             uint32_t x,
                             uint32_t y,
                             uint32_t xsize,
                             uint32_t ysize);

/** bytes a frame buffer must hold. */
uint32_t GetQHYCCDMemLength(qhyccd_handle *handle);

/** start one exposure; may answer 0x2001 (read at once) or 0x2000. */
uint32_t ExpQHYCCDSingleFrame(qhyccd_handle *handle);

/** block until the frame is in, fill size, depth, channels and pixels. */
uint32_t GetQHYCCDSingleFrame(qhyccd_handle *handle,
                              uint32_t *w,
                              uint32_t *h,
                              uint32_t *bpp,
                              uint32_t *channels,
                              uint8_t *imgdata);

/** stop the exposure; the frame must still be read. */
uint32_t CancelQHYCCDExposing(qhyccd_handle *handle);

/** stop the exposure and discard the frame. */
uint32_t CancelQHYCCDExposingAndReadout(qhyccd_handle *handle);

/** start continuous exposure. */
uint32_t BeginQHYCCDLive(qhyccd_handle *handle);

/** non-blocking fetch of the next live frame; 0xFFFFFFFF = none yet. */
uint32_t GetQHYCCDLiveFrame(qhyccd_handle *handle,
                            uint32_t *w,
                            uint32_t *h,
                            uint32_t *bpp,
                            uint32_t *channels,
                            uint8_t *imgdata);

/** stop continuous exposure. */
uint32_t StopQHYCCDLive(qhyccd_handle *handle);

/** read bytes from the PCIe stream. */
uint32_t QHYCCDPcieRecv(qhyccd_handle *handle, void *data, int len, uint64_t timeout);

/** amount of data held in the card memory. */
uint32_t GetQHYCCDPcieDDRNum(qhyccd_handle *handle);

/** set horizontal and vertical binning. */
uint32_t SetQHYCCDBinMode(qhyccd_handle *handle, uint32_t wbin, uint32_t hbin);

/** output depth: 8 or 16. */
uint32_t SetQHYCCDBitsMode(qhyccd_handle *handle, uint32_t bits);

/** one step of the software cooler loop to a target in Celsius; call about once a second. */
uint32_t ControlQHYCCDTemp(qhyccd_handle *handle, double targettemp);

/** ST4 pulse: 0 RA+, 1 Dec+, 2 Dec-, 3 RA-; duration in ms. */
uint32_t ControlQHYCCDGuide(qhyccd_handle *handle, uint32_t direction, uint16_t duration);

/** send a position order (one hex digit character) to the filter wheel. */
uint32_t SendOrder2QHYCCDCFW(qhyccd_handle *handle, char *order, uint32_t length);

/** filter wheel position as a character. */
uint32_t GetQHYCCDCFWStatus(qhyccd_handle *handle, char *status);

/** 0 when a filter wheel answers. */
uint32_t IsQHYCCDCFWPlugged(qhyccd_handle *handle);

/** count of trigger connectors. */
uint32_t GetQHYCCDTrigerInterfaceNumber(qhyccd_handle *handle, uint32_t *interfaceNumber);

/** name of one trigger connector. */
uint32_t GetQHYCCDTrigerInterfaceName(qhyccd_handle *handle, uint32_t interfaceIndex, char *name);

/** choose the trigger connector. */
uint32_t SetQHYCCDTrigerInterface(qhyccd_handle *handle, uint32_t interfaceIndex);

/** count of trigger modes. */
uint32_t GetQHYCCDTrigerModeNumber(qhyccd_handle *handle, uint32_t *modeNumber);

/** name of one trigger mode. */
uint32_t GetQHYCCDTrigerModeName(qhyccd_handle *handle, uint32_t modeIndex, char *name);

/** choose the trigger mode. */
uint32_t SetQHYCCDTrigerMode(qhyccd_handle *handle, uint32_t modeIndex);

/** trigger input on or off. */
uint32_t SetQHYCCDTrigerFunction(qhyccd_handle *h, bool value);

/** trigger input alone on or off. */
uint32_t SetQHYCCDTrigerInOnly(qhyccd_handle *h, bool value);

/** trigger output alone on or off. */
uint32_t SetQHYCCDTrigerOutOnly(qhyccd_handle *h, bool value);

/** switch trigger output on. */
uint32_t EnableQHYCCDTrigerOut(qhyccd_handle *handle);

/** switch the second kind of trigger output on. */
uint32_t EnableQHYCCDTrigerOutA(qhyccd_handle *handle);

/** fire one software trigger. */
uint32_t SendSoftTriger2QHYCCDCam(qhyccd_handle *handle);

/** input pulse filter on or off. */
uint32_t SetQHYCCDTrigerFilterOnOff(qhyccd_handle *handle, bool onoff);

/** input pulse filter time. */
uint32_t SetQHYCCDTrigerFilterTime(qhyccd_handle *handle, uint32_t time);

/** stretch a 16-bit frame to 8-bit between black and white levels. */
void Bits16ToBits8(qhyccd_handle *h,
                   uint8_t *InputData16,
                   uint8_t *OutputData8,
                   uint32_t imageX,
                   uint32_t imageY,
                   uint16_t B,
                   uint16_t W);

/** draw a histogram picture 192x130, 3 channels. */
void HistInfo192x130(qhyccd_handle *h, uint32_t x, uint32_t y, uint8_t *InBuf, uint8_t *OutBuf);

/** push firmware files found under a directory into cold-plugged cameras (macOS path). */
uint32_t OSXInitQHYCCDFirmware(char *path);

/** push firmware images compiled into the library (macOS). */
uint32_t OSXInitQHYCCDFirmwareArray(void);

/** push built-in firmware using an Android USB file descriptor. */
uint32_t OSXInitQHYCCDAndroidFirmwareArray(int idVendor, int idProduct, int fileDescriptor);

/** chip size in mm, pixels, pixel size in um, depth. */
uint32_t GetQHYCCDChipInfo(qhyccd_handle *h,
                           double *chipw,
                           double *chiph,
                           uint32_t *imagew,
                           uint32_t *imageh,
                           double *pixelw,
                           double *pixelh,
                           uint32_t *bpp);

/** light-sensitive rectangle. */
uint32_t GetQHYCCDEffectiveArea(qhyccd_handle *h,
                                uint32_t *startX,
                                uint32_t *startY,
                                uint32_t *sizeX,
                                uint32_t *sizeY);

/** overscan rectangle. */
uint32_t GetQHYCCDOverScanArea(qhyccd_handle *h,
                               uint32_t *startX,
                               uint32_t *startY,
                               uint32_t *sizeX,
                               uint32_t *sizeY);

/** rectangle now in force. */
uint32_t GetQHYCCDCurrentROI(qhyccd_handle *handle,
                             uint32_t *startX,
                             uint32_t *startY,
                             uint32_t *sizeX,
                             uint32_t *sizeY);

/** centroid of the stabilisation target in chip coordinates. */
uint32_t GetQHYCCDImageStabilizationGravity(qhyccd_handle *handle, int *GravityX, int *GravityY);

/** set up a focus window around a point. */
uint32_t SetQHYCCDFocusSetting(qhyccd_handle *h, uint32_t focusCenterX, uint32_t focusCenterY);

/** time left in the exposure; about 100 or less means done. */
uint32_t GetQHYCCDExposureRemaining(qhyccd_handle *h);

/** firmware version bytes of the camera. */
uint32_t GetQHYCCDFWVersion(qhyccd_handle *h, uint8_t *buf);

/** version bytes of the n-th FPGA. */
uint32_t GetQHYCCDFPGAVersion(qhyccd_handle *h, uint8_t fpga_index, uint8_t *buf);

/** serial port speed option. */
uint32_t SetQHYCCDInterCamSerialParam(qhyccd_handle *h, uint32_t opt);

/** send bytes on the serial port. */
uint32_t QHYCCDInterCamSerialTX(qhyccd_handle *h, char *buf, uint32_t length);

/** receive bytes; the count is the return. */
uint32_t QHYCCDInterCamSerialRX(qhyccd_handle *h, char *buf);

/** display on (1) or off (0). */
uint32_t QHYCCDInterCamOledOnOff(qhyccd_handle *handle, uint8_t onoff);

/** display brightness. */
uint32_t SetQHYCCDInterCamOledBrightness(qhyccd_handle *handle, uint8_t brightness);

/** show four text lines. */
uint32_t SendFourLine2QHYCCDInterCamOled(qhyccd_handle *handle,
                                         char *messagetemp,
                                         char *messageinfo,
                                         char *messagetime,
                                         char *messagemode);

/** show two text lines. */
uint32_t SendTwoLine2QHYCCDInterCamOled(qhyccd_handle *handle,
                                        char *messageTop,
                                        char *messageBottom);

/** show one text line. */
uint32_t SendOneLine2QHYCCDInterCamOled(qhyccd_handle *handle, char *messageTop);

/** raw status bytes of the camera. */
uint32_t GetQHYCCDCameraStatus(qhyccd_handle *h, uint8_t *buf);

/** mechanical shutter position. */
uint32_t GetQHYCCDShutterStatus(qhyccd_handle *handle);

/** move the mechanical shutter. */
uint32_t ControlQHYCCDShutter(qhyccd_handle *handle, uint8_t status);

/** pressure in the sensor chamber, mbar. */
uint32_t GetQHYCCDPressure(qhyccd_handle *handle, double *pressure);

/** relative humidity in the sensor chamber. */
uint32_t GetQHYCCDHumidity(qhyccd_handle *handle, double *hd);

/** write a 16-bit sensor register. */
uint32_t QHYCCDI2CTwoWrite(qhyccd_handle *handle, uint16_t addr, uint16_t value);

/** read a 16-bit sensor register; the value is the return. */
uint32_t QHYCCDI2CTwoRead(qhyccd_handle *handle, uint16_t addr);

/** readout progress as a double. */
double GetQHYCCDReadingProgress(qhyccd_handle *handle);

/** set the cooler loop P, I, D terms. */
uint32_t TestQHYCCDPIDParas(qhyccd_handle *h, double p, double i, double d);

/** push one FX3 image file to the device with the given VID/PID. */
uint32_t DownloadFX3FirmWare(uint16_t vid, uint16_t pid, char *imgpath);

/** numeric device type (DEVICETYPE_*) of the handle. */
uint32_t GetQHYCCDType(qhyccd_handle *h);

/** switch in-library demosaic. */
uint32_t SetQHYCCDDebayerOnOff(qhyccd_handle *h, bool onoff);

/** CCD sampling-phase fine adjust bytes. */
uint32_t SetQHYCCDFineTone(qhyccd_handle *h,
                           uint8_t setshporshd,
                           uint8_t shdloc,
                           uint8_t shploc,
                           uint8_t shwidth);

/** tune the GPS oscillator control value. */
uint32_t SetQHYCCDGPSVCOXFreq(qhyccd_handle *handle, uint16_t i);

/** calibration LED mode on or off. */
uint32_t SetQHYCCDGPSLedCalMode(qhyccd_handle *handle, uint8_t i);

/** calibration LED pulse position and width. */
void SetQHYCCDGPSLedCal(qhyccd_handle *handle, uint32_t pos, uint8_t width);

/** shutter start LED pulse: slave flag, position, width. */
void SetQHYCCDGPSPOSA(qhyccd_handle *handle, uint8_t is_slave, uint32_t pos, uint8_t width);

/** shutter end LED pulse: slave flag, position, width. */
void SetQHYCCDGPSPOSB(qhyccd_handle *handle, uint8_t is_slave, uint32_t pos, uint8_t width);

/** clock role: 0 master, 1 slave. */
uint32_t SetQHYCCDGPSMasterSlave(qhyccd_handle *handle, uint8_t i);

/** slave start time, interval and exposure. */
void SetQHYCCDGPSSlaveModeParameter(qhyccd_handle *handle,
                                    uint32_t target_sec,
                                    uint32_t target_us,
                                    uint32_t deltaT_sec,
                                    uint32_t deltaT_us,
                                    uint32_t expTime);

/** declared only; no export found on Linux or Windows. */
void SetQHYCCDQuit(void);

/** USB vendor control OUT. */
uint32_t QHYCCDVendRequestWrite(qhyccd_handle *h,
                                uint8_t req,
                                uint16_t value,
                                uint16_t index1,
                                uint32_t length,
                                uint8_t *data);

/** USB vendor control IN. */
uint32_t QHYCCDVendRequestRead(qhyccd_handle *h,
                               uint8_t req,
                               uint16_t value,
                               uint16_t index1,
                               uint32_t length,
                               uint8_t *data);

/** synchronous endpoint read. */
uint32_t QHYCCDReadUSB_SYNC(qhyccd_handle *pDevHandle,
                            uint8_t endpoint,
                            uint32_t length,
                            uint8_t *data,
                            uint32_t timeout);

/** bulk transfer in libusb form. */
uint32_t QHYCCDLibusbBulkTransfer(qhyccd_handle *pDevHandle,
                                  uint8_t endpoint,
                                  uint8_t *data,
                                  uint32_t length,
                                  int32_t *transferred,
                                  uint32_t timeout);

/** library version as year, month, day, subday. */
uint32_t GetQHYCCDSDKVersion(uint32_t *year, uint32_t *month, uint32_t *day, uint32_t *subday);

/** count of PCIe grabber cards. */
uint32_t GetQHYCCDPCIECardNum(uint32_t *num);

/** version of one PCIe grabber card. */
uint32_t GetQHYCCDPCIECardVer(uint32_t index,
                              uint32_t *year,
                              uint32_t *month,
                              uint32_t *day,
                              uint32_t *subday);

/** count of readout modes of an open camera. */
uint32_t GetQHYCCDNumberOfReadModes(qhyccd_handle *h, uint32_t *numModes);

/** count of readout modes by id, before opening. */
uint32_t GetQHYCCDReadModeNumberFromID(char *id, uint32_t *numModes);

/** full frame size of one readout mode. */
uint32_t GetQHYCCDReadModeResolution(qhyccd_handle *h,
                                     uint32_t modeNumber,
                                     uint32_t *width,
                                     uint32_t *height);

/** name of one readout mode. */
uint32_t GetQHYCCDReadModeName(qhyccd_handle *h, uint32_t modeNumber, char *name);

/** name of one readout mode by id, before opening. */
uint32_t GetQHYCCDReadModeNameFromID(char *id, uint32_t modeNumber, char *name);

/** select a readout mode; re-init afterwards. */
uint32_t SetQHYCCDReadMode(qhyccd_handle *h, uint32_t modeNumber);

/** current readout mode index. */
uint32_t GetQHYCCDReadMode(qhyccd_handle *h, uint32_t *modeNumber);

/** parameter range before opening; declared only, no export found. */
uint32_t GetQHYCCDBeforeOpenParam(struct QHYCamMinMaxStepValue *p, CONTROL_ID controlId);

/** burst capture on or off. */
uint32_t EnableQHYCCDBurstMode(qhyccd_handle *h, bool i);

/** first and last frame number of a burst. */
uint32_t SetQHYCCDBurstModeStartEnd(qhyccd_handle *h, uint32_t start, uint32_t end);

/** burst frame counting on or off. */
uint32_t EnableQHYCCDBurstCountFun(qhyccd_handle *h, bool i);

/** zero the frame counter. */
uint32_t ResetQHYCCDFrameCounter(qhyccd_handle *h);

/** put the camera in burst idle. */
uint32_t SetQHYCCDBurstIDLE(qhyccd_handle *h);

/** leave burst idle, so a burst runs. */
uint32_t ReleaseQHYCCDBurstIDLE(qhyccd_handle *h);

/** read the stored burst frames again. */
uint32_t RereadQHYCCDBurstFrame(qhyccd_handle *h);

/** padding amount added so short bursts fill a USB transfer. */
uint32_t SetQHYCCDBurstModePatchNumber(qhyccd_handle *h, uint32_t value);

/** residual-image suppression in live mode. */
uint32_t SetQHYCCDEnableLiveModeAntiRBI(qhyccd_handle *h, uint32_t value);

/** write an FPGA register. */
uint32_t SetQHYCCDWriteFPGA(qhyccd_handle *h, uint8_t number, uint8_t regindex, uint8_t regvalue);

/** write a sensor register. */
uint32_t SetQHYCCDWriteCMOS(qhyccd_handle *h, uint8_t number, uint16_t regindex, uint16_t regvalue);

/** set the high/low gain merge: switch point and two linear maps. */
uint32_t SetQHYCCDTwoChannelCombineParameter(qhyccd_handle *handle,
                                             double x,
                                             double ah,
                                             double bh,
                                             double al,
                                             double bl);

/** overlay text on frames, by level. */
uint32_t EnableQHYCCDImageOSD(qhyccd_handle *h, uint32_t i);

/** sensor timing: pixel, line and frame period, clocks, real exposure, long-mode flag. */
uint32_t GetQHYCCDPreciseExposureInfo(qhyccd_handle *h,
                                      uint32_t *PixelPeriod_ps,
                                      uint32_t *LinePeriod_ns,
                                      uint32_t *FramePeriod_us,
                                      uint32_t *ClocksPerLine,
                                      uint32_t *LinesPerFrame,
                                      uint32_t *ActualExposureTime,
                                      uint8_t *isLongExposureMode);

/** microseconds from the timing pulse to the end of exposure of a row. */
uint32_t GetQHYCCDRollingShutterEndOffset(qhyccd_handle *h, uint32_t row, double *offset);

/** stop background machinery at program end. */
void QHYCCDQuit(void);

/** register the message callback with a flag. */
QHYDWORD SetQHYCCDCallBack(QHYCCDProcCallBack ProcCallBack, int32_t Flag);

/** callback on camera arrival (id). */
void RegisterPnpEventIn(QHYCCDPnpCallBack in_pnp_event_in_func);

/** callback on camera removal (id). */
void RegisterPnpEventOut(QHYCCDPnpCallBack in_pnp_event_out_func);

/** close, rescan, reopen and re-init one camera by id, returning its frame size. */
uint32_t resetDev(char *deviceID,
                  uint32_t readModeIndex,
                  uint8_t streamMode,
                  qhyccd_handle *devHandle,
                  uint32_t *imageWidth,
                  uint32_t *imageHigh,
                  uint32_t bitDepth);

/** callback when a single frame is ready (id, pixels). */
void RegisterDataEventSingle(QHYCCDDataCallBack in_data_event_single_func);

/** callback when a live frame is ready (id, pixels). */
void RegisterDataEventLive(QHYCCDDataCallBack in_data_event_live_func);

/** callback on a transfer failure. */
void RegisterTransferEventError(QHYCCDPlainCallBack transfer_event_error_func);

/** empty the card memory. */
uint32_t PCIEClearDDR(qhyccd_handle *handle);

/** older by-id form: count of readout modes. */
uint32_t GetReadModesNumber(char *deviceID, uint32_t *numModes);

/** older by-id form: name of a readout mode. */
uint32_t GetReadModeName(char *deviceID, uint32_t modeIndex, char *modeName);

/** redo sensor link phase training. */
void QHYCCDSensorPhaseReTrain(qhyccd_handle *handle);

/** read the stored start-up configuration (64 bytes). */
void QHYCCDReadInitConfigFlash(qhyccd_handle *handle, char *configString_raw64);

/** erase the stored start-up configuration. */
void QHYCCDEraseInitConfigFlash(qhyccd_handle *handle);

/** clear the stored supply-voltage fault. */
void QHYCCDResetFlashULVOError(qhyccd_handle *handle);

/** provoke a stored supply-voltage fault for test. */
void QHYCCDTestFlashULVOError(qhyccd_handle *handle);

/** store the start-up cooler PWM. */
void QHYCCDSetFlashInitPWM(qhyccd_handle *handle, uint8_t pwm);

/** read 64 debug bytes (request D3). */
void QHYCCDGetDebugDataD3(qhyccd_handle *handle, char *debugData_raw64);

/** equalise a frame in place. */
void QHYCCDEqualizeHistogram(uint8_t *pdata, int width, int height, int bpp);

/** open an FPGA board. */
uint32_t QHYCCD_fpga_open(int id);

/** close the FPGA board. */
void QHYCCD_fpga_close(void);

/** send 4-byte words to an FPGA channel. */
int QHYCCD_fpga_send(int chnl, void *data, int len, int destoff, int last, uint64_t timeout);

/** receive 4-byte words from an FPGA channel. */
int QHYCCD_fpga_recv(int chnl, void *data, int len, uint64_t timeout);

/** reset the FPGA board. */
void QHYCCD_fpga_reset(void);

/** load dark, flat and bias files for a frame shape. */
uint32_t SetQHYCCDLoadCalibrationFrames(qhyccd_handle *handle,
                                        uint32_t ImgW,
                                        uint32_t ImgH,
                                        uint32_t ImgBits,
                                        uint32_t ImgChannel,
                                        char *DarkFile,
                                        char *FlatFile,
                                        char *BiasFile);

/** apply loaded calibration frames or not. */
uint32_t SetQHYCCDCalibrationOnOff(qhyccd_handle *handle, bool onoff);

/** position of the frame check code. */
uint32_t SetQHYCCDFrameDetectPos(qhyccd_handle *handle, uint32_t pos);

/** value of the frame check code. */
uint32_t SetQHYCCDFrameDetectCode(qhyccd_handle *handle, uint8_t code);

/** frame check on or off. */
uint32_t SetQHYCCDFrameDetectOnOff(qhyccd_handle *handle, bool onoff);

/** sensor name string of the opened camera. */
uint32_t GetQHYCCDSensorName(qhyccd_handle *handle, char *name);

/** nonzero when the camera of that id is on a USB 3 link. */
uint8_t GetCameraIsSuperSpeedFromID(char *id);

/** unlock OEM camera variants with a password string. */
void EnableSupportOICamera(char *password);

/** hold or release the eMMC reset. */
void QHYCCDResetEMMC(qhyccd_handle *handle, bool reset);

/** eMMC state word. */
uint32_t QHYCCDReadEMMCState(qhyccd_handle *handle);

/** eMMC address word. */
uint32_t QHYCCDReadEMMCAddress(qhyccd_handle *handle);

/** eMMC data word from the FPGA. */
uint32_t QHYCCDReadEMMCFPGAData(qhyccd_handle *handle, uint32_t *data);

/** eMMC access mode on or off. */
uint32_t QHYCCDOpenEMMCMode(qhyccd_handle *handle, bool open);

/** read an eMMC range. */
uint32_t QHYCCDReadEMMC(qhyccd_handle *handle, uint32_t address, uint32_t length, uint8_t *buffer);

/** write an eMMC range. */
uint32_t QHYCCDWriteEMMC(qhyccd_handle *handle, uint32_t address, uint32_t length, uint8_t *buffer);

/** send a text command to the camera and get the text answer; plain cdecl. */
uint32_t RedirectCommand(qhyccd_handle *handle, const char *command, char *response);

/** write one card info byte. */
void SetPCIECardInfo(qhyccd_handle *handle, uint8_t index, uint8_t value);

/** write a camera register over PCIe, form 1. */
uint32_t PCIEWriteCameraRegister1(qhyccd_handle *handle, uint8_t idx, uint8_t val);

/** write a camera register over PCIe, form 2. */
uint32_t PCIEWriteCameraRegister2(qhyccd_handle *handle, uint8_t idx, uint8_t val);

/** convert a gain in dB to the gain register scale. */
uint32_t QHYCCD_DbGainToGainValue(qhyccd_handle *h, double dbgain, double *gainvalue);

/** convert the gain register scale to dB. */
uint32_t QHYCCD_GainValueToDbGain(qhyccd_handle *h, double gainvalue, double *dbgain);

/** system gain (e-/ADU) at a gain setting. */
uint32_t QHYCCD_curveSystemGain(qhyccd_handle *handle, double gainV, double *systemgain);

/** full well at a gain setting. */
uint32_t QHYCCD_curveFullWell(qhyccd_handle *handle, double gainV, double *fullwell);

/** read noise at a gain setting. */
uint32_t QHYCCD_curveReadoutNoise(qhyccd_handle *handle, double gainV, double *readoutnoise);

/** FPGA temperature in Celsius. */
uint32_t GetQHYCCDFPGATemp(qhyccd_handle *handle, double *temp);

/** last error text from a library buffer. */
char *GetQHYCCDLastError(void);

/** drop queued frames. */
uint32_t ClearQHYCCDImageQueue(qhyccd_handle *handle);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* __QHYCCD_H__ */

#if defined(__cplusplus) && __CPP_MODE__

extern "C" {

#ifndef _WIN32
/** Hands every log line to a function; an empty one ends that. */
void SetQHYCCDLogFunction(std::function<void(const std::string &message)> logFunction);
#endif

/** Would find out where the picture points; refused. */
uint32_t QHYCCDSolve(int timeout_s, float scale_l, float scale_h, float center_ra,
                     float center_dec, float center_r, float &s_ra, float &s_dec,
                     float &s_size_x, float &s_size_y, float &s_rotation);

/** Would list PCIe boards; refused. */
int QHYCCD_fpga_list(struct fpga_info_list &list);

}

/* These have C++ names in the library. */
extern "C++" {

/** Turns or mirrors a picture. */
void ImgProcRotationMirror(uint32_t *width, uint32_t *height, uint32_t *depth,
                           uint32_t *channels, uint8_t *inbuf, uint8_t *outbuf, uint8_t flag);

/** Has no effect; there for linking. */
void QHYCCDGetDebugControlID(CONTROL_ID controlId, bool hasValue, bool isSetValue, double value);

/** Has no effect; there for linking. */
void call_pnp_event(void);

/** Has no effect; there for linking. */
void call_data_event_live(char *id, uint8_t *imgdata);

/** Has no effect; there for linking. */
void call_transfer_event_error(void);

/** Has no effect; there for linking. */
void call_critical_event_error(qhyccd_handle *h);

}

#elif !defined(__cplusplus)

#ifndef _WIN32
/** Hands every log line to a std::function<void(const std::string &)>, given by its address. */
void SetQHYCCDLogFunction(void *logFunction);
#endif

/** Would find out where the picture points; refused. */
uint32_t QHYCCDSolve(int timeout_s, float scale_l, float scale_h, float center_ra,
                     float center_dec, float center_r, float *s_ra, float *s_dec,
                     float *s_size_x, float *s_size_y, float *s_rotation);

/** Would list PCIe boards; refused. */
int QHYCCD_fpga_list(struct fpga_info_list *list);

#endif
