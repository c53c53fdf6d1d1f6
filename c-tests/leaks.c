/* Starts and releases the library a thousand times. After each release there must be no
 * thread and no descriptor more than before the first start; after the warm-up the heap
 * must not grow. */
#include <dirent.h>
#include <malloc.h>

#include "common.h"

static int entries(const char *folder)
{
    int n = 0;
    DIR *dir = opendir(folder);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

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
    int threads = entries("/proc/self/task"), files = entries("/proc/self/fd");
    size_t heap = 0;
    for (int round = 0; round < 1000 && failures == 0; round++) {
        one_life(round);
        CHECK_EQ(entries("/proc/self/task"), threads);
        CHECK_EQ(entries("/proc/self/fd"), files);
        if (round == 99)
            heap = mallinfo2().uordblks;
    }
    /* One leaked object per round would be hundreds; a buffer that grew once is not a leak. */
    CHECK(mallinfo2().uordblks < heap + 16 * 1024);
    return finish("leaks");
}
