/* Hands the library buffers that end exactly where the data end, with a forbidden page
 * behind: one byte too many is a crash. Frames come from the scene "xy", and what is in
 * them is worked out here once more, pixel by pixel, from the settings.
 *
 * On a mono or a colour camera; QHYCCD_COLOUR_BIN and QHYCCD_DEBAYER are heeded. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "common.h"
#include "picture.h"

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
    g.start = g.map + room - bytes;
    memset(g.map, 0x5A, room);
    return g;
}

/* Nothing may have been written before it either. */
static void drop(struct guarded g)
{
    for (uint8_t *before = g.map; before < g.start; before++)
        CHECK(*before == 0x5A);
    munmap(g.map, g.mapped);
}

/* The same list in every run. */
static uint64_t state = 1;

static uint32_t below(uint32_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % limit);
}

/* Sizes around the units that transfers and vector instructions like. */
static uint32_t any_size(uint32_t most)
{
    static const uint32_t SIZES[] = {1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65, 100};
    uint32_t size = SIZES[below(sizeof SIZES / sizeof SIZES[0])];
    return size < most ? size : most;
}

/* The corner, the opposite one, or anywhere. */
static uint32_t any_place(uint32_t room)
{
    uint32_t kind = below(6);
    return kind == 0 ? 0 : kind == 1 ? room : below(room + 1);
}

static struct picture any_picture(const struct sensor *sensor)
{
    static const uint32_t BITS[] = {8, 16, 16, 32};
    struct picture p = {.sensor = sensor, .bin = 1 + below(4), .bits = BITS[below(4)]};
    uint32_t columns = 9600 / p.bin, rows = 6422 / p.bin;
    uint32_t least = p.bin > 1 && sensor->colour && sensor->colour_bin ? 2 : 1;
    p.debayer = sensor->colour && below(2);
    p.w = any_size(columns) + least - 1;
    p.h = any_size(below(4) == 0 ? 100 : 9) + least - 1;
    if (below(40) == 0)
        p.w = columns;
    p.x = any_place(columns - p.w);
    p.y = any_place(rows - p.h);
    return p;
}

static void order(qhyccd_handle *camera, const struct picture *p)
{
    static uint32_t bin = 1;
    /* A region of one pixel cannot be binned. */
    CHECK_OK(SetQHYCCDResolution(camera, 0, 0, 9600 / bin, 6422 / bin));
    bin = p->bin;
    CHECK_OK(SetQHYCCDBitsMode(camera, p->bits));
    CHECK_OK(SetQHYCCDDebayerOnOff(camera, p->debayer));
    CHECK_OK(SetQHYCCDBinMode(camera, p->bin, p->bin));
    CHECK_OK(SetQHYCCDResolution(camera, p->x, p->y, p->w, p->h));
    CHECK(frame_bytes(format(p)) <= GetQHYCCDMemLength(camera));
}

static void show(const struct picture *p)
{
    printf("region %u,%u %ux%u, bin %u, %u bits, debayer %d\n", p->x, p->y, p->w, p->h, p->bin,
           p->bits, p->debayer);
}

static void single_frame(qhyccd_handle *camera, const struct picture *p)
{
    struct frame want = format(p), f = {0, 0, 0, 0};
    order(camera, p);
    struct guarded g = guarded(frame_bytes(want));
    CHECK_OK(take(camera, &f, g.start));
    CHECK(memcmp(&f, &want, sizeof f) == 0);
    if (failures == 0)
        CHECK_EQ(wrong_pixels(p, g.start), 0);
    drop(g);
}

static void single_frames(qhyccd_handle *camera, const struct sensor *sensor, int count)
{
    for (int n = 0; n < count; n++) {
        struct picture p = any_picture(sensor);
        single_frame(camera, &p);
        if (failures) {
            show(&p);
            return;
        }
    }
    printf("%d single frames fit and are right\n", count);

    uint32_t bin = sensor->colour_bin ? 4 : 1, bits = sensor->colour_bin ? 16 : 8;
    struct picture whole = {sensor, 0, 0, 9600 / bin, 6422 / bin, bin, bits, sensor->colour};
    single_frame(camera, &whole);
    if (failures)
        show(&whole);
    else
        printf("the whole frame fits and is right\n");
}

static void live_frames(qhyccd_handle *camera, const struct sensor *sensor, int count)
{
    CHECK_OK(SetQHYCCDStreamMode(camera, 1));
    CHECK_OK(InitQHYCCD(camera));
    CHECK_OK(BeginQHYCCDLive(camera));
    for (int n = 0; n < count && failures == 0; n++) {
        struct picture p = any_picture(sensor);
        struct frame want = format(&p), f = {0, 0, 0, 0};
        order(camera, &p);
        struct guarded g = guarded(frame_bytes(want));
        for (int tries = 0; GetQHYCCDLiveFrame(camera, &f.w, &f.h, &f.bpp, &f.channels, g.start) != 0;) {
            if (++tries == 100000)
                stop("no live frame came");
            usleep(200);
        }
        CHECK(memcmp(&f, &want, sizeof f) == 0);
        if (failures == 0)
            CHECK_EQ(wrong_pixels(&p, g.start), 0);
        drop(g);
        if (failures)
            show(&p);
    }
    CHECK_OK(StopQHYCCDLive(camera));
    if (failures == 0)
        printf("%d live frames fit and are right\n", count);
}

/* Sizes that do not fit, in the sensor or in 32 or 64 bits, are refused and change nothing. */
static void sizes_that_overflow(qhyccd_handle *camera)
{
    static const uint32_t BAD[] = {0x80000000u, 0xFFFFFFFFu, 0xFFFFFFFEu, 0x10000u, 9601};
    const uint32_t good[4] = {10, 20, 30, 40};
    CHECK_OK(SetQHYCCDResolution(camera, 0, 0, 9600, 6422));
    CHECK_OK(SetQHYCCDResolution(camera, 10, 20, 30, 40));
    uint32_t length = GetQHYCCDMemLength(camera);
    for (size_t n = 0; n < 5 * 15; n++) { /* one or more of the four are bad */
        uint32_t r[4];
        for (size_t i = 0; i < 4; i++)
            r[i] = (n % 15 + 1) >> i & 1 ? BAD[n / 15] : good[i];
        CHECK_EQ(SetQHYCCDResolution(camera, r[0], r[1], r[2], r[3]), QHYCCD_ERROR);
        uint32_t x, y, w, h;
        CHECK_OK(GetQHYCCDCurrentROI(camera, &x, &y, &w, &h));
        CHECK(x == 10 && y == 20 && w == 30 && h == 40);
    }
    CHECK_EQ(GetQHYCCDMemLength(camera), length);
    printf("sizes that overflow are refused\n");
}

/* A C++ function. */
void turn(uint32_t *, uint32_t *, uint32_t *, uint32_t *, uint8_t *, uint8_t *,
          uint8_t) __asm__("_Z21ImgProcRotationMirrorPjS_S_S_PhS0_h");

/* The functions on finished pictures. */
static void image_functions(qhyccd_handle *camera)
{
    CHECK_OK(SetQHYCCDBitsMode(camera, 16));
    for (int n = 0; n < 300 && failures == 0; n++) {
        uint32_t w = any_size(100), h = any_size(100), bits = 8 + 8 * below(2), channels = 1 + 2 * below(2);
        size_t samples = (size_t)w * h, size = samples * channels * bits / 8;
        struct guarded in = guarded(size), out = guarded(size);
        uint32_t turned[4] = {w, h, bits, channels};
        uint8_t flag = (uint8_t)below(6);
        turn(&turned[0], &turned[1], &turned[2], &turned[3], in.start, out.start, flag);
        CHECK_EQ(turned[0], flag == 2 || flag == 3 ? h : w);
        drop(in), drop(out);

        in = guarded(samples * 2), out = guarded(samples);
        Bits16ToBits8(camera, in.start, out.start, w, h, (uint16_t)below(65536), (uint16_t)below(65536));
        drop(out), out = guarded(192 * 130 * 3);
        HistInfo192x130(camera, w, h, in.start, out.start);
        CHECK(out.start[0] != 0x5A && out.start[192 * 130 * 3 - 1] != 0x5A);
        QHYCCDEqualizeHistogram(in.start, (int)w, (int)h, 16);
        drop(in), drop(out);
    }
    /* Sizes that memory cannot have; the buffers have one byte. */
    struct guarded in = guarded(1), out = guarded(1);
    uint32_t huge[4] = {0xFFFFFFFFu, 0xFFFFFFFFu, 16, 3};
    turn(&huge[0], &huge[1], &huge[2], &huge[3], in.start, out.start, 2);
    Bits16ToBits8(camera, in.start, out.start, 0xFFFFFFFFu, 0xFFFFFFFFu, 0, 1);
    HistInfo192x130(camera, 0xFFFFFFFFu, 0xFFFFFFFFu, in.start, out.start);
    QHYCCDEqualizeHistogram(in.start, -1, -1, 16);
    CHECK(in.start[0] == 0x5A && out.start[0] == 0x5A);
    /* Samples of 32 bits have no fixed range that could be drawn. */
    CHECK_OK(SetQHYCCDBitsMode(camera, 32));
    HistInfo192x130(camera, 1, 1, in.start, out.start);
    CHECK(strstr(GetQHYCCDLastError(), "32 bits") != NULL);
    CHECK(out.start[0] == 0x5A);
    drop(in), drop(out);
    printf("image functions stay inside\n");
}

/* One byte, whatever wheel there is, and none if it is not a position. */
static void wheel_status(qhyccd_handle *camera, uint8_t *status)
{
    for (int i = 0; i < 32; i++) {
        *status = '!';
        if (GetQHYCCDCFWStatus(camera, (char *)status) == QHYCCD_SUCCESS)
            CHECK(*status && strchr("0123456789ABCDEFabcdefN/", *status));
        else
            CHECK(*status == '!');
    }
    char order[] = "Z";
    CHECK(SendOrder2QHYCCDCFW(camera, order, 1) == QHYCCD_ERROR);
    CHECK(strstr(GetQHYCCDLastError(), "no filter wheel position") != NULL);
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
    CHECK_OK(GetQHYCCDFWVersion(camera, firmware.start));
    CHECK_OK(GetQHYCCDFPGAVersion(camera, 0, fpga.start));
    wheel_status(camera, wheel.start);
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

static bool environment(const char *variable, const char *value)
{
    const char *set = getenv(variable);
    return set != NULL && strcmp(set, value) == 0;
}

int main(void)
{
    qhyccd_handle *camera = ready_camera(0);
    struct sensor sensor = {
        .colour = IsQHYCCDControlAvailable(camera, CAM_COLOR) != QHYCCD_ERROR,
        .colour_bin = environment("QHYCCD_COLOUR_BIN", "1"),
        .gradient = environment("QHYCCD_DEBAYER", "gradient"),
    };
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 100));
    answers(camera);
    sizes_that_overflow(camera);
    image_functions(camera);
    single_frames(camera, &sensor, 600);
    live_frames(camera, &sensor, 100);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("guard");
}
