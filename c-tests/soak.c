/* Does one thing many times and looks at a frame after each: every pixel is checked, and
 * the region moves, so that an older frame shows.
 *   soak switches N    single frames and live video in turn
 *   soak lives N       open, initialise, close
 *   soak modes N       one read mode after the other
 * Prints how much was done; the number of threads, descriptors and heap bytes must be in
 * the end what they were after the first rounds. */
#define _GNU_SOURCE
#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "process.h"
#include "scene.h"

enum { WIDTH = 64, HEIGHT = 8, WARM_UP = 20 };

static uint8_t pixels[WIDTH * HEIGHT * 2];
static uint32_t left, top;
static unsigned singles, lives;

/* Somewhere else each time, also in the smallest frame of all read modes. */
static void move_region(qhyccd_handle *camera, unsigned round)
{
    left = 8 + 37 * round % 3000;
    top = 101 * round % 2100;
    CHECK_OK(SetQHYCCDResolution(camera, left, top, WIDTH, HEIGHT));
}

static void check_frame(const char *what, unsigned round, struct frame f)
{
    CHECK_EQ(f.w, WIDTH);
    CHECK_EQ(f.h, HEIGHT);
    CHECK_EQ(f.bpp, 16);
    CHECK_EQ(f.channels, 1);
    for (uint32_t y = 0; y < HEIGHT && !failures; y++)
        for (uint32_t x = 0; x < WIDTH && !failures; x++) {
            uint32_t have = sample(pixels, f, x, y), want = scene_xy(left + x, top + y);
            if (have != want) {
                printf("FAILED: %s frame of round %u: pixel %u,%u is %u, not %u\n", what, round, x, y,
                       have, want);
                failures++;
            }
        }
}

static void single_frame(qhyccd_handle *camera, unsigned round)
{
    struct frame f = {0, 0, 0, 0};
    memset(pixels, 0xA5, sizeof pixels);
    CHECK_OK(take(camera, &f, pixels));
    check_frame("single", round, f);
    singles++;
}

static void live_frame(qhyccd_handle *camera, unsigned round)
{
    struct frame f = {0, 0, 0, 0};
    memset(pixels, 0xA5, sizeof pixels);
    CHECK_OK(BeginQHYCCDLive(camera));
    time_t limit = time(NULL) + 60; /* stands in for "for ever" */
    while (GetQHYCCDLiveFrame(camera, &f.w, &f.h, &f.bpp, &f.channels, pixels) != QHYCCD_SUCCESS) {
        CHECK_EQ(pixels[0], 0xA5); /* no frame yet: nothing is written */
        if (time(NULL) > limit)
            stop("no live frame");
        usleep(200);
    }
    check_frame("live", round, f);
    CHECK_OK(StopQHYCCDLive(camera));
    lives++;
}

static void stream(qhyccd_handle *camera, uint8_t mode, bool init)
{
    CHECK_OK(SetQHYCCDStreamMode(camera, mode));
    if (init)
        CHECK_OK(InitQHYCCD(camera));
}

/* Programs initialise after the switch, or do not. */
static void switches(qhyccd_handle *camera, unsigned round)
{
    bool init = round % 2 == 0;
    stream(camera, round % 2, init || round < 2);
    move_region(camera, round);
    if (round % 2)
        live_frame(camera, round);
    else
        single_frame(camera, round);
}

static void modes(qhyccd_handle *camera, unsigned round)
{
    uint32_t count = 0, mode = 99, w = 0, h = 0;
    CHECK_OK(GetQHYCCDNumberOfReadModes(camera, &count));
    CHECK(count > 1);
    uint32_t wanted = 7 * round % (count > 1 ? count : 1);
    CHECK_OK(SetQHYCCDReadMode(camera, wanted));
    CHECK_OK(GetQHYCCDReadMode(camera, &mode));
    CHECK_EQ(mode, wanted);
    CHECK_OK(GetQHYCCDReadModeResolution(camera, mode, &w, &h));
    CHECK(w >= 3200 && h >= 2140);
    if (round / count % 2 == 0)
        CHECK_OK(InitQHYCCD(camera));
    move_region(camera, round);
    single_frame(camera, round);
}

static qhyccd_handle *reopen(unsigned round)
{
    static qhyccd_handle *old;
    qhyccd_handle *camera = open_camera(0);
    if (old && old != camera) {
        CHECK_EQ(InitQHYCCD(old), QHYCCD_ERROR); /* a handle of a former life */
        CHECK_EQ(GetQHYCCDParam(old, CONTROL_GAIN), QHYCCD_ERROR);
    }
    stream(camera, round % 2, true);
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 100));
    move_region(camera, round);
    if (round % 2)
        live_frame(camera, round);
    else
        single_frame(camera, round);
    CHECK_OK(CloseQHYCCD(camera));
    if (round % 3 == 0)
        CHECK_OK(CloseQHYCCD(camera));
    old = camera;
    return camera;
}

int main(int argc, char **argv)
{
    const char *what = argc == 3 ? argv[1] : "";
    unsigned rounds = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
    bool opens = strcmp(what, "lives") == 0;
    void (*one)(qhyccd_handle *, unsigned) = strcmp(what, "switches") == 0 ? switches : modes;
    if (rounds <= WARM_UP || (!opens && one == modes && strcmp(what, "modes") != 0))
        stop("which test, and how often?");

    qhyccd_handle *camera = opens ? NULL : ready_camera(0);
    if (camera)
        CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 100));
    int threads = 0, files = 0;
    size_t heap = 0;
    for (unsigned round = 0; round < rounds && failures == 0; round++) {
        if (opens)
            reopen(round);
        else
            one(camera, round);
        if (round + 1 == WARM_UP) {
            threads = live_threads();
            files = open_files();
            heap = mallinfo2().uordblks;
        }
    }
    CHECK(failures || live_threads() <= threads);
    CHECK(failures || open_files() <= files);
    size_t grown = mallinfo2().uordblks;
    grown = grown > heap ? grown - heap : 0;
    CHECK(failures || grown < 16384);
    printf("%s: %u rounds, %u single and %u live frames, every pixel right; heap +%zu bytes\n", what,
           rounds, singles, lives, grown);
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("soak");
}
