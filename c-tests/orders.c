/* Replays the order of calls of ten client programs, as they were seen running, each
 * from the start of the library to its release, and checks every answer that the client
 * depends on. `orders NAME` replays one of them. */
#define _GNU_SOURCE
#include <pthread.h>
#include <unistd.h>

#include "common.h"
#include "scene.h"

static char id[32];
static uint32_t x, y, w, h;

#define AVAILABLE(camera, control) CHECK_EQ(IsQHYCCDControlAvailable(camera, control), 0)
#define SET(camera, control, value) CHECK_OK(SetQHYCCDParam(camera, control, value))

/* Programs only look whether the answer is one of the two. */
static void ask(qhyccd_handle *camera, const int *controls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t answer = IsQHYCCDControlAvailable(camera, (CONTROL_ID)controls[i]);
        CHECK(answer == 0 || answer == QHYCCD_ERROR || controls[i] == CAM_COLOR);
    }
}
#define ASK(camera, ...)                                                                           \
    ask(camera, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void range(qhyccd_handle *camera, CONTROL_ID control)
{
    double low = 1, high = 0, step = -1;
    CHECK_OK(GetQHYCCDParamMinMaxStep(camera, control, &low, &high, &step));
    CHECK(low <= high && step >= 0);
    double value = GetQHYCCDParam(camera, control);
    CHECK(value >= low && value <= high);
}

static void plugged(qhyccd_handle *camera)
{
    uint32_t answer = IsQHYCCDCFWPlugged(camera);
    CHECK(answer == 0 || answer == QHYCCD_ERROR);
}

static void start(void)
{
    CHECK_OK(InitQHYCCDResource());
    CHECK(ScanQHYCCD() >= 1);
    CHECK_OK(GetQHYCCDId(0, id));
}

static void sdk_version(void)
{
    uint32_t year, month, day, sub;
    CHECK_OK(GetQHYCCDSDKVersion(&year, &month, &day, &sub));
}

static void firmware(qhyccd_handle *camera)
{
    uint8_t version[32] = {0};
    CHECK_OK(GetQHYCCDFWVersion(camera, version));
    CHECK(version[0] != 0);
}

static void chip(qhyccd_handle *camera)
{
    double chip_w, chip_h, pixel_w, pixel_h;
    uint32_t bits;
    CHECK_OK(GetQHYCCDChipInfo(camera, &chip_w, &chip_h, &w, &h, &pixel_w, &pixel_h, &bits));
    CHECK_EQ(w, 9600);
    CHECK_EQ(h, 6422);
    CHECK(pixel_w > 3.75 && pixel_w < 3.77);
}

static void areas(qhyccd_handle *camera)
{
    CHECK_OK(GetQHYCCDOverScanArea(camera, &x, &y, &w, &h));
    CHECK(x + w <= 9600 && y + h <= 6422);
    CHECK_OK(GetQHYCCDEffectiveArea(camera, &x, &y, &w, &h));
    CHECK(w > 0 && h > 0 && x + w <= 9600 && y + h <= 6422);
}

/* The corners and the middle; the other pixels are the business of `single`. */
static void check_pixels(const uint8_t *pixels, struct frame f, uint32_t left, uint32_t top)
{
    const uint32_t xs[] = {0, f.w / 2, f.w - 1}, ys[] = {0, f.h / 2, f.h - 1};
    for (int i = 0; i < 9; i++) {
        uint32_t value = scene_xy(left + xs[i % 3], top + ys[i / 3]);
        CHECK_EQ(sample(pixels, f, xs[i % 3], ys[i / 3]), f.bpp == 8 ? value >> 8 : value);
    }
}

/* Reads the frame that was ordered; `left`, `top` are the place of an unbinned region. */
static void fetch(qhyccd_handle *camera, uint32_t want_w, uint32_t want_h, uint32_t bin, uint32_t left,
                  uint32_t top)
{
    uint32_t room = GetQHYCCDMemLength(camera);
    CHECK(room != QHYCCD_ERROR && room >= (uint64_t)want_w * want_h * 2);
    uint8_t *pixels = malloc(room);
    struct frame f = {0, 0, 0, 0};
    CHECK_OK(GetQHYCCDSingleFrame(camera, &f.w, &f.h, &f.bpp, &f.channels, pixels));
    CHECK_EQ(f.w, want_w);
    CHECK_EQ(f.h, want_h);
    CHECK_EQ(f.channels, 1);
    if (bin == 1 && f.w == want_w && f.h == want_h)
        check_pixels(pixels, f, left, top);
    free(pixels);
}

static uint32_t live_frame(qhyccd_handle *camera, struct frame *f, uint8_t *pixels)
{
    return GetQHYCCDLiveFrame(camera, &f->w, &f->h, &f->bpp, &f->channels, pixels);
}

/* Polls like a client until `count` frames came; answers other than 0 must be the error. */
static void fetch_live(qhyccd_handle *camera, uint8_t *pixels, int count, uint32_t left, uint32_t top)
{
    struct frame f;
    while (count > 0) {
        uint32_t code = live_frame(camera, &f, pixels);
        if (code == QHYCCD_SUCCESS) {
            check_pixels(pixels, f, left, top);
            count--;
        } else {
            CHECK_EQ(code, QHYCCD_ERROR);
            usleep(1000);
        }
        if (failures)
            return;
    }
}

/* qhyccd-rs: looks for a wheel with its own open and close, never closes at the end. */
static qhyccd_handle *rust_start(void)
{
    start();
    qhyccd_handle *camera = OpenQHYCCD(id);
    plugged(camera);
    CHECK_OK(CloseQHYCCD(camera));
    sdk_version();
    camera = OpenQHYCCD(id);
    CHECK(camera != NULL);
    return camera;
}

static void rust_single(void)
{
    qhyccd_handle *camera = rust_start();
    firmware(camera);
    AVAILABLE(camera, CAM_SINGLEFRAMEMODE);
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(SetQHYCCDReadMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    areas(camera);
    chip(camera);
    ASK(camera, CAM_IS_COLOR, CAM_COLOR);
    AVAILABLE(camera, CONTROL_USBTRAFFIC);
    SET(camera, CONTROL_USBTRAFFIC, 255); /* more than the camera has: must not fail */
    AVAILABLE(camera, CONTROL_GAIN);
    SET(camera, CONTROL_GAIN, 10);
    AVAILABLE(camera, CONTROL_OFFSET);
    SET(camera, CONTROL_OFFSET, 140);
    SET(camera, CONTROL_EXPOSURE, 2000);
    CHECK_OK(GetQHYCCDEffectiveArea(camera, &x, &y, &w, &h));
    CHECK_OK(SetQHYCCDResolution(camera, x, y, w, h));
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    AVAILABLE(camera, CONTROL_TRANSFERBIT);
    SET(camera, CONTROL_TRANSFERBIT, 16);
    CHECK_EQ(ExpQHYCCDSingleFrame(camera), 0);
    fetch(camera, w, h, 1, x, y);
    CHECK_OK(ReleaseQHYCCDResource());
}

static void rust_live(void)
{
    qhyccd_handle *camera = rust_start();
    firmware(camera);
    AVAILABLE(camera, CAM_LIVEVIDEOMODE);
    CHECK_OK(SetQHYCCDReadMode(camera, 0));
    CHECK_OK(SetQHYCCDStreamMode(camera, 1));
    CHECK_OK(InitQHYCCD(camera));
    chip(camera);
    areas(camera);
    CHECK_OK(SetQHYCCDBitsMode(camera, 8));
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    CHECK_OK(SetQHYCCDResolution(camera, x, y, w, h));
    SET(camera, CONTROL_TRANSFERBIT, 8);
    SET(camera, CONTROL_EXPOSURE, 2000);
    SET(camera, CONTROL_USBTRAFFIC, 255);
    SET(camera, CONTROL_DDR, 1);
    CHECK_OK(BeginQHYCCDLive(camera));
    uint8_t *pixels = malloc(GetQHYCCDMemLength(camera));
    fetch_live(camera, pixels, 1, x, y);
    free(pixels);
    CHECK_OK(StopQHYCCDLive(camera));
    CHECK_OK(ReleaseQHYCCDResource());
}

static void alpaca(void)
{
    qhyccd_handle *camera = rust_start();
    AVAILABLE(camera, CAM_SINGLEFRAMEMODE);
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(SetQHYCCDReadMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    AVAILABLE(camera, CONTROL_TRANSFERBIT);
    SET(camera, CONTROL_TRANSFERBIT, 16);
    chip(camera);
    areas(camera);
    ASK(camera, CAM_BIN1X1MODE, CAM_BIN2X2MODE, CAM_BIN3X3MODE, CAM_BIN4X4MODE, 75, 76, CONTROL_SPEED);
    range(camera, CONTROL_EXPOSURE);
    AVAILABLE(camera, CONTROL_GAIN);
    range(camera, CONTROL_GAIN);
    AVAILABLE(camera, CONTROL_OFFSET);
    range(camera, CONTROL_OFFSET);
    CHECK_OK(SetQHYCCDResolution(camera, x, y, w, h));
    SET(camera, CONTROL_EXPOSURE, 100000);
    CHECK_EQ(ExpQHYCCDSingleFrame(camera), 0);
    while (GetQHYCCDExposureRemaining(camera) > 100)
        usleep(1000);
    fetch(camera, w, h, 1, x, y);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
}

static void indi(void)
{
    char name[64];
    double humidity;
    uint32_t modes, mode;
    start();
    EnableQHYCCDLogFile(false);
    EnableQHYCCDMessage(false);
    SetQHYCCDLogLevel(2);
    qhyccd_handle *camera = OpenQHYCCD(id);
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    sdk_version();
    ASK(camera, 21, 22, 23, 24);
    CHECK_OK(GetQHYCCDNumberOfReadModes(camera, &modes));
    CHECK(modes >= 1);
    for (uint32_t n = 0; n < modes; n++) {
        CHECK_OK(GetQHYCCDReadModeName(camera, n, name));
        CHECK_OK(GetQHYCCDReadModeResolution(camera, n, &w, &h));
        CHECK(name[0] != 0 && w > 0 && h > 0);
    }
    CHECK_OK(GetQHYCCDReadMode(camera, &mode));
    CHECK(mode < modes); /* it indexes an array with it */
    ASK(camera, 25, 58, 18, 16, 19, 9, 6, 7);
    for (int i = 0; i < 3; i++)
        plugged(camera);
    ASK(camera, 10, 12, CAM_COLOR);
    range(camera, CONTROL_EXPOSURE);
    ASK(camera, CONTROL_AMPV, CAM_GPS);
    GetQHYCCDHumidity(camera, &humidity);
    areas(camera);
    const CONTROL_ID asked[] = {CONTROL_GAIN, CONTROL_OFFSET, CONTROL_USBTRAFFIC};
    for (int i = 0; i < 3; i++)
        range(camera, asked[i]);
    chip(camera);
    areas(camera);
    SET(camera, CONTROL_EXPOSURE, 500000);
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    CHECK_OK(SetQHYCCDResolution(camera, x, y, w, h));
    CHECK_EQ(ExpQHYCCDSingleFrame(camera), 0);
    fetch(camera, w, h, 1, x, y);
    /* Video: stream mode and init without close, then back. */
    CHECK_OK(SetQHYCCDStreamMode(camera, 1));
    CHECK_OK(InitQHYCCD(camera));
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    CHECK_OK(SetQHYCCDResolution(camera, 400, 300, 640, 480));
    SET(camera, CONTROL_EXPOSURE, 10000);
    CHECK_OK(SetQHYCCDBitsMode(camera, 8));
    CHECK_OK(BeginQHYCCDLive(camera));
    uint8_t *pixels = malloc(640 * 480);
    fetch_live(camera, pixels, 2, 400, 300);
    free(pixels);
    CHECK_OK(StopQHYCCDLive(camera));
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
}

static void phd2(void)
{
    double low, high, step;
    sdk_version(); /* before the library is started */
    EnableQHYCCDLogFile(false);
    SetQHYCCDLogLevel(0);
    start();
    qhyccd_handle *listed = OpenQHYCCD(id);
    ASK(listed, CONTROL_ST4PORT);
    qhyccd_handle *camera = OpenQHYCCD(id); /* again, with no close */
    CHECK(camera != NULL && camera == listed);
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    const CONTROL_ID asked[] = {CONTROL_GAIN, CONTROL_OFFSET, CONTROL_USBTRAFFIC};
    for (int i = 0; i < 3; i++) {
        CHECK_OK(GetQHYCCDParamMinMaxStep(camera, asked[i], &low, &high, &step));
        CHECK(step > 0 || asked[i] != CONTROL_GAIN);
        SET(camera, asked[i], low + (high - low) / 4);
    }
    ASK(camera, CONTROL_AMPV, CONTROL_ROWNOISERE, CONTROL_SPEED);
    ASK(camera, 49);
    chip(camera);
    ASK(camera, CAM_16BITS);
    CHECK_OK(SetQHYCCDBitsMode(camera, 16));
    ASK(camera, CONTROL_DDR);
    SET(camera, CONTROL_DDR, 1); /* whatever the answer was */
    ASK(camera, CONTROL_COOLER, CAM_COLOR, CAM_BIN2X2MODE, CAM_BIN4X4MODE);
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    uint32_t room = GetQHYCCDMemLength(camera); /* once, for every frame to come */
    CHECK_OK(SetQHYCCDResolution(camera, 0, 0, w, h));
    ASK(camera, DefaultGain);
    uint8_t *pixels = malloc(room);
    for (uint32_t bin = 2; bin >= 1; bin--) {
        struct frame f;
        CHECK_OK(SetQHYCCDBinMode(camera, bin, bin));
        CHECK_OK(SetQHYCCDResolution(camera, 0, 0, 9600 / bin, 6422 / bin));
        SET(camera, CONTROL_GAIN, 20);
        SET(camera, CONTROL_OFFSET, 30);
        SET(camera, CONTROL_USBTRAFFIC, 30);
        SET(camera, CONTROL_EXPOSURE, 500000);
        CHECK_EQ(ExpQHYCCDSingleFrame(camera), 0);
        CHECK_OK(GetQHYCCDSingleFrame(camera, &f.w, &f.h, &f.bpp, &f.channels, pixels));
        CHECK_EQ(f.w, 9600 / bin);
        CHECK_EQ(f.h, 6422 / bin);
        CHECK_EQ(f.bpp, 16);
        CHECK(frame_bytes(f) <= room);
        if (bin == 1 && !failures)
            check_pixels(pixels, f, 0, 0);
    }
    free(pixels);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
}

static void ezcap(void)
{
    uint32_t modes, count, number;
    char text[64];
    uint8_t version[32], data[64];
    start();
    qhyccd_handle *camera = OpenQHYCCD(id);
    CHECK_OK(GetQHYCCDNumberOfReadModes(camera, &modes)); /* before init */
    CHECK_OK(SetQHYCCDReadMode(camera, 0));
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    EnableQHYCCDImageOSD(camera, 0);
    firmware(camera);
    CHECK_OK(GetQHYCCDFPGAVersion(camera, 0, version));
    CHECK_EQ(GetQHYCCDFPGAVersion(camera, 1, version), QHYCCD_ERROR);
    chip(camera);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(GetQHYCCDReadModeResolution(camera, 0, &w, &h));
        CHECK_EQ(w, 9600);
        CHECK_EQ(h, 6422);
    }
    areas(camera);
    ASK(camera, 21, 22, 23, 24, 75, 76, 10, 34, 35);
    CHECK_EQ(GetQHYCCDParam(camera, CONTROL_TRANSFERBIT), 16);
    ASK(camera, CAM_IS_COLOR);
    const CONTROL_ID asked[] = {CONTROL_EXPOSURE, CONTROL_GAIN, CONTROL_OFFSET, CONTROL_USBTRAFFIC};
    for (int i = 0; i < 4; i++) {
        AVAILABLE(camera, asked[i]);
        range(camera, asked[i]);
    }
    ASK(camera, 36, 72, 18, 62, 63, 25, 29, 30, 27, 28, 31, 33, 32, 26, 17, 65);
    CHECK(GetQHYCCDMemLength(camera) >= 9600u * 6422 * 2);
    SET(camera, CONTROL_TRANSFERBIT, 16);
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    CHECK_OK(SetQHYCCDResolution(camera, 0, 0, 9600, 6422));
    SET(camera, CONTROL_GAIN, 10);
    SET(camera, CONTROL_OFFSET, 20);
    SET(camera, CONTROL_EXPOSURE, 20000);
    SetQHYCCDParam(camera, CONTROL_SPEED, 1); /* the camera has no speed; it does not look */
    CHECK_OK(SetQHYCCDBinMode(camera, 4, 4));
    CHECK_OK(SetQHYCCDResolution(camera, 0, 0, 2400, 1605));
    CHECK_EQ(GetCameraIsSuperSpeedFromID(id), 1);
    ASK(camera, 67);
    QHYCCDVendRequestRead(camera, 0xC2, 0, 0, sizeof data, data);
    CHECK_OK(GetQHYCCDTrigerInterfaceNumber(camera, &count));
    CHECK_OK(SetQHYCCDTrigerInterface(camera, 0));
    CHECK_OK(GetQHYCCDTrigerModeNumber(camera, &number));
    for (uint32_t n = 0; n < number; n++)
        CHECK_OK(GetQHYCCDTrigerModeName(camera, n, text));
    ASK(camera, 94, 95, 1027);
    SET(camera, CONTROL_USBTRAFFIC, 30);
    CHECK_EQ(ExpQHYCCDSingleFrame(camera), 0);
    CHECK(GetQHYCCDReadingProgress(camera) >= 0);
    fetch(camera, 2400, 1605, 4, 0, 0);
    CHECK(GetQHYCCDReadingProgress(camera) >= 0);
    areas(camera);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
}

static void *one_more(void *camera)
{
    static uint8_t pixels[640 * 480];
    struct frame f;
    CHECK_EQ(live_frame(camera, &f, pixels), QHYCCD_ERROR);
    return NULL;
}

static void oacapture(void)
{
    char model[32];
    EnableQHYCCDLogFile(false);
    SetQHYCCDLogLevel(2);
    start();
    CHECK_OK(GetQHYCCDModel(id, model));
    CHECK(strncmp(id, model, strlen(model)) == 0 && id[strlen(model)] == '-');
    CHECK_OK(ReleaseQHYCCDResource());

    SetQHYCCDLogLevel(0);
    start();
    qhyccd_handle *camera = OpenQHYCCD(id);
    CHECK_OK(SetQHYCCDStreamMode(camera, 1));
    CHECK_OK(InitQHYCCD(camera));
    ASK(camera, 58, 57, 0, 1, 2, 3, 4, 5, 6);
    CHECK_OK(SetQHYCCDBitsMode(camera, 8));
    chip(camera);
    ASK(camera, 22, 23, 24, 36);
    CHECK_OK(SetQHYCCDResolution(camera, 1000, 2000, 640, 480));
    SET(camera, CONTROL_EXPOSURE, 10000);
    CHECK_OK(SetQHYCCDStreamMode(camera, 1));
    CHECK_OK(BeginQHYCCDLive(camera));
    uint8_t *pixels = malloc(640 * 480);
    fetch_live(camera, pixels, 5, 1000, 2000);
    free(pixels);
    CHECK_OK(StopQHYCCDLive(camera));
    pthread_t thread;
    pthread_create(&thread, NULL, one_more, camera);
    pthread_join(thread, NULL);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
}

static void qhpyccd(void)
{
    SetQHYCCDLogLevel(0);
    sdk_version();
    start();
    qhyccd_handle *camera = OpenQHYCCD(id);
    firmware(camera);
    AVAILABLE(camera, CAM_SINGLEFRAMEMODE);
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    ASK(camera, CAM_COLOR);
    chip(camera);
    const CONTROL_ID asked[] = {CONTROL_USBTRAFFIC, CONTROL_GAIN, CONTROL_OFFSET};
    for (int i = 0; i < 3; i++) {
        AVAILABLE(camera, asked[i]);
        SET(camera, asked[i], 10);
    }
    SET(camera, CONTROL_EXPOSURE, 20000);
    CHECK_OK(SetQHYCCDResolution(camera, 0, 0, w, h));
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    CHECK_OK(SetQHYCCDBitsMode(camera, 16));
    CHECK_EQ(ExpQHYCCDSingleFrame(camera), 0);
    fetch(camera, 9600, 6422, 1, 0, 0);
    CHECK_OK(CancelQHYCCDExposingAndReadout(camera));
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
}

static void qhyccd_capture(void)
{
    uint32_t modes;
    char name[40];
    start();
    qhyccd_handle *camera = OpenQHYCCD(id);
    CHECK_OK(GetQHYCCDNumberOfReadModes(camera, &modes));
    for (uint32_t n = 0; n < modes; n++)
        CHECK_OK(GetQHYCCDReadModeName(camera, n, name));
    ASK(camera, 58, 57);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());

    CHECK_OK(InitQHYCCDResource());
    camera = OpenQHYCCD(id); /* the old id, and no new scan */
    CHECK(camera != NULL);
    CHECK_OK(SetQHYCCDReadMode(camera, 0));
    CHECK_OK(GetQHYCCDReadModeResolution(camera, 0, &w, &h));
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    ASK(camera, CAM_IS_COLOR);
    chip(camera);
    const CONTROL_ID asked[] = {CONTROL_EXPOSURE, CONTROL_GAIN, CONTROL_OFFSET, CONTROL_USBTRAFFIC};
    for (int i = 0; i < 4; i++)
        range(camera, asked[i]);
    ASK(camera, 21, 22, 23, 24);
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    areas(camera);
    double low, high, step;
    CHECK_OK(GetQHYCCDParamMinMaxStep(camera, CONTROL_TRANSFERBIT, &low, &high, &step));
    CHECK(step >= 1); /* Python's range() wants it */
    double temp_c = GetQHYCCDParam(camera, CONTROL_CURTEMP);
    CHECK(temp_c > -100 && temp_c < 100);
    ASK(camera, 62);
    plugged(camera);
    ASK(camera, 88, 1024, 26, 72, 36);
    chip(camera);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
}

/* The compiled module of the Python package releases the library after each of its first
 * steps, and opens without starting it again. */
static void python_module(void)
{
    CHECK_OK(InitQHYCCDResource());
    CHECK_OK(ReleaseQHYCCDResource());
    start();
    CHECK_OK(ReleaseQHYCCDResource());
    qhyccd_handle *camera = OpenQHYCCD(id);
    CHECK(camera != NULL);
    firmware(camera);
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    CHECK_OK(SetQHYCCDResolution(camera, 0, 0, 3864, 2192));
    SET(camera, CONTROL_EXPOSURE, 100000);
    SET(camera, CONTROL_GAIN, 50);
    SET(camera, CONTROL_OFFSET, 10);
    CHECK_EQ(ExpQHYCCDSingleFrame(camera), 0);
    fetch(camera, 3864, 2192, 1, 0, 0);
    CHECK_OK(ReleaseQHYCCDResource());
}

static const struct {
    const char *name;
    void (*replay)(void);
} ORDERS[] = {
    {"rust_single", rust_single},
    {"rust_live", rust_live},
    {"alpaca", alpaca},
    {"indi", indi},
    {"phd2", phd2},
    {"ezcap", ezcap},
    {"oacapture", oacapture},
    {"qhpyccd", qhpyccd},
    {"qhyccd_capture", qhyccd_capture},
    {"python_module", python_module},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof ORDERS / sizeof ORDERS[0]; i++) {
        if (argc > 1 && strcmp(argv[1], ORDERS[i].name) != 0)
            continue;
        int before = failures;
        ORDERS[i].replay();
        printf("%s: %s\n", ORDERS[i].name, failures == before ? "as wanted" : "FAILED");
        fflush(stdout);
    }
    return finish("orders");
}
