/* Takes single frames of the scene "xy", whose pixel values tell their place, over many
 * combinations of region, binning and depth, and checks every pixel. What a camera has, it
 * is asked for: the program knows the numbers of no model.
 * With the argument "small" only small regions, for slow machinery such as valgrind. */
#include "common.h"
#include "scene.h"

enum { MOST_ORDERS = 24, NUMBER_BYTES = 4 };

struct area {
    uint32_t x, y, w, h;
};

/* What the camera says of itself. */
struct sensor {
    uint32_t w, h; /* the whole picture */
    struct area effective, overscan;
    bool numbered; /* a frame may begin with its number */
};

struct order {
    uint32_t bin, bits, x, y, w, h; /* the region in binned pixels */
};

static bool offers(qhyccd_handle *camera, CONTROL_ID what)
{
    return IsQHYCCDControlAvailable(camera, what) == QHYCCD_SUCCESS;
}

static bool can(qhyccd_handle *camera, const struct order *o)
{
    static const CONTROL_ID BIN[] = {CAM_BIN1X1MODE, CAM_BIN2X2MODE, CAM_BIN3X3MODE, CAM_BIN4X4MODE};
    return offers(camera, BIN[o->bin - 1]) && offers(camera, o->bits == 8 ? CAM_8BITS : CAM_16BITS);
}

/* Whole pictures. */
static size_t whole(const struct sensor *s, struct order *o)
{
    static const uint32_t FORMS[][2] = {{1, 16}, {1, 8}, {2, 16}, {3, 16}, {4, 8}};
    size_t count = sizeof FORMS / sizeof FORMS[0];
    for (size_t i = 0; i < count; i++) {
        uint32_t bin = FORMS[i][0];
        o[i] = (struct order){bin, FORMS[i][1], 0, 0, s->w / bin, s->h / bin};
    }
    return count;
}

/* Corners, odd places, and what is not light-sensitive. */
static size_t small(const struct sensor *s, struct order *o)
{
    uint32_t w = s->w, h = s->h;
    size_t n = 0;
    o[n++] = (struct order){1, 16, s->effective.x, s->effective.y, 96, 64};
    o[n++] = (struct order){1, 16, w / 10 | 1, h / 8 | 1, 33, 17};
    o[n++] = (struct order){1, 16, w - 33, h - 17, 33, 17};
    o[n++] = (struct order){1, 16, w - 1, h - 1, 1, 1};
    o[n++] = (struct order){1, 8, w / 96 | 1, h / 65 | 1, 64, 48};
    o[n++] = (struct order){2, 16, 12, 0, 50, 40};
    o[n++] = (struct order){2, 8, w / 28 | 1, h / 32 | 1, 51, 31};
    o[n++] = (struct order){3, 16, 7, 5, 41, 23};
    o[n++] = (struct order){4, 16, w / 4 - 50, h / 4 - 24, 50, 24};
    o[n++] = (struct order){4, 8, w / 96 | 1, h / 80 | 1, 13, 11};
    if (s->overscan.w >= 24 && s->overscan.h > 0)
        o[n++] = (struct order){1, 16, s->overscan.x, s->overscan.y, 24, s->overscan.h};
    if (s->effective.x > 0)
        o[n++] = (struct order){1, 16, 0, 0, s->effective.x, 32};
    return n;
}

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

/* Where the number of a frame may stand: over the first bytes of its first row. */
static bool may_be_number(const struct sensor *s, const struct order *o, uint32_t x, uint32_t y)
{
    return s->numbered && y == 0 && (o->x + x) * o->bin * (o->bits / 8) < NUMBER_BYTES;
}

static void one(qhyccd_handle *camera, const struct sensor *s, struct order o, uint8_t *pixels,
                size_t room)
{
    struct frame f = {0, 0, 0, 0};
    CHECK_OK(SetQHYCCDBitsMode(camera, o.bits));
    CHECK_OK(SetQHYCCDBinMode(camera, o.bin, o.bin));
    CHECK_OK(SetQHYCCDResolution(camera, o.x, o.y, o.w, o.h));

    memset(pixels, 0xA5, room);
    CHECK_OK(take(camera, &f, pixels));
    CHECK_EQ(f.w, o.w);
    CHECK_EQ(f.h, o.h);
    CHECK_EQ(f.bpp, o.bits);
    CHECK_EQ(f.channels, 1);
    size_t used = frame_bytes(f), wrong = 0, number = 0;
    if (failures)
        return;

    for (uint32_t y = 0; y < f.h; y++)
        for (uint32_t x = 0; x < f.w; x++) {
            if (sample(pixels, f, x, y) == expected(&o, x, y))
                continue;
            if (may_be_number(s, &o, x, y))
                number++;
            else if (wrong++ == 0)
                printf("FAILED: pixel %u,%u is %u, not %u\n", x, y, sample(pixels, f, x, y),
                       expected(&o, x, y));
        }
    failures += wrong != 0;
    for (size_t i = used; i < room && i < used + 4096; i++)
        CHECK_EQ(pixels[i], 0xA5); /* not a byte more than the frame */
    printf("bin %u, %2u bits, region %4u,%4u %4ux%4u: %9zu bytes, %zu wrong pixels", o.bin, o.bits,
           o.x, o.y, f.w, f.h, used, wrong);
    if (number)
        printf(", %zu with the frame number", number);
    printf("\n");
}

int main(int argc, char **argv)
{
    bool only_small = argc > 1 && strcmp(argv[1], "small") == 0;
    qhyccd_handle *camera = ready_camera(0);
    struct sensor s = {0};
    struct area *e = &s.effective, *v = &s.overscan;
    uint32_t bits;
    double chip_w, chip_h, pixel_w, pixel_h;

    CHECK_OK(GetQHYCCDChipInfo(camera, &chip_w, &chip_h, &s.w, &s.h, &pixel_w, &pixel_h, &bits));
    printf("chip %.3f x %.3f mm, %u x %u pixels of %.2f x %.2f um, %u bits\n", chip_w, chip_h, s.w,
           s.h, pixel_w, pixel_h, bits);
    CHECK_OK(GetQHYCCDEffectiveArea(camera, &e->x, &e->y, &e->w, &e->h));
    printf("effective area %u,%u %ux%u\n", e->x, e->y, e->w, e->h);
    CHECK_OK(GetQHYCCDOverScanArea(camera, &v->x, &v->y, &v->w, &v->h));
    printf("overscan area %u,%u %ux%u\n", v->x, v->y, v->w, v->h);
    s.numbered = offers(camera, hasHardwareFrameCounter);
    size_t room = only_small ? 32768 : GetQHYCCDMemLength(camera);
    printf("memory length %u\n", GetQHYCCDMemLength(camera));

    struct order orders[MOST_ORDERS];
    size_t count = small(&s, orders);
    if (!only_small)
        count += whole(&s, orders + count);
    size_t taken = 0;
    uint8_t *pixels = malloc(room);
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 20000));
    for (size_t i = 0; i < count && !failures; i++)
        if (can(camera, &orders[i])) {
            one(camera, &s, orders[i], pixels, room);
            taken++;
        }
    CHECK(taken >= 6);
    free(pixels);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("single");
}
