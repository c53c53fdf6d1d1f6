/* Takes single frames of the scene "xy", whose pixel values tell their place, over many
 * combinations of region, binning and depth, and checks every pixel.
 * With the argument "small" only small regions, for slow machinery such as valgrind. */
#include "common.h"
#include "scene.h"

struct order {
    uint32_t bin, bits, x, y, w, h; /* the region in binned pixels; 0 x 0 is the whole frame */
};

static const struct order WHOLE[] = {
    {1, 16, 0, 0, 0, 0}, {1, 8, 0, 0, 0, 0}, {2, 16, 0, 0, 0, 0},
    {3, 16, 0, 0, 0, 0}, {4, 8, 0, 0, 0, 0},
};

static const struct order SMALL[] = {
    {1, 16, 24, 0, 96, 64},    {1, 16, 1001, 777, 33, 17}, {1, 16, 9567, 6405, 33, 17},
    {1, 16, 9599, 6421, 1, 1}, {1, 8, 101, 99, 64, 48},    {2, 16, 12, 0, 50, 40},
    {2, 8, 333, 201, 51, 31},  {3, 16, 7, 5, 41, 23},      {4, 16, 2350, 1581, 50, 24},
    {4, 8, 99, 77, 13, 11},    {1, 16, 0, 6388, 64, 34},   {1, 16, 0, 0, 24, 32},
};

/* The sum of the sensor's own samples, limited to what fits. */
static uint32_t expected(const struct order *o, uint32_t x, uint32_t y)
{
    uint32_t sum = 0, limit = o->bits == 8 ? 255 : 65535;
    for (uint32_t dy = 0; dy < o->bin; dy++)
        for (uint32_t dx = 0; dx < o->bin; dx++) {
            uint32_t value = scene_xy((o->x + x) * o->bin + dx, (o->y + y) * o->bin + dy);
            sum += o->bits == 8 ? value >> 8 : value;
        }
    return sum < limit ? sum : limit;
}

static void one(qhyccd_handle *camera, struct order o, uint8_t *pixels, size_t room)
{
    struct frame f = {0, 0, 0, 0};
    CHECK_OK(SetQHYCCDBitsMode(camera, o.bits));
    CHECK_OK(SetQHYCCDBinMode(camera, o.bin, o.bin));
    if (o.w == 0) {
        o.w = 9600 / o.bin;
        o.h = 6422 / o.bin;
    }
    CHECK_OK(SetQHYCCDResolution(camera, o.x, o.y, o.w, o.h));

    memset(pixels, 0xA5, room);
    CHECK_OK(take(camera, &f, pixels));
    CHECK_EQ(f.w, o.w);
    CHECK_EQ(f.h, o.h);
    CHECK_EQ(f.bpp, o.bits);
    CHECK_EQ(f.channels, 1);
    size_t used = frame_bytes(f), wrong = 0;
    if (failures)
        return;

    for (uint32_t y = 0; y < f.h; y++)
        for (uint32_t x = 0; x < f.w; x++)
            if (sample(pixels, f, x, y) != expected(&o, x, y) && wrong++ == 0)
                printf("FAILED: pixel %u,%u is %u, not %u\n", x, y, sample(pixels, f, x, y),
                       expected(&o, x, y));
    failures += wrong != 0;
    for (size_t i = used; i < room && i < used + 4096; i++)
        CHECK_EQ(pixels[i], 0xA5); /* not a byte more than the frame */
    printf("bin %u, %2u bits, region %4u,%4u %4ux%4u: %9zu bytes, %zu wrong pixels\n", o.bin, o.bits,
           o.x, o.y, f.w, f.h, used, wrong);
}

int main(int argc, char **argv)
{
    bool small = argc > 1 && strcmp(argv[1], "small") == 0;
    qhyccd_handle *camera = ready_camera(0);
    uint32_t w, h, bits, x, y;
    double chip_w, chip_h, pixel_w, pixel_h;

    CHECK_OK(GetQHYCCDChipInfo(camera, &chip_w, &chip_h, &w, &h, &pixel_w, &pixel_h, &bits));
    printf("chip %.3f x %.3f mm, %u x %u pixels of %.2f x %.2f um, %u bits\n", chip_w, chip_h, w, h,
           pixel_w, pixel_h, bits);
    CHECK_OK(GetQHYCCDEffectiveArea(camera, &x, &y, &w, &h));
    printf("effective area %u,%u %ux%u\n", x, y, w, h);
    CHECK_OK(GetQHYCCDOverScanArea(camera, &x, &y, &w, &h));
    printf("overscan area %u,%u %ux%u\n", x, y, w, h);
    size_t room = small ? 32768 : GetQHYCCDMemLength(camera);
    printf("memory length %u\n", GetQHYCCDMemLength(camera));

    uint8_t *pixels = malloc(room);
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 20000));
    for (size_t i = 0; i < sizeof SMALL / sizeof SMALL[0] && !failures; i++)
        one(camera, SMALL[i], pixels, room);
    for (size_t i = 0; i < sizeof WHOLE / sizeof WHOLE[0] && !failures && !small; i++)
        one(camera, WHOLE[i], pixels, room);
    free(pixels);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("single");
}
