/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Size, alignment and every offset of the structures on 64-bit systems, from C. */
#include <qhyccd.h>
#include <stddef.h>
#include <stdio.h>

#if UINTPTR_MAX != UINT64_MAX
#error "these are the layouts of 64-bit systems"
#endif

#define SIZE(type, expected) {"size of " #type, sizeof(type), expected}
#define ALIGN(type, expected) {"alignment of " #type, offsetof(struct behind_##type, value), expected}
#define FIELD(type, field, expected) {#type "." #field, offsetof(type, field), expected}
#define BEHIND(type)                                                                               \
    struct behind_##type {                                                                         \
        char byte;                                                                                 \
        type value;                                                                                \
    }

BEHIND(CCDREG);
BEHIND(BIOREG);
BEHIND(QHYCamMinMaxStepValue);
BEHIND(QHYGetImageParam);
BEHIND(HistCoordinates);
BEHIND(StarRough);
BEHIND(StarData);
BEHIND(CONTROL_ID);
BEHIND(QHYDWORD);

static const struct {
    const char *what;
    size_t value;
    size_t expected;
} layout[] = {
    SIZE(CCDREG, 44),
    ALIGN(CCDREG, 4),
    FIELD(CCDREG, Gain, 0),
    FIELD(CCDREG, Offset, 1),
    FIELD(CCDREG, Exptime, 4),
    FIELD(CCDREG, HBIN, 8),
    FIELD(CCDREG, VBIN, 9),
    FIELD(CCDREG, LineSize, 10),
    FIELD(CCDREG, VerticalSize, 12),
    FIELD(CCDREG, SKIP_TOP, 14),
    FIELD(CCDREG, SKIP_BOTTOM, 16),
    FIELD(CCDREG, LiveVideo_BeginLine, 18),
    FIELD(CCDREG, AnitInterlace, 20),
    FIELD(CCDREG, MultiFieldBIN, 22),
    FIELD(CCDREG, AMPVOLTAGE, 23),
    FIELD(CCDREG, DownloadSpeed, 24),
    FIELD(CCDREG, TgateMode, 25),
    FIELD(CCDREG, ShortExposure, 26),
    FIELD(CCDREG, VSUB, 27),
    FIELD(CCDREG, CLAMP, 28),
    FIELD(CCDREG, TransferBIT, 29),
    FIELD(CCDREG, TopSkipNull, 30),
    FIELD(CCDREG, TopSkipPix, 32),
    FIELD(CCDREG, MechanicalShutterMode, 34),
    FIELD(CCDREG, DownloadCloseTEC, 35),
    FIELD(CCDREG, SDRAM_MAXSIZE, 36),
    FIELD(CCDREG, ClockADJ, 38),
    FIELD(CCDREG, Trig, 40),
    FIELD(CCDREG, MotorHeating, 41),
    FIELD(CCDREG, WindowHeater, 42),
    FIELD(CCDREG, ADCSEL, 43),
    SIZE(BIOREG, 12),
    ALIGN(BIOREG, 2),
    FIELD(BIOREG, LineSize, 0),
    FIELD(BIOREG, PatchNumber, 2),
    FIELD(BIOREG, AMPVOLTAGE, 4),
    FIELD(BIOREG, ShortExposure, 5),
    FIELD(BIOREG, SDRAM_MAXSIZE, 6),
    FIELD(BIOREG, DownloadSpeed, 7),
    FIELD(BIOREG, TransferBIT, 8),
    FIELD(BIOREG, BIOCCD_Mode, 9),
    FIELD(BIOREG, BIOCCD_Video, 10),
    FIELD(BIOREG, SDRAM_Bypass, 11),
    SIZE(QHYCamMinMaxStepValue, 32),
    ALIGN(QHYCamMinMaxStepValue, 8),
    FIELD(QHYCamMinMaxStepValue, name, 0),
    FIELD(QHYCamMinMaxStepValue, min, 8),
    FIELD(QHYCamMinMaxStepValue, max, 16),
    FIELD(QHYCamMinMaxStepValue, step, 24),
    SIZE(QHYGetImageParam, 40),
    ALIGN(QHYGetImageParam, 8),
    FIELD(QHYGetImageParam, handle, 0),
    FIELD(QHYGetImageParam, imgdata, 8),
    FIELD(QHYGetImageParam, w, 16),
    FIELD(QHYGetImageParam, h, 20),
    FIELD(QHYGetImageParam, bpp, 24),
    FIELD(QHYGetImageParam, channels, 28),
    FIELD(QHYGetImageParam, HaveImgData, 32),
    SIZE(HistCoordinates, 24000),
    ALIGN(HistCoordinates, 4),
    FIELD(HistCoordinates, x, 0),
    FIELD(HistCoordinates, y, 12000),
    SIZE(StarRough, 12),
    ALIGN(StarRough, 4),
    FIELD(StarRough, x, 0),
    FIELD(StarRough, y, 4),
    FIELD(StarRough, starLevel, 8),
    SIZE(StarData, 32),
    ALIGN(StarData, 8),
    FIELD(StarData, x, 0),
    FIELD(StarData, y, 8),
    FIELD(StarData, snr, 16),
    FIELD(StarData, brightness, 24),
    SIZE(CONTROL_ID, 4),
    ALIGN(CONTROL_ID, 4),
    SIZE(QHYDWORD, 8),
    ALIGN(QHYDWORD, 8),
    SIZE(QHYCCDProcCallBack, 8),
    SIZE(bool, 1),
};

int main(void)
{
    size_t count = sizeof layout / sizeof layout[0];
    size_t i;
    int wrong = 0;

    for (i = 0; i < count; i++) {
        if (layout[i].value != layout[i].expected) {
            printf("%s is %d, not %d\n", layout[i].what, (int)layout[i].value, (int)layout[i].expected);
            wrong++;
        }
    }
    printf("%d measures, %d wrong\n", (int)count, wrong);
    return wrong != 0;
}
