/* Hands the library buffers that end exactly where the data end, with a forbidden page
 * behind: one byte too many is a crash. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "common.h"

/* Memory of `bytes` bytes whose end is the end of the world. */
struct guarded {
    uint8_t *start, *map;
    size_t mapped;
};

static struct guarded guarded(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (bytes + page - 1) / page * page;
    struct guarded g = {NULL, NULL, room + page};
    g.map = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g.map == MAP_FAILED || mprotect(g.map + room, page, PROT_NONE) != 0)
        stop("guard page");
    memset(g.map, 0x5A, room);
    g.start = g.map + room - bytes;
    return g;
}

static void drop(struct guarded g)
{
    munmap(g.map, g.mapped);
}

static void single_frames(qhyccd_handle *camera)
{
    /* Sizes around the units that transfers and vector instructions like, at odd places. */
    static const uint32_t WIDTHS[] = {1, 2, 3, 31, 333}, HEIGHTS[] = {1, 2, 77};
    static const uint32_t PLACES[][2] = {{0, 0}, {1, 1}, {24, 34}, {511, 301}};
    int frames = 0;
    for (uint32_t bin = 1; bin <= 4; bin++)
        for (uint32_t bits = 8; bits <= 16; bits += 8)
            for (size_t n = 0; n < 5 * 3 * 5; n++) {
                struct frame want = {WIDTHS[n % 5], HEIGHTS[n / 5 % 3], bits, 1}, f;
                uint32_t x = 9600 / bin - want.w, y = 6422 / bin - want.h; /* the last corner */
                if (n / 15 < 4) {
                    x = PLACES[n / 15][0];
                    y = PLACES[n / 15][1];
                }
                CHECK_OK(SetQHYCCDBitsMode(camera, bits));
                CHECK_OK(SetQHYCCDBinMode(camera, bin, bin));
                CHECK_OK(SetQHYCCDResolution(camera, x, y, want.w, want.h));
                struct guarded g = guarded(frame_bytes(want));
                CHECK_OK(take(camera, &f, g.start));
                CHECK(memcmp(&f, &want, sizeof f) == 0);
                for (uint8_t *before = g.map; before < g.start; before++)
                    CHECK(*before == 0x5A);
                drop(g);
                frames++;
                if (failures)
                    return;
            }
    printf("%d single frames fit\n", frames);
}

static void live_frames(qhyccd_handle *camera)
{
    CHECK_OK(SetQHYCCDStreamMode(camera, 1));
    CHECK_OK(InitQHYCCD(camera));
    for (uint32_t bits = 8; bits <= 16; bits += 8) {
        struct frame want = {333, 77, bits, 1}, f;
        CHECK_OK(SetQHYCCDBitsMode(camera, bits));
        CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
        CHECK_OK(SetQHYCCDResolution(camera, 25, 13, want.w, want.h));
        CHECK_OK(BeginQHYCCDLive(camera));
        struct guarded g = guarded(frame_bytes(want));
        for (int frames = 0; frames < 3;) {
            if (GetQHYCCDLiveFrame(camera, &f.w, &f.h, &f.bpp, &f.channels, g.start) == 0) {
                CHECK(memcmp(&f, &want, sizeof f) == 0);
                frames++;
            } else {
                usleep(1000);
            }
        }
        drop(g);
        CHECK_OK(StopQHYCCDLive(camera));
    }
    printf("live frames fit\n");
}

/* Texts and small records, in the smallest buffer that a program in the field passes. */
static void answers(qhyccd_handle *camera)
{
    struct guarded id = guarded(32), model = guarded(32), firmware = guarded(3), fpga = guarded(4);
    struct guarded wheel = guarded(1), is_long = guarded(1), name = guarded(40);
    uint32_t n, count, numbers[6];
    CHECK_OK(GetQHYCCDId(0, (char *)id.start));
    CHECK(memchr(id.start, 0, 32) != NULL);
    CHECK_OK(GetQHYCCDModel((char *)id.start, (char *)model.start));
    CHECK(memchr(model.start, 0, 16) != NULL);
    printf("model %s\n", (char *)model.start);
    CHECK_OK(GetQHYCCDFWVersion(camera, firmware.start));
    CHECK_OK(GetQHYCCDFPGAVersion(camera, 0, fpga.start));
    GetQHYCCDCFWStatus(camera, (char *)wheel.start); /* with or without a wheel */
    CHECK_OK(GetQHYCCDPreciseExposureInfo(camera, &numbers[0], &numbers[1], &numbers[2], &numbers[3],
                                          &numbers[4], &numbers[5], is_long.start));
    CHECK_OK(GetQHYCCDNumberOfReadModes(camera, &count));
    for (n = 0; n < count; n++) {
        CHECK_OK(GetQHYCCDReadModeName(camera, n, (char *)name.start));
        CHECK(name.start[0] != 0 && memchr(name.start, 0, 40) != NULL);
    }
    printf("answers fit, %u read modes\n", count);
    drop(id), drop(model), drop(firmware), drop(fpga), drop(wheel), drop(is_long), drop(name);
}

int main(void)
{
    qhyccd_handle *camera = ready_camera(0);
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 100));
    answers(camera);
    single_frames(camera);
    live_frames(camera);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("guard");
}
