/* The camera loses its supply with every single transfer of a run, one run for each, and
 * comes back a moment later. No call may hang, every call after the loss must fail, and
 * the same process must get a good frame from the camera that came back. */
#define _GNU_SOURCE
#include <unistd.h>

#include "common.h"
#include "scene.h"

#define SIZE 64

static uint8_t pixels[SIZE * SIZE * 2];
static const double LOST = 4294967295.0;

/* One run; true if the camera was there to its end. */
static bool whole_run(const char *id)
{
    char name[32];
    strcpy(name, id);
    struct frame f;
    bool good = InitQHYCCDResource() == 0 && ScanQHYCCD() == 1;
    qhyccd_handle *camera = OpenQHYCCD(name);
    if (!good || camera == NULL) { /* gone before it was open */
        CHECK_OK(CloseQHYCCD(camera));
        return false;
    }
    good &= SetQHYCCDStreamMode(camera, 0) == 0;
    good &= InitQHYCCD(camera) == 0;
    good &= SetQHYCCDResolution(camera, 0, 0, SIZE, SIZE) == 0;
    good &= SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000) == 0;
    good &= take(camera, &f, pixels) == 0;
    good &= GetQHYCCDParam(camera, CONTROL_CURTEMP) != LOST;
    good &= SetQHYCCDStreamMode(camera, 1) == 0;
    good &= InitQHYCCD(camera) == 0;
    good &= BeginQHYCCDLive(camera) == 0;
    while (good && GetQHYCCDLiveFrame(camera, &f.w, &f.h, &f.bpp, &f.channels, pixels) != 0)
        good = GetQHYCCDParam(camera, CONTROL_GAIN) != LOST;
    good &= GetQHYCCDParam(camera, CONTROL_CURTEMP) != LOST;
    if (!good) {
        /* A loss is for ever, for what the library knows by itself, too. */
        CHECK(GetQHYCCDParam(camera, CONTROL_CURTEMP) == LOST);
        CHECK(GetQHYCCDParam(camera, CONTROL_GAIN) == LOST);
        CHECK(ExpQHYCCDSingleFrame(camera) == QHYCCD_ERROR);
        CHECK(GetQHYCCDLiveFrame(camera, &f.w, &f.h, &f.bpp, &f.channels, pixels) == QHYCCD_ERROR);
    }
    CHECK_OK(StopQHYCCDLive(camera));
    CHECK_OK(CloseQHYCCD(camera));
    return good;
}

/* The camera is back, or soon will be. */
static void good_frame(const char *id)
{
    char name[32];
    strcpy(name, id);
    qhyccd_handle *camera = NULL;
    while ((camera = OpenQHYCCD(name)) == NULL)
        usleep(1000);
    struct frame f;
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    CHECK_OK(SetQHYCCDResolution(camera, 0, 0, SIZE, SIZE));
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000));
    CHECK_OK(take(camera, &f, pixels));
    int wrong = 0;
    for (uint32_t y = 0; y < SIZE; y++)
        for (uint32_t x = 0; x < SIZE; x++)
            wrong += sample(pixels, f, x, y) != scene_xy(x, y);
    CHECK_EQ(wrong, 0);
}

int main(void)
{
    char id[32], order[128];
    open_camera(0);
    CHECK_OK(GetQHYCCDId(0, id));
    CHECK_OK(ReleaseQHYCCDResource());
    bool lost = true;
    int transfer = 0;
    while (lost && failures == 0) {
        transfer++;
        snprintf(order, sizeof order, "virtual:QHY600M?seed=1&scene=xy&speed=1000&faults=replug@%d:2",
                 transfer);
        setenv("QHYCCD_DEVICES", order, 1);
        alarm(100); /* instead of for ever */
        lost = !whole_run(id);
        if (lost)
            good_frame(id);
        CHECK_OK(ReleaseQHYCCDResource());
    }
    CHECK(transfer > 40);
    return finish("loss");
}
