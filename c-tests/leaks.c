/* Starts and releases the library a thousand times. After each release there must be no
 * thread and no descriptor more than before the first start; after the warm-up the heap
 * must not grow. */
#include <malloc.h>

#include "common.h"
#include "process.h"

static void one_life(int round)
{
    static uint8_t pixels[64 * 64 * 2];
    qhyccd_handle *camera = ready_camera(0);
    if (round % 4 == 0) { /* with a frame, */
        struct frame f;
        CHECK_OK(SetQHYCCDResolution(camera, 100, 100, 64, 64));
        CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000));
        CHECK_OK(take(camera, &f, pixels));
    } else if (round % 4 == 1) { /* in the middle of an exposure, */
        CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 3600e6));
        CHECK_OK(ExpQHYCCDSingleFrame(camera));
    } else if (round % 4 == 2) { /* in live mode, */
        CHECK_OK(SetQHYCCDStreamMode(camera, 1));
        CHECK_OK(InitQHYCCD(camera));
        CHECK_OK(SetQHYCCDResolution(camera, 100, 100, 64, 64));
        CHECK_OK(BeginQHYCCDLive(camera));
    } else { /* or closed before. */
        CHECK_OK(CloseQHYCCD(camera));
    }
    CHECK_OK(ReleaseQHYCCDResource());
}

int main(void)
{
    int threads = live_threads(), files = open_files();
    size_t heap = 0;
    for (int round = 0; round < 1000 && failures == 0; round++) {
        one_life(round);
        CHECK_EQ(live_threads(), threads);
        CHECK_EQ(open_files(), files);
        if (round == 99)
            heap = mallinfo2().uordblks;
    }
    /* One leaked object per round would be hundreds; a buffer that grew once is not a leak. */
    CHECK(failures || mallinfo2().uordblks < heap + 16 * 1024);
    return finish("leaks");
}
