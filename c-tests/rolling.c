/* Reads from the pixels when each row ended its exposure, and compares that with what
 * GetQHYCCDRollingShutterEndOffset and the GPS data say.
 *
 * In the scene "terminator" an edge sweeps over the columns, once a second. A row falls from
 * light to dark where the edge stood while it was exposed, and half way down at
 *     end - exposure / 2 = period * column / columns        (modulo the period). */
#include "common.h"

#include <math.h>

enum { COLUMNS = 9600, HALF = 150, LEVEL = 200 };
static const double PERIOD_US = 1e6, EXPOSURE_US = 10000;

/* How far `a` is behind `b` in a period. */
static double behind(double a, double b)
{
    return remainder(a - b, PERIOD_US);
}

static double mean(const double *sums, int from, int to)
{
    return (sums[to] - sums[from]) / (to - from);
}

static double middle_of(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* The column at which a row has fallen to the half; negative where the edge is too near to
 * the border to tell. Some 10 000 electrons stand against 100 of noise: 0.2 columns, 20 us. */
static double half_column(const uint16_t *row)
{
    static double value[COLUMNS], sums[COLUMNS + 1];
    int edge = -1;
    double deepest = 0;
    for (int x = 0; x < COLUMNS; x++) {
        /* One hot pixel does not matter. */
        value[x] = middle_of(row[x], row[x > 0 ? x - 1 : 1], row[x < COLUMNS - 1 ? x + 1 : x - 1]);
        sums[x + 1] = sums[x] + value[x];
    }
    for (int x = 24 + LEVEL; x <= COLUMNS - LEVEL; x++) {
        double fall = mean(sums, x - LEVEL, x) - mean(sums, x, x + LEVEL);
        if (fall > deepest) {
            deepest = fall;
            edge = x;
        }
    }
    if (edge < 24 + HALF + LEVEL || edge > COLUMNS - HALF - LEVEL)
        return -1;
    double lit = mean(sums, edge - HALF - LEVEL, edge - HALF);
    double dark = mean(sums, edge + HALF, edge + HALF + LEVEL);
    double column = edge - HALF;
    for (int x = edge - HALF; x < edge + HALF; x++)
        column += (value[x] - dark) / (lit - dark);
    return column;
}

static uint32_t number(const uint8_t *bytes, int count)
{
    uint32_t value = 0;
    while (count-- > 0)
        value = value << 8 | *bytes++;
    return value;
}

struct order {
    const char *name;
    uint32_t mode, y, rows, lit;
    int together; /* rows that end together */
};

/* Takes a frame and finds its edge in each row that is lit; answers in how many. Row 0 holds
 * the GPS data. Nobody can choose where the edge stands, and at a border it says nothing. */
static uint32_t expose(qhyccd_handle *camera, const struct order *o, uint16_t *pixels,
                       double *columns)
{
    struct frame f = {0, 0, 0, 0};
    uint32_t told = 0;
    CHECK_OK(take(camera, &f, (uint8_t *)pixels));
    CHECK_EQ(f.w, COLUMNS);
    CHECK_EQ(f.h, o->rows);
    for (uint32_t y = 2; y < o->lit && !failures; y++) {
        columns[y] = half_column(pixels + (size_t)y * COLUMNS);
        told += columns[y] >= 0;
    }
    return told;
}

/* The time at which the camera's own time was 0, within a period, by the clock of the GPS
 * box: the same for all frames, if "now" and the offsets are right. */
static double one(qhyccd_handle *camera, const struct order *o, uint16_t *pixels)
{
    static double columns[6422], end_us[6422], offset_us[6422];
    uint32_t timing[6];
    uint8_t is_long;
    CHECK_OK(SetQHYCCDReadMode(camera, o->mode));
    CHECK_OK(InitQHYCCD(camera));
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, EXPOSURE_US));
    CHECK_OK(SetQHYCCDParam(camera, CAM_GPS, 1));
    CHECK_OK(SetQHYCCDResolution(camera, 0, o->y, COLUMNS, o->rows));
    uint32_t told = 0;
    for (int tries = 0; tries < 20 && told < o->lit * 3 / 4 && !failures; tries++)
        told = expose(camera, o, pixels, columns);
    CHECK(told >= o->lit * 3 / 4);
    CHECK_OK(GetQHYCCDPreciseExposureInfo(camera, &timing[0], &timing[1], &timing[2], &timing[3],
                                          &timing[4], &timing[5], &is_long));
    CHECK_EQ(timing[5], EXPOSURE_US);
    double line_us = timing[1] / 1000.0;

    uint32_t first = 0;
    for (uint32_t y = 2; y < o->lit && !failures; y++) {
        CHECK_OK(GetQHYCCDRollingShutterEndOffset(camera, y, &offset_us[y]));
        end_us[y] = columns[y] < 0 ? NAN : PERIOD_US * columns[y] / COLUMNS + EXPOSURE_US / 2;
        if (columns[y] < 0)
            continue;
        if (first == 0)
            first = y;
        double away = behind(end_us[y] - end_us[first], offset_us[y] - offset_us[first]);
        if (fabs(away) >= 2 * line_us)
            printf("FAILED: %s: row %u ends %.1f us off\n", o->name, y, away), failures++;
    }
    if (failures)
        return 0;

    /* Steps within a pair and to the next one, over so many rows that 20 us do not matter. */
    double steps[2] = {0, 0}, zero[2] = {0, 0};
    int counts[2] = {0, 0}, rows[2] = {0, 0};
    const uint8_t *gps = (const uint8_t *)pixels;
    CHECK_EQ(gps[33] >> 4 & 3, 3);
    double now_us = fmod(number(gps + 34, 4) * 1e6 + number(gps + 38, 3) / 10.0, PERIOD_US);
    for (uint32_t y = 3; y < o->lit; y++) {
        if (isnan(end_us[y]))
            continue;
        if (!isnan(end_us[y - 1])) {
            steps[y % 2] += behind(end_us[y], end_us[y - 1]);
            counts[y % 2]++;
        }
        zero[y % 2] += behind(offset_us[y] - end_us[y], offset_us[first] - end_us[first]);
        rows[y % 2]++;
    }
    double tolerance_us = 8 * 30 / sqrt(counts[0]);
    double within = o->together == 2 ? 0 : line_us;
    CHECK(fabs(steps[1] / counts[1] - within) < tolerance_us);
    CHECK(fabs(steps[0] / counts[0] - (2 * line_us - within)) < tolerance_us);
    /* Nor does what the library says differ from it in one row of a pair only. */
    CHECK(fabs(zero[0] / rows[0] - zero[1] / rows[1]) < tolerance_us);
    printf("%s: rows end when they should, %d by %d\n", o->name, o->together, o->together);
    return now_us + offset_us[first] - end_us[first] + zero[0] / rows[0];
}

int main(void)
{
    static const struct order orders[] = {
        {"whole frame", 0, 0, 6422, 6388, 2},
        {"double sampling", 3, 0, 6422, 6388, 1},
        {"region", 0, 4000, 1000, 1000, 2},
    };
    qhyccd_handle *camera = ready_camera(0);
    uint16_t *pixels = malloc(GetQHYCCDMemLength(camera));
    double zero_us[3];
    for (int i = 0; i < 3 && !failures; i++) {
        zero_us[i] = one(camera, &orders[i], pixels);
        if (!(fabs(behind(zero_us[i], zero_us[0])) < 10))
            printf("FAILED: %s: the GPS time is %.1f us off\n", orders[i].name,
                   behind(zero_us[i], zero_us[0])), failures++;
    }
    free(pixels);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("rolling");
}
