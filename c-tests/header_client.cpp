// SPDX-License-Identifier: MIT OR Apache-2.0
// A program after the habits of INDI and PHD2 drivers: it asks for everything through the
// header, keeps controls in containers, routes the log into a lambda, and takes one frame.
// Exit 0: every answer was as such a driver relies on.
#include <qhyccd.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

static int failures = 0;

static void check(bool good, const char *what)
{
    if (!good) {
        std::printf("wrong: %s\n", what);
        failures++;
    }
}

#define CHECK(condition) check((condition), #condition)

class Driver
{
  public:
    explicit Driver(const std::string &name) : name(name) {}

    bool connect()
    {
        camera = OpenQHYCCD(const_cast<char *>(name.c_str()));
        if (camera == nullptr)
            return false;

        uint32_t modes = 0;
        CHECK(GetQHYCCDNumberOfReadModes(camera, &modes) == QHYCCD_SUCCESS && modes > 0);
        for (uint32_t mode = 0; mode < modes; mode++) {
            char label[128] = {0};
            uint32_t w = 0, h = 0;
            CHECK(GetQHYCCDReadModeName(camera, mode, label) == QHYCCD_SUCCESS && label[0] != 0);
            CHECK(GetQHYCCDReadModeResolution(camera, mode, &w, &h) == QHYCCD_SUCCESS && w > 0 && h > 0);
        }
        CHECK(SetQHYCCDReadMode(camera, 0) == QHYCCD_SUCCESS);
        CHECK(SetQHYCCDStreamMode(camera, SINGLE_MODE) == QHYCCD_SUCCESS);
        CHECK(InitQHYCCD(camera) == QHYCCD_SUCCESS);
        uint32_t mode = 99;
        CHECK(GetQHYCCDReadMode(camera, &mode) == QHYCCD_SUCCESS && mode == 0);
        CHECK(IsQHYCCDControlAvailable(camera, CAM_SINGLEFRAMEMODE) == QHYCCD_SUCCESS);

        uint8_t firmware[32] = {0}, fpga[32] = {0};
        CHECK(GetQHYCCDFWVersion(camera, firmware) == QHYCCD_SUCCESS);
        CHECK(GetQHYCCDFPGAVersion(camera, 0, fpga) == QHYCCD_SUCCESS);
        return true;
    }

    void setup()
    {
        double chip_w = 0, chip_h = 0, pixel_w = 0, pixel_h = 0;
        uint32_t w = 0, h = 0, depth = 0;
        CHECK(GetQHYCCDChipInfo(camera, &chip_w, &chip_h, &w, &h, &pixel_w, &pixel_h, &depth) ==
              QHYCCD_SUCCESS);
        CHECK(w == QHY600_MAX_WIDTH && h == QHY600_MAX_HEIGHT && pixel_w > 0);
        uint32_t x = 1, y = 1, xsize = 0, ysize = 0;
        CHECK(GetQHYCCDEffectiveArea(camera, &x, &y, &xsize, &ysize) == QHYCCD_SUCCESS);
        CHECK(x + xsize <= w && y + ysize <= h);
        CHECK(GetQHYCCDOverScanArea(camera, &x, &y, &xsize, &ysize) == QHYCCD_SUCCESS);

        std::map<std::string, CONTROL_ID> controls;
        controls["gain"] = CONTROL_GAIN;
        controls["offset"] = CONTROL_OFFSET;
        controls["exposure"] = CONTROL_EXPOSURE;
        controls["traffic"] = CONTROL_USBTRAFFIC;
        for (const auto &control : controls) {
            double low = 0, high = 0, step = 0;
            CHECK(IsQHYCCDControlAvailable(camera, control.second) == QHYCCD_SUCCESS);
            CHECK(GetQHYCCDParamMinMaxStep(camera, control.second, &low, &high, &step) == QHYCCD_SUCCESS);
            CHECK(SetQHYCCDParam(camera, control.second, low) == QHYCCD_SUCCESS);
            CHECK(GetQHYCCDParam(camera, control.second) == low && high > low && step > 0);
        }
        const uint32_t color = IsQHYCCDControlAvailable(camera, CAM_COLOR);
        CHECK(color == QHYCCD_ERROR || (color >= BAYER_GB && color <= BAYER_RG));
        CHECK(IsQHYCCDControlAvailable(camera, CONTROL_COOLER) == QHYCCD_SUCCESS);
        CHECK(GetQHYCCDParam(camera, CONTROL_CURTEMP) < 60.0);
        CHECK(GetQHYCCDParam(camera, CONTROL_CURPWM) >= 0.0);
        CHECK(ControlQHYCCDTemp(camera, -10.0) == QHYCCD_SUCCESS);
        double humidity = -1;
        CHECK(GetQHYCCDHumidity(camera, &humidity) == QHYCCD_SUCCESS && humidity >= 0);
        if (IsQHYCCDCFWPlugged(camera) == QHYCCD_SUCCESS) {
            char status[64] = {0};
            CHECK(GetQHYCCDCFWStatus(camera, status) == QHYCCD_SUCCESS);
        }
        GetQHYCCDType(camera);
        SetQHYCCDDebayerOnOff(camera, false);
    }

    void expose()
    {
        CHECK(SetQHYCCDBitsMode(camera, 16) == QHYCCD_SUCCESS);
        CHECK(SetQHYCCDBinMode(camera, 1, 1) == QHYCCD_SUCCESS);
        CHECK(SetQHYCCDResolution(camera, 1000, 800, 64, 48) == QHYCCD_SUCCESS);
        CHECK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 20000) == QHYCCD_SUCCESS);
        std::unique_ptr<uint8_t[]> pixels(new uint8_t[GetQHYCCDMemLength(camera)]);
        CHECK(ExpQHYCCDSingleFrame(camera) != QHYCCD_ERROR);
        CHECK(GetQHYCCDExposureRemaining(camera) != QHYCCD_ERROR);
        uint32_t w = 0, h = 0, bpp = 0, channels = 0;
        CHECK(GetQHYCCDSingleFrame(camera, &w, &h, &bpp, &channels, pixels.get()) == QHYCCD_SUCCESS);
        CHECK(w == 64 && h == 48 && bpp == 16 && channels == 1);
        CHECK(GetQHYCCDReadingProgress(camera) >= 0.0);
        CHECK(ExpQHYCCDSingleFrame(camera) != QHYCCD_ERROR);
        CHECK(CancelQHYCCDExposingAndReadout(camera) == QHYCCD_SUCCESS);
        CHECK(ControlQHYCCDGuide(camera, 0, 10) == QHYCCD_SUCCESS ||
              IsQHYCCDControlAvailable(camera, CONTROL_ST4PORT) == QHYCCD_ERROR);
    }

    void disconnect()
    {
        CHECK(CloseQHYCCD(camera) == QHYCCD_SUCCESS);
        camera = nullptr;
    }

  private:
    std::string name;
    qhyccd_handle *camera{nullptr};
};

int main()
{
    uint32_t year = 0, month = 0, day = 0, subday = 0;
    CHECK(GetQHYCCDSDKVersion(&year, &month, &day, &subday) == QHYCCD_SUCCESS);
    CHECK(year == version_year && month == version_month && day == version_day && subday == version_subday);

    std::vector<std::string> lines;
    SetQHYCCDLogLevel(5);
    SetQHYCCDLogFunction([&lines](const std::string &message) { lines.push_back(message); });
    EnableQHYCCDMessage(false);
    EnableQHYCCDLogFile(false);

    CHECK(InitQHYCCDResource() == QHYCCD_SUCCESS);
    const uint32_t found = ScanQHYCCD();
    CHECK(found == 1);
    for (uint32_t i = 0; i < found; i++) {
        char id[64] = {0}, model[64] = {0};
        CHECK(GetQHYCCDId(i, id) == QHYCCD_SUCCESS);
        CHECK(GetQHYCCDModel(id, model) == QHYCCD_SUCCESS && std::strncmp(id, model, std::strlen(model)) == 0);
        Driver driver(id);
        if (driver.connect()) {
            driver.setup();
            driver.expose();
            driver.disconnect();
        } else {
            check(false, "the camera opens");
        }
    }
    // A refused call is told in the log.
    const size_t before = lines.size();
    CHECK(InitQHYCCD(nullptr) == QHYCCD_ERROR);
    CHECK(lines.size() > before);
    SetQHYCCDLogFunction(nullptr);
    CHECK(ReleaseQHYCCDResource() == QHYCCD_SUCCESS);
    std::printf("%d wrong\n", failures);
    return failures == 0 ? 0 : 1;
}
