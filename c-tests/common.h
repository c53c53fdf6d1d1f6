/* What the test programs share: checks that say what failed, one way to start, and the
 * pixel values of the test scene. Everything is printed on stdout, so that a run can be
 * compared with the text in expected/. */
#ifndef OPEN_QHYCCD_COMMON_H
#define OPEN_QHYCCD_COMMON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qhyccd.h>

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("FAILED %s line %d: %s\n", __func__, __LINE__, #condition);                     \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

/* For calls that answer a code: shows the code and the library's own words. */
#define CHECK_OK(call)                                                                             \
    do {                                                                                           \
        uint32_t code_ = (call);                                                                   \
        if (code_ != QHYCCD_SUCCESS) {                                                             \
            printf("FAILED %s line %d: %s = %u: %s\n", __func__, __LINE__, #call, code_,           \
                   GetQHYCCDLastError());                                                          \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

#define CHECK_EQ(have, want)                                                                       \
    do {                                                                                           \
        long long have_ = (long long)(have), want_ = (long long)(want);                            \
        if (have_ != want_) {                                                                      \
            printf("FAILED %s line %d: %s is %lld, not %lld\n", __func__, __LINE__, #have, have_,  \
                   want_);                                                                         \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static inline int finish(const char *program)
{
    printf("%s: %s\n", program, failures ? "FAILED" : "passed");
    return failures ? 1 : 0;
}

static inline void stop(const char *why)
{
    printf("FAILED: %s: %s\n", why, GetQHYCCDLastError());
    exit(1);
}

/* The first camera, found and opened but not initialised. */
static inline qhyccd_handle *open_camera(uint32_t index)
{
    char id[32];
    if (InitQHYCCDResource() != QHYCCD_SUCCESS || ScanQHYCCD() <= index)
        stop("no camera");
    if (GetQHYCCDId(index, id) != QHYCCD_SUCCESS)
        stop("no id");
    qhyccd_handle *camera = OpenQHYCCD(id);
    if (camera == NULL)
        stop("open");
    return camera;
}

/* The same, ready for single frames. */
static inline qhyccd_handle *ready_camera(uint32_t index)
{
    qhyccd_handle *camera = open_camera(index);
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    return camera;
}

struct frame {
    uint32_t w, h, bpp, channels;
};

static inline size_t frame_bytes(struct frame f)
{
    return (size_t)f.w * f.h * f.channels * (f.bpp / 8);
}

/* One exposure and its frame. */
static inline uint32_t take(qhyccd_handle *camera, struct frame *f, uint8_t *pixels)
{
    uint32_t code = ExpQHYCCDSingleFrame(camera);
    if (code == QHYCCD_ERROR)
        return code;
    return GetQHYCCDSingleFrame(camera, &f->w, &f->h, &f->bpp, &f->channels, pixels);
}

static inline uint32_t sample(const uint8_t *pixels, struct frame f, uint32_t x, uint32_t y)
{
    size_t i = (size_t)y * f.w + x;
    return f.bpp == 8 ? pixels[i] : ((const uint16_t *)(const void *)pixels)[i];
}

#endif
