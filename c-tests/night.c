/* One night at the telescope, through the C interface only and in scaled time: cool down,
 * bias, flats, a filter sequence, focus on live video, lights with dithering, darks, warm up.
 * What a person would look at in the morning is checked: temperatures, levels, star places
 * and widths; every frame is written as a FITS file for others to read.
 *
 * Arguments: the world file of the virtual camera, a folder for the files, and its speed.
 * A QHY600 has no guide port, so the mount is moved through that of a guide camera, which
 * stands on the same mount. Focuser, cap and evening sky are dials of the world file. */
#define _GNU_SOURCE
#include "common.h"

#include <math.h>
#include <time.h>
#include <unistd.h>

#include <qhyccd_extra.h>

enum { SIDE = 128, MOST_WIDTH = 3200, MOST_HEIGHT = 2144, LIGHTS = 20, FILTERS = 5 };

static const double TARGET_C = -10, RAMP = 6; /* by QHYCCD_COOLING_RAMP */
#define ARCSEC_PER_PX (3 * 3.76e-3 / 2000 * 206264.806) /* focal=2000, 3x3 pixels */
static const double GUIDE_PX_PER_MS = 0.5 * 15.041e-3 / ARCSEC_PER_PX; /* half sidereal */
static const double BEST_FOCUS_UM = 6125; /* where the focuser would have to stand */
static const double GUIDER_SPEED = 4;   /* as ordered: pulses take real time */
static const double SETTLED_MS = 1100;  /* longer than the longest pulse */
static const double LATE_PX = 3;        /* 0.1 s of wall time */
enum { MOST_LATE = 5 };                 /* of 38 pulses, on a busy machine */

enum direction { EAST, NORTH, SOUTH, WEST };

static const char *world_file, *folder;
static double speed;

static struct {
    double light, ambient, focuser_um, sky;
    bool cap;
} dials = {1, 15, 6900, 21, true};

static uint16_t pixels[MOST_WIDTH * MOST_HEIGHT];

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return ((double)t.tv_sec + 1e-9 * (double)t.tv_nsec) * speed;
}

/* Waits for so many seconds of the camera. */
static void pause_s(double seconds)
{
    usleep((useconds_t)(1e6 * seconds / speed));
}

/* The camera looks at its world a few times a second, when it is asked something. */
static void turn_dials(qhyccd_handle *camera)
{
    FILE *file = fopen(world_file, "w");
    if (file == NULL)
        stop(world_file);
    fprintf(file, "light %g\nambient %g\nfocus %.3f\nsky %g\ncap %s\n", dials.light, dials.ambient,
            dials.focuser_um - BEST_FOCUS_UM, dials.sky, dials.cap ? "on" : "off");
    fclose(file);
    usleep(260000);
    GetQHYCCDParam(camera, CONTROL_CURTEMP);
}

/* ---- Temperature ---- */

struct reading {
    double before_s, after_s, temp_c;
};

static struct reading readings[20000];
static int count;

static double read_temperature(qhyccd_handle *camera)
{
    struct reading r = {now_s(), 0, 0};
    r.temp_c = GetQHYCCDParam(camera, CONTROL_CURTEMP);
    r.after_s = now_s();
    if (count < 20000)
        readings[count++] = r;
    return r.temp_c;
}

/* No stretch of the readings is steeper than the ramp, whatever the machine did meanwhile;
 * 0.25 C for noise, rounding and the camera's own regulator. */
static void check_slopes(void)
{
    int steep = 0;
    for (int i = 0; i < count; i += 7)
        for (int j = i + 1; j < count; j += 5) {
            double minutes = (readings[j].after_s - readings[i].before_s) / 60;
            if (fabs(readings[j].temp_c - readings[i].temp_c) > RAMP * minutes + 0.25)
                steep++;
        }
    CHECK_EQ(steep, 0);
}

/* Repeats an order as programs do, every second, until the ramp is over. */
static void lead(qhyccd_handle *camera, bool cool)
{
    double rate, set_point;
    uint32_t under_way = 1;
    count = 0;
    while (under_way && failures == 0) {
        if (cool)
            CHECK_OK(ControlQHYCCDTemp(camera, TARGET_C));
        else
            CHECK_OK(SetQHYCCDParam(camera, CONTROL_MANULPWM, 0));
        CHECK(read_temperature(camera) < 100);
        CHECK_OK(QHYCCDOpenGetCoolingRamp(camera, &rate, &set_point, &under_way));
        CHECK(rate == RAMP);
        CHECK(GetQHYCCDParam(camera, CONTROL_COOLER) == (cool ? TARGET_C : -100));
        pause_s(1);
    }
    check_slopes();
}

static void cool_down(qhyccd_handle *camera)
{
    double start_c = read_temperature(camera), start_s = now_s();
    CHECK(fabs(start_c - dials.ambient) < 0.5);
    lead(camera, true);
    CHECK(now_s() - start_s > 60 * (start_c - TARGET_C - 0.3) / RAMP);
    pause_s(300);
    double lowest = 100, highest = -100;
    for (int n = 0; n < 100; n++) {
        double temp_c = read_temperature(camera);
        lowest = fmin(lowest, temp_c);
        highest = fmax(highest, temp_c);
        pause_s(3);
    }
    CHECK(lowest > TARGET_C - 0.1 && highest < TARGET_C + 0.1);
    for (int n = 0; n < count; n++)
        CHECK(readings[n].temp_c > TARGET_C - 0.3);
    /* The cold sensor dries the air of its chamber. */
    double humidity = 0, pressure = 0;
    CHECK_OK(GetQHYCCDHumidity(camera, &humidity));
    CHECK_OK(GetQHYCCDPressure(camera, &pressure));
    CHECK(humidity > 1 && humidity < 40 && pressure > 900 && pressure < 1013);
    printf("cooled\n");
}

/* ---- Frames ---- */

struct statistics {
    double mean, deviation;
    uint16_t lowest, highest;
};

static struct statistics measure(struct frame f)
{
    struct statistics s = {0, 0, 65535, 0};
    double sum = 0, squares = 0, n = (double)f.w * f.h;
    for (size_t i = 0; i < (size_t)f.w * f.h; i++) {
        sum += pixels[i];
        squares += (double)pixels[i] * pixels[i];
        if (pixels[i] < s.lowest)
            s.lowest = pixels[i];
        if (pixels[i] > s.highest)
            s.highest = pixels[i];
    }
    s.mean = sum / n;
    s.deviation = sqrt(fmax(0, squares / n - s.mean * s.mean));
    return s;
}

static struct frame expose(qhyccd_handle *camera, double seconds)
{
    struct frame f = {0, 0, 0, 0};
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1e6 * seconds));
    if (take(camera, &f, (uint8_t *)pixels) != QHYCCD_SUCCESS)
        stop("exposure");
    CHECK(f.bpp == 16 && f.channels == 1);
    return f;
}

static int card(char *header, int line, const char *key, const char *value)
{
    char text[81];
    int length = snprintf(text, sizeof text, "%-8s= %s", key, value);
    memcpy(header + 80 * line, text, (size_t)(length < 80 ? length : 80));
    return line + 1;
}

static int text_card(char *header, int line, const char *key, const char *text)
{
    char value[72];
    snprintf(value, sizeof value, "'%-8s'", text);
    return card(header, line, key, value);
}

static int number_card(char *header, int line, const char *key, double number)
{
    char value[72];
    snprintf(value, sizeof value, "%20.10G", number);
    return card(header, line, key, value);
}

/* Writes the frame with what the camera says about itself. */
static void save(qhyccd_handle *camera, struct frame f, const char *kind, int number, char filter)
{
    static char header[2880];
    char path[600], mode[64] = "", id[64] = "", slot[2] = {filter, 0};
    memset(header, ' ', sizeof header);
    CHECK_OK(GetQHYCCDReadModeName(camera, 5, mode));
    CHECK_OK(GetQHYCCDId(0, id));
    int line = card(header, 0, "SIMPLE", "                   T");
    line = number_card(header, line, "BITPIX", 16);
    line = number_card(header, line, "NAXIS", 2);
    line = number_card(header, line, "NAXIS1", f.w);
    line = number_card(header, line, "NAXIS2", f.h);
    line = number_card(header, line, "BZERO", 32768);
    line = number_card(header, line, "BSCALE", 1);
    line = text_card(header, line, "INSTRUME", id);
    line = text_card(header, line, "IMAGETYP", kind);
    line = text_card(header, line, "FILTER", slot);
    line = text_card(header, line, "READOUTM", mode);
    line = text_card(header, line, "ROWORDER", "TOP-DOWN");
    line = number_card(header, line, "EXPTIME", GetQHYCCDParam(camera, CONTROL_EXPOSURE) / 1e6);
    line = number_card(header, line, "GAIN", GetQHYCCDParam(camera, CONTROL_GAIN));
    line = number_card(header, line, "OFFSET", GetQHYCCDParam(camera, CONTROL_OFFSET));
    line = number_card(header, line, "USBLIMIT", GetQHYCCDParam(camera, CONTROL_USBTRAFFIC));
    line = number_card(header, line, "SET-TEMP", GetQHYCCDParam(camera, CONTROL_COOLER));
    line = number_card(header, line, "CCD-TEMP", GetQHYCCDParam(camera, CONTROL_CURTEMP));
    line = number_card(header, line, "XPIXSZ", 3 * 3.76);
    line = number_card(header, line, "FOCUSPOS", dials.focuser_um);
    memcpy(header + 80 * line, "END", 3);

    snprintf(path, sizeof path, "%s/%s-%02d.fits", folder, kind, number);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        stop(path);
    fwrite(header, 1, sizeof header, file);
    size_t bytes = 0;
    for (size_t i = 0; i < (size_t)f.w * f.h; i++, bytes += 2) {
        uint16_t value = pixels[i] ^ 0x8000;
        fputc(value >> 8, file);
        fputc(value & 0xFF, file);
    }
    for (; bytes % 2880; bytes++)
        fputc(0, file);
    fclose(file);
}

static double bias_level(qhyccd_handle *camera)
{
    double sum = 0;
    for (int n = 0; n < 5; n++) {
        struct frame f = expose(camera, 0.0001);
        struct statistics s = measure(f);
        /* Noise, and nothing cut off by zero. */
        CHECK(s.lowest > 0 && s.deviation > 0.5 && s.deviation < 100);
        CHECK(n == 0 || fabs(sum / n - s.mean) < 2);
        sum += s.mean;
        save(camera, f, "bias", n, '-');
    }
    printf("bias\n");
    return sum / 5;
}

/* At -10 C there is hardly any dark current, but there is some. */
static void darks(qhyccd_handle *camera, double bias)
{
    double before = 0;
    for (int n = 0; n < 2; n++) {
        struct frame f = expose(camera, 300 + 900 * n);
        double above = measure(f).mean - bias;
        CHECK(above > before && above < 100);
        before = above;
        save(camera, f, "dark", n, '-');
    }
    printf("darks\n");
}

static void choose_filter(qhyccd_handle *camera, char filter)
{
    char at = 0;
    CHECK_OK(SendOrder2QHYCCDCFW(camera, &filter, 1));
    for (int n = 0; at != filter && n < 1000; n++) {
        pause_s(1);
        CHECK_OK(GetQHYCCDCFWStatus(camera, &at));
    }
    CHECK_EQ(at, filter);
}

/* Flats in the evening sky: exposures for one level, whatever the filter. */
static void flats(qhyccd_handle *camera, double bias)
{
    const double wanted = 20000;
    dials.cap = false;
    for (int n = 0; n < FILTERS; n++) {
        char filter = (char)('0' + n);
        dials.light = 1 - 0.15 * n; /* what the filter lets through */
        choose_filter(camera, filter);
        turn_dials(camera);
        double level = measure(expose(camera, 0.2)).mean - bias;
        CHECK(level > 20);
        double seconds = 0.2 * wanted / level;
        struct frame f = expose(camera, seconds);
        struct statistics s = measure(f);
        CHECK(fabs((s.mean - bias) / wanted - 1) < 0.05);
        /* Half the time is half the light. */
        double half = measure(expose(camera, seconds / 2)).mean - bias;
        CHECK(fabs(half / (s.mean - bias) - 0.5) < 0.005);
        expose(camera, seconds);
        save(camera, f, "flat", n, filter);
    }
    dials.light = 1;
    printf("flats\n");
}

/* ---- Stars ---- */

struct star {
    double x, y, flux, width; /* width: mean distance of its light from its centre */
};

/* The mean between two circles around a star. */
static double sky_around(struct frame f, double x, double y)
{
    double sum = 0;
    int n = 0;
    for (int dy = -26; dy <= 26; dy++)
        for (int dx = -26; dx <= 26; dx++) {
            int px = (int)lround(x) + dx, py = (int)lround(y) + dy, r2 = dx * dx + dy * dy;
            if (r2 < 20 * 20 || r2 > 26 * 26 || px < 0 || py < 0 || px >= (int)f.w || py >= (int)f.h)
                continue;
            sum += pixels[(size_t)py * f.w + (size_t)px];
            n++;
        }
    return n > 0 ? sum / n : 0;
}

/* The brightest star of the frame. */
static struct star find_star(struct frame f)
{
    size_t brightest = 0;
    struct star star = {0, 0, 0, 0};
    /* The brightest group of 3x3, so that a hot pixel is no star. */
    double most = -1;
    for (uint32_t y = 1; y + 1 < f.h; y++)
        for (uint32_t x = 1; x + 1 < f.w; x++) {
            size_t i = (size_t)y * f.w + x;
            double sum = 0;
            for (int dy = -1; dy <= 1; dy++)
                for (int dx = -1; dx <= 1; dx++)
                    sum += pixels[i + (size_t)(dy * (int)f.w + dx)];
            if (sum > most) {
                most = sum;
                brightest = i;
            }
        }
    star.x = (double)(brightest % f.w);
    star.y = (double)(brightest / f.w);
    /* Centre of light in a circle around it, again and again. */
    for (int round = 0; round < 10; round++) {
        double light = 0, sx = 0, sy = 0, spread = 0, sky = sky_around(f, star.x, star.y);
        for (int dy = -16; dy <= 16; dy++)
            for (int dx = -16; dx <= 16; dx++) {
                int x = (int)lround(star.x) + dx, y = (int)lround(star.y) + dy;
                double ax = x - star.x, ay = y - star.y, r2 = ax * ax + ay * ay;
                if (x < 0 || y < 0 || x >= (int)f.w || y >= (int)f.h || r2 > 16 * 16)
                    continue;
                double value = pixels[(size_t)y * f.w + (size_t)x] - sky;
                light += value;
                sx += value * ax;
                sy += value * ay;
                spread += value * sqrt(r2);
            }
        CHECK(light > 0);
        star.flux = light;
        star.width = spread / light;
        star.x += sx / light;
        star.y += sy / light;
    }
    return star;
}

/* Looks for a star that is bright, not too bright and alone, and sets the region around it. */
static void acquire(qhyccd_handle *camera)
{
    uint32_t ex, ey, ew, eh;
    CHECK_OK(GetQHYCCDEffectiveArea(camera, &ex, &ey, &ew, &eh));
    CHECK_OK(SetQHYCCDResolution(camera, ex, ey, ew, eh));
    struct frame f = expose(camera, 20);
    uint32_t best_x = 0, best_y = 0;
    double best = 0;
    for (uint32_t y = SIDE; y + SIDE < f.h; y++)
        for (uint32_t x = SIDE; x + SIDE < f.w; x++) {
            uint16_t peak = pixels[(size_t)y * f.w + x];
            if (peak <= best || peak > 30000 || pixels[(size_t)y * f.w + x - 1] < peak / 4)
                continue;
            bool alone = true;
            for (int dy = -SIDE / 2; dy <= SIDE / 2 && alone; dy++)
                for (int dx = -SIDE / 2; dx <= SIDE / 2 && alone; dx++) {
                    uint16_t other = pixels[(size_t)((int)y + dy) * f.w + (size_t)((int)x + dx)];
                    alone = abs(dx) + abs(dy) < 12 ? other <= peak : other < peak / 3;
                }
            if (alone) {
                best = peak;
                best_x = x;
                best_y = y;
            }
        }
    CHECK(best > 3000);
    CHECK_OK(SetQHYCCDResolution(camera, ex + best_x - SIDE / 2, ey + best_y - SIDE / 2, SIDE, SIDE));
}

/* ---- Focus ---- */

/* The width of the star in a live frame that was exposed after the focuser moved. */
static double live_width(qhyccd_handle *camera, double focuser_um)
{
    dials.focuser_um = focuser_um;
    turn_dials(camera);
    /* A setting that is given anew leaves older frames behind. */
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 8e6));
    struct frame f = {0, 0, 0, 0};
    double sum = 0;
    for (int frames = 0; frames < 4; frames++) {
        double patience_s = now_s() + 20 * speed;
        while (GetQHYCCDLiveFrame(camera, &f.w, &f.h, &f.bpp, &f.channels, (uint8_t *)pixels) !=
               QHYCCD_SUCCESS) {
            if (now_s() > patience_s)
                stop("no live frame");
            pause_s(0.5);
        }
        sum += find_star(f).width;
    }
    return sum / 4;
}

/* The square of the width is a parabola of the focuser's position. */
static void focus(qhyccd_handle *camera)
{
    CHECK_OK(SetQHYCCDStreamMode(camera, 1));
    CHECK_OK(InitQHYCCD(camera));
    CHECK_OK(BeginQHYCCDLive(camera));
    const double middle = 6100, step = 300;
    double squares[5], start = 0;
    for (int n = 0; n < 5; n++) {
        double width = live_width(camera, middle + step * (n - 2));
        start = fmax(start, width);
        squares[n] = width * width;
    }
    double slope = (-2 * squares[0] - squares[1] + squares[3] + 2 * squares[4]) / 10;
    double bend = (2 * squares[0] - squares[1] - 2 * squares[2] - squares[3] + 2 * squares[4]) / 14;
    CHECK(bend > 0);
    double found = middle - step * slope / (2 * bend);
    double width = live_width(camera, found);
    CHECK(fabs(found - BEST_FOCUS_UM) < 60);
    CHECK(width < 0.6 * start);
    CHECK_OK(StopQHYCCDLive(camera));
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    if (failures)
        printf("focus %.1f, width %.3f, before %.3f\n", found, width, start);
    printf("focused\n");
}

/* ---- Lights ---- */

static uint32_t below(uint32_t limit)
{
    static uint32_t random = 1;
    random = random * 1664525 + 1013904223;
    return (random >> 16) % limit;
}

/* Pushes the mount along one axis, back to where it came from if it is away; returns for how
 * long, less than nothing for the second direction. */
static int32_t push(qhyccd_handle *guider, enum direction plus, enum direction minus, int32_t been_ms)
{
    int32_t pulse_ms = (int32_t)below(700) + 300;
    bool back = been_ms > 0;
    CHECK_OK(ControlQHYCCDGuide(guider, back ? minus : plus, (uint16_t)pulse_ms));
    return back ? -pulse_ms : pulse_ms;
}

/* Five lights through each of four filters; between any two the mount is moved. */
static void lights(qhyccd_handle *camera, qhyccd_handle *guider)
{
    struct star first = {0, 0, 0, 0}, last = first;
    int32_t east_ms = 0, north_ms = 0;
    int late = 0;
    for (int n = 0; n < LIGHTS; n++) {
        if (n % 5 == 0)
            choose_filter(camera, (char)('1' + n / 5));
        int32_t east = 0, north = 0;
        if (n > 0) {
            east_ms += east = push(guider, EAST, WEST, east_ms);
            north_ms += north = push(guider, NORTH, SOUTH, north_ms);
            usleep((useconds_t)(1000 * SETTLED_MS / GUIDER_SPEED));
            dials.ambient -= 0.35; /* the night gets colder */
            turn_dials(camera);
        }
        struct frame f = expose(camera, 60);
        struct star star = find_star(f);
        if (n == 0)
            first = last = star;
        /* East is left and north is up: stars move against the telescope. The library ends a
         * pulse; on a busy machine that is late, never early. */
        double dx = (star.x - last.x) - GUIDE_PX_PER_MS * east;
        double dy = (star.y - last.y) - GUIDE_PX_PER_MS * north;
        double late_x = east < 0 ? -dx : dx, late_y = north < 0 ? -dy : dy;
        CHECK(late_x > -0.2 && late_y > -0.2);
        late += (late_x >= LATE_PX) + (late_y >= LATE_PX);
        last = star;
        CHECK(fabs(star.flux / first.flux - 1) < 0.1);
        if (failures)
            printf("light %d: off by %.3f,%.3f; flux %.0f, width %.2f\n", n, dx, dy, star.flux, star.width);
        CHECK(fabs(GetQHYCCDParam(camera, CONTROL_CURTEMP) - TARGET_C) < 0.15);
        save(camera, f, "light", n, (char)('1' + n / 5));
    }
    if (late > MOST_LATE)
        printf("%d pulses were long\n", late);
    CHECK(late <= MOST_LATE);
    printf("lights\n");
}

static void warm_up(qhyccd_handle *camera)
{
    double start_c = read_temperature(camera), start_s = now_s();
    CHECK(fabs(start_c - TARGET_C) < 0.15);
    lead(camera, false);
    double end_c = read_temperature(camera);
    CHECK(fabs(end_c - dials.ambient) < 1);
    CHECK(now_s() - start_s > 60 * (end_c - start_c - 0.3) / RAMP);
    CHECK(GetQHYCCDParam(camera, CONTROL_CURPWM) == 0);
    printf("warm\n");
}

int main(int argc, char **arguments)
{
    if (argc != 4)
        return 2;
    world_file = arguments[1];
    folder = arguments[2];
    speed = atof(arguments[3]);

    qhyccd_handle *camera = open_camera(0);
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(SetQHYCCDReadMode(camera, 5)); /* 3x3 in the camera */
    CHECK_OK(InitQHYCCD(camera));
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_GAIN, 30));
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_OFFSET, 40));
    CHECK_EQ(ControlQHYCCDGuide(camera, EAST, 100), QHYCCD_ERROR);
    qhyccd_handle *guider = open_camera(1);
    CHECK_OK(SetQHYCCDResolution(camera, 1500, 1000, SIDE, SIDE));
    turn_dials(camera);

    cool_down(camera);
    double bias = bias_level(camera);
    dials.sky = 12;
    flats(camera, bias);
    dials.sky = 21;
    dials.focuser_um = 6100;
    turn_dials(camera);
    acquire(camera);
    focus(camera);
    lights(camera, guider);
    dials.cap = true;
    turn_dials(camera);
    darks(camera, bias);
    warm_up(camera);

    CHECK_OK(CloseQHYCCD(guider));
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("night");
}
