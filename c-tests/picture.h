/* What a frame of the scene "xy" must hold: worked out slowly and plainly from what the
 * header of the library says about regions, binning, depths and debayering. */
#ifndef OPEN_QHYCCD_PICTURE_H
#define OPEN_QHYCCD_PICTURE_H

#include "common.h"
#include "scene.h"

struct sensor {
    bool colour, colour_bin, gradient; /* colour filters are red, green / green, blue */
};

/* What was ordered; the region in binned pixels. */
struct picture {
    const struct sensor *sensor;
    uint32_t x, y, w, h, bin, bits;
    bool debayer;
};

/* Bins of one colour: pairs of groups share an area of twice their size. */
static inline bool keeps_colours(const struct picture *p)
{
    return p->sensor->colour && p->sensor->colour_bin && p->bin > 1;
}

static inline struct frame format(const struct picture *p)
{
    struct frame f = {p->w, p->h, p->bits, 1};
    if (keeps_colours(p)) {
        f.w &= ~1u;
        f.h &= ~1u;
    }
    if (p->debayer && p->bits <= 16 && (p->bin == 1 || keeps_colours(p)))
        f.channels = 3;
    return f;
}

static inline int64_t limit(const struct picture *p)
{
    return p->bits == 8 ? 255 : p->bits == 16 ? 65535 : 0xFFFFFFFF;
}

/* The binned sample in this column and row of the frame. */
static inline int64_t binned(const struct picture *p, uint32_t x, uint32_t y)
{
    bool colours = keeps_colours(p);
    uint32_t step = colours ? 2 : 1;
    uint32_t left = p->x * p->bin + (colours ? x / 2 * 2 * p->bin + x % 2 : x * p->bin);
    uint32_t top = p->y * p->bin + (colours ? y / 2 * 2 * p->bin + y % 2 : y * p->bin);
    int64_t sum = 0;
    for (uint32_t dy = 0; dy < p->bin; dy++)
        for (uint32_t dx = 0; dx < p->bin; dx++) {
            uint16_t value = scene_xy(left + dx * step, top + dy * step);
            sum += p->bits == 8 ? value >> 8 : value;
        }
    return sum < limit(p) ? sum : limit(p);
}

/* The picture goes on beyond its borders as its mirror image. */
static inline int64_t reflect(int64_t at, int64_t size)
{
    while (at < 0 || at >= size)
        at = size == 1 ? 0 : at < 0 ? -at : 2 * (size - 1) - at;
    return at;
}

static inline int64_t at(const struct picture *p, int64_t x, int64_t y)
{
    struct frame f = format(p);
    return binned(p, (uint32_t)reflect(x, f.w), (uint32_t)reflect(y, f.h));
}

/* The letter of the filter: the colours of the frame begin with those of its corner. */
static inline char colour(const struct picture *p, int64_t x, int64_t y)
{
    return "RGGB"[((y + p->y * p->bin) & 1) * 2 + ((x + p->x * p->bin) & 1)];
}

static inline int64_t rounded(int64_t sum, int64_t count)
{
    int64_t twice = 2 * sum + count, divisor = 2 * count;
    return twice >= 0 ? twice / divisor : -((-twice + divisor - 1) / divisor);
}

static inline int64_t clamp(const struct picture *p, int64_t value)
{
    return value < 0 ? 0 : value > limit(p) ? limit(p) : value;
}

/* The mean of the nearest samples of the colour. */
static inline int64_t bilinear(const struct picture *p, int64_t x, int64_t y, char wanted)
{
    int64_t sum = 0, count = 0;
    for (int64_t j = y - 1; j <= y + 1; j++)
        for (int64_t i = x - 1; i <= x + 1; i++)
            if (colour(p, i, j) == wanted) {
                sum += at(p, i, j);
                count++;
            }
    return rounded(sum, count);
}

/* Two directions: the value of the one with the smaller gradient, or the mean of both. */
struct line {
    int64_t gradient, value;
};

static inline int64_t smoother(struct line a, struct line b, int64_t scale)
{
    if (a.gradient == b.gradient)
        return rounded(a.value + b.value, 2 * scale);
    return rounded(a.gradient < b.gradient ? a.value : b.value, scale);
}

static inline struct line green_line(const struct picture *p, int64_t x, int64_t y, int dx, int dy)
{
    int64_t a = at(p, x - dx, y - dy), b = at(p, x + dx, y + dy);
    int64_t bend = 2 * at(p, x, y) - at(p, x - 2 * dx, y - 2 * dy) - at(p, x + 2 * dx, y + 2 * dy);
    return (struct line){llabs(a - b) + llabs(bend), 2 * (a + b) + bend};
}

/* Green after Hamilton and Adams. */
static inline int64_t green(const struct picture *p, int64_t x, int64_t y)
{
    struct frame f = format(p);
    x = reflect(x, f.w), y = reflect(y, f.h);
    if (colour(p, x, y) == 'G')
        return at(p, x, y);
    return clamp(p, smoother(green_line(p, x, y, 1, 0), green_line(p, x, y, 0, 1), 4));
}

static inline struct line other_line(const struct picture *p, int64_t x, int64_t y, int dx, int dy)
{
    int64_t a = at(p, x - dx, y - dy), b = at(p, x + dx, y + dy);
    int64_t bend = 2 * green(p, x, y) - green(p, x - dx, y - dy) - green(p, x + dx, y + dy);
    return (struct line){llabs(a - b) + llabs(bend), a + b + bend};
}

/* Red and blue follow green. */
static inline int64_t gradient(const struct picture *p, int64_t x, int64_t y, char wanted)
{
    if (wanted == 'G')
        return green(p, x, y);
    if (colour(p, x, y) != 'G')
        return clamp(p, smoother(other_line(p, x, y, 1, 1), other_line(p, x, y, -1, 1), 2));
    bool beside = colour(p, x + 1, y) == wanted;
    return clamp(p, rounded(other_line(p, x, y, beside, !beside).value, 2));
}

static inline int64_t expected(const struct picture *p, uint32_t x, uint32_t y, uint32_t channel)
{
    char wanted = "BGR"[channel];
    if (format(p).channels == 1 || colour(p, x, y) == wanted)
        return binned(p, x, y);
    return p->sensor->gradient ? gradient(p, x, y, wanted) : bilinear(p, x, y, wanted);
}

/* Compares all rows of small pictures, and of large ones the outer rows and some between. */
static inline int wrong_pixels(const struct picture *p, const uint8_t *pixels)
{
    struct frame f = format(p);
    size_t bytes = f.bpp / 8;
    int wrong = 0;
    for (uint32_t y = 0; y < f.h; y++) {
        if (f.w > 1000 && y >= 4 && y + 4 < f.h && y % 97)
            continue;
        for (uint32_t n = 0; n < f.w * f.channels; n++) {
            uint32_t value = 0;
            memcpy(&value, pixels + ((size_t)y * f.w * f.channels + n) * bytes, bytes);
            int64_t want = expected(p, n / f.channels, y, f.channels == 3 ? n % 3 : 0);
            if (value != want && wrong++ == 0)
                printf("pixel %u,%u is %u, not %lld\n", n / f.channels, y, value, (long long)want);
        }
    }
    return wrong;
}

#endif
