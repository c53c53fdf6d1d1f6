/* Dark and flat frames from files, through the C interface. The argument is a folder for
 * the files. */
#include "common.h"
#include "scene.h"

enum { W = 20, H = 6, X = 300, Y = 400 };

static char dark[512], flat[512], absent[512];

/* A FITS file of 8-bit samples. */
static void write_fits(const char *path, uint32_t w, uint32_t h, uint8_t value)
{
    char header[2880];
    memset(header, ' ', sizeof header);
    const char *keys[] = {"SIMPLE", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2"};
    char values[5][12] = {"T", "8", "2"};
    snprintf(values[3], 12, "%u", w);
    snprintf(values[4], 12, "%u", h);
    for (int n = 0; n < 5; n++) {
        char card[81];
        int length = snprintf(card, sizeof card, "%-8s= %20s", keys[n], values[n]);
        memcpy(header + 80 * n, card, (size_t)length);
    }
    memcpy(header + 80 * 5, "END", 3);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        stop(path);
    fwrite(header, 1, sizeof header, file);
    for (uint32_t n = 0; n < w * h; n++)
        fputc(n % w < w / 2 ? value : 2 * value, file);
    fclose(file);
}

/* Takes a frame; `off` and `gain` for the left and the right half. */
static void check(qhyccd_handle *camera, const uint32_t off[2], const double gain[2])
{
    uint16_t pixels[W * H];
    struct frame f = {0, 0, 0, 0};
    CHECK_OK(take(camera, &f, (uint8_t *)pixels));
    for (uint32_t n = 0; n < W * H && failures == 0; n++) {
        uint32_t half = n % W >= W / 2, raw = scene_xy(X + n % W, Y + n / W);
        double value = (raw < off[half] ? 0 : raw - off[half]) * gain[half] + 0.5;
        CHECK_EQ(pixels[n], value > 65535 ? 65535 : (uint32_t)value);
    }
}

int main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    snprintf(dark, sizeof dark, "%s/dark.fits", arguments[1]);
    snprintf(flat, sizeof flat, "%s/flat.fits", arguments[1]);
    snprintf(absent, sizeof absent, "%s/absent.fits", arguments[1]);
    write_fits(dark, W, H, 50);
    write_fits(flat, W, H, 100);

    qhyccd_handle *camera = ready_camera(0);
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000));
    CHECK_OK(SetQHYCCDResolution(camera, X, Y, W, H));
    char none[] = "";
    const uint32_t no_offset[] = {0, 0}, offset[] = {50, 100};
    const double no_gain[] = {1, 1}, gain[] = {1.5, 0.75};

    CHECK_EQ(SetQHYCCDCalibrationOnOff(camera, true), QHYCCD_ERROR);
    CHECK_OK(SetQHYCCDLoadCalibrationFrames(camera, W, H, 16, 1, dark, flat, NULL));
    check(camera, no_offset, no_gain);
    CHECK_OK(SetQHYCCDCalibrationOnOff(camera, true));
    check(camera, offset, gain);
    /* Refused, and the ones that were loaded stay. */
    CHECK_EQ(SetQHYCCDLoadCalibrationFrames(camera, W, H, 16, 1, absent, none, NULL), QHYCCD_ERROR);
    CHECK(strstr(GetQHYCCDLastError(), "absent.fits") != NULL);
    CHECK_EQ(SetQHYCCDLoadCalibrationFrames(camera, W, H + 1, 16, 1, dark, none, NULL), QHYCCD_ERROR);
    CHECK_EQ(SetQHYCCDLoadCalibrationFrames(camera, W, H, 16, 3, dark, none, NULL), QHYCCD_ERROR);
    CHECK_EQ(SetQHYCCDLoadCalibrationFrames(camera, W, H, 32, 1, dark, none, NULL), QHYCCD_ERROR);
    check(camera, offset, gain);
    CHECK_OK(SetQHYCCDLoadCalibrationFrames(camera, W, H, 16, 1, none, flat, NULL));
    check(camera, no_offset, gain);
    CHECK_OK(SetQHYCCDResolution(camera, X, Y, W, H + 1));
    CHECK_EQ(ExpQHYCCDSingleFrame(camera), QHYCCD_ERROR);
    CHECK_OK(SetQHYCCDResolution(camera, X, Y, W, H));
    CHECK_OK(SetQHYCCDLoadCalibrationFrames(camera, 0, 0, 0, 1, NULL, none, NULL));
    CHECK_EQ(SetQHYCCDCalibrationOnOff(camera, true), QHYCCD_ERROR);
    check(camera, no_offset, no_gain);
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("calibration");
}
