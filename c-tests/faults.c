/* One fault, told as a story, against whatever libqhyccd the loader finds:
 *
 *     faults STORY
 *
 * Prints a line "> what" before each call that is judged and "= judgement, MS ms" after
 * it, so that the line which is missing in the end tells where the library hung or crashed.
 * Other lines say nothing about the library. The device and its faults come with QHYCCD_DEVICES;
 * tests/faults_oracle.rs knows which belong to which story.
 *
 * A fault that must come at a certain moment stands at a transfer number that nobody
 * reaches by himself, behind a stall. This program counts up to it with requests of its
 * own, past the library: see pull(). */
#define _GNU_SOURCE
#include <libusb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "scene.h"

enum { ROOM = 9600 * 6422 * 2, TRANSFERS = 40000 };

static char id[64];
static qhyccd_handle *camera;
static uint8_t *pixels;
/* The region that frames are asked of. */
static uint32_t left, top, width, height;
/* What a frame may take beyond what it needs. */
static uint32_t timeout_ms = 1000;

static struct timespec asked_at;

static void say(const char *line)
{
    clock_gettime(CLOCK_MONOTONIC, &asked_at);
    printf("%s\n", line);
    fflush(stdout);
}

/* Milliseconds since the last line said. */
static long elapsed_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - asked_at.tv_sec) * 1000 + (now.tv_nsec - asked_at.tv_nsec) / 1000000;
}

/* The story could not be told; that is no judgement. */
static void broken(const char *why)
{
    printf("broken: %s\n", why);
    fflush(stdout);
    _exit(3);
}

static void sleep_ms(unsigned ms)
{
    usleep(ms * 1000);
}

/* Makes the fault happen now: sends requests until one is stalled, then `more`. */
static void pull(int more)
{
    static libusb_device_handle *device;
    uint8_t serial[16];
    if (!device) {
        libusb_context *context;
        libusb_device **list;
        if (libusb_init(&context) != 0 || libusb_get_device_list(context, &list) < 1 ||
            libusb_open(list[0], &device) != 0)
            broken("no device of its own");
    }
    for (int i = 0; i < TRANSFERS; i++)
        if (libusb_control_transfer(device, 0xC0, 0xCA, 0x10, 0x10, serial, 16, 500) ==
            LIBUSB_ERROR_PIPE) {
            while (more-- > 0)
                libusb_control_transfer(device, 0xC0, 0xCA, 0x10, 0x10, serial, 16, 500);
            return;
        }
    broken("the fault did not come");
}

static void open_first(void)
{
    if (ScanQHYCCD() < 1 || GetQHYCCDId(0, id) != QHYCCD_SUCCESS)
        broken("no camera");
    camera = OpenQHYCCD(id);
    if (!camera)
        broken("no handle");
}

static uint32_t set_up(uint8_t stream, double exposure_us)
{
    uint32_t bad = SetQHYCCDStreamMode(camera, stream) | InitQHYCCD(camera);
    bad |= SetQHYCCDBitsMode(camera, 16) | SetQHYCCDBinMode(camera, 1, 1);
    bad |= SetQHYCCDResolution(camera, left, top, width, height);
    bad |= SetQHYCCDParam(camera, CONTROL_EXPOSURE, exposure_us);
    /* Also what the vendor's library answers it with is no failure. */
    SetQHYCCDSingleFrameTimeOut(camera, timeout_ms);
    return bad;
}

static void start(uint8_t stream, double exposure_us)
{
    if (InitQHYCCDResource() != QHYCCD_SUCCESS)
        broken("no library");
    open_first();
    if (set_up(stream, exposure_us) != QHYCCD_SUCCESS)
        broken("no camera ready");
}

static void region(uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
    left = x, top = y, width = w, height = h;
}

static bool right_pixels(const uint8_t *image)
{
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            size_t at = 2 * ((size_t)y * width + x);
            if ((image[at] | image[at + 1] << 8) != scene_xy(left + x, top + y))
                return false;
        }
    return true;
}

static const char *judge_frame(uint32_t code, const uint32_t *info)
{
    if (code != QHYCCD_SUCCESS)
        return "error";
    bool shape = info[0] == width && info[1] == height && info[2] == 16 && info[3] == 1;
    return shape && right_pixels(pixels) ? "good frame" : "wrong frame";
}

/* Fetches the frame of the present exposure. */
static const char *fetch(void)
{
    uint32_t info[4] = {0, 0, 0, 0};
    memset(pixels, 0xA5, 2 * (size_t)width * height);
    uint32_t code = GetQHYCCDSingleFrame(camera, &info[0], &info[1], &info[2], &info[3], pixels);
    return judge_frame(code, info);
}

static void judged(const char *judgement)
{
    printf("= %s, %ld ms\n", judgement, elapsed_ms());
    fflush(stdout);
}

/* One exposure and its frame. */
static void shoot(const char *what)
{
    char line[80];
    snprintf(line, sizeof line, "> %s", what);
    say(line);
    judged(ExpQHYCCDSingleFrame(camera) == QHYCCD_ERROR ? "error" : fetch());
}

static void finish_story(void)
{
    say("> close and release");
    CloseQHYCCD(camera);
    ReleaseQHYCCDResource();
    judged("done");
}

/* The first frame is hit by the fault, the second is not. */
static void two_frames(void)
{
    start(0, 1000);
    shoot("frame");
    shoot("next frame");
}

static void stalls(void)
{
    start(0, 200000);
    say("> frame");
    if (ExpQHYCCDSingleFrame(camera) == QHYCCD_ERROR)
        broken("no exposure");
    pull(0);
    judged(fetch());
    shoot("next frame");
}

/* A number that the camera did not give is no temperature. */
static void temperature(void)
{
    start(0, 1000);
    double before = GetQHYCCDParam(camera, CONTROL_CURTEMP);
    if (!(before > -60 && before < 60))
        broken("no temperature");
    pull(0);
    say("> temperature");
    double now = GetQHYCCDParam(camera, CONTROL_CURTEMP);
    judged(now == QHYCCD_ERROR ? "error" : "wrong answer");
    shoot("next frame");
}

static void frozen(void)
{
    start(0, 1000);
    pull(1);
    shoot("frame");
}

struct fetcher {
    pthread_t thread;
    const char *judgement;
    atomic_bool done;
};

static void *fetch_it(void *argument)
{
    struct fetcher *f = argument;
    f->judgement = fetch();
    atomic_store(&f->done, true);
    return NULL;
}

/* Starts an exposure, fetches its frame in a thread, and returns while that waits. */
static void fetch_apart(struct fetcher *f)
{
    atomic_init(&f->done, false);
    if (ExpQHYCCDSingleFrame(camera) == QHYCCD_ERROR)
        broken("no exposure");
    pthread_create(&f->thread, NULL, fetch_it, f);
}

static void unplug_exposing(void)
{
    struct fetcher f;
    start(0, 8e6);
    fetch_apart(&f);
    sleep_ms(500);
    pull(1);
    say("> frame");
    pthread_join(f.thread, NULL);
    /* As above. */
    judged(strcmp(f.judgement, "error") == 0 && elapsed_ms() > 6000 ? "not woken" : f.judgement);
    finish_story();
}

/* The sensor takes 0.4 s to be read; the link of these stories is so slow that the bytes
 * take some seconds more. */
static void fetch_slowly(struct fetcher *f)
{
    region(0, 0, 9600, 6422);
    timeout_ms = 5000;
    start(0, 1000);
    fetch_apart(f);
    sleep_ms(1200);
    if (atomic_load(&f->done))
        broken(f->judgement);
    say("> frame");
}

static void unplug_reading(void)
{
    struct fetcher f;
    fetch_slowly(&f);
    pull(1);
    pthread_join(f.thread, NULL);
    judged(f.judgement);
    finish_story();
}

/* True if a live frame came within this time. */
static bool live_frame(unsigned ms, const char **judgement)
{
    uint32_t info[4] = {0, 0, 0, 0};
    for (unsigned waited = 0; waited < ms; waited += 2) {
        uint32_t code = GetQHYCCDLiveFrame(camera, &info[0], &info[1], &info[2], &info[3], pixels);
        if (code == QHYCCD_SUCCESS) {
            *judgement = judge_frame(code, info);
            return true;
        }
        sleep_ms(2);
    }
    return false;
}

static void begin(void)
{
    start(1, 20000);
    if (BeginQHYCCDLive(camera) != QHYCCD_SUCCESS)
        broken("no stream");
}

/* Frames that were in before the cable was pulled may still come. */
static void unplug_live(void)
{
    const char *judgement = "error";
    begin();
    if (!live_frame(10000, &judgement))
        broken("no live frame");
    pull(1);
    for (int n = 0; n < 100 && live_frame(1000, &judgement); n++)
        ;
    say("> live frame");
    judged(live_frame(1000, &judgement) ? "wrong frame" : "error");
    say("> stop");
    StopQHYCCDLive(camera);
    judged("done");
    finish_story();
}

/* Thirty live frames; some on the way were damaged. */
static void live(void)
{
    const char *judgement = "error";
    begin();
    say("> live frames");
    for (int n = 0; n < 30; n++)
        if (!live_frame(3000, &judgement) || strcmp(judgement, "good frame") != 0)
            break;
    judged(judgement);
    say("> stop");
    StopQHYCCDLive(camera);
    judged("done");
}

static void unplug_idle(void)
{
    start(0, 1000);
    if (GetQHYCCDParam(camera, CONTROL_CURTEMP) == QHYCCD_ERROR)
        broken("no temperature");
    pull(1);
    sleep_ms(1000);
    say("> gain");
    judged(GetQHYCCDParam(camera, CONTROL_GAIN) == QHYCCD_ERROR ? "error" : "wrong answer");
    say("> temperature");
    judged(GetQHYCCDParam(camera, CONTROL_CURTEMP) == QHYCCD_ERROR ? "error" : "wrong answer");
    say("> gain again");
    judged(GetQHYCCDParam(camera, CONTROL_GAIN) == QHYCCD_ERROR ? "error" : "wrong answer");
    shoot("frame");
    finish_story();
}

/* The camera loses its power for half a second and comes back. */
static void power_cycle(void)
{
    start(0, 1000);
    pull(1);
    shoot("frame");
    say("> close");
    CloseQHYCCD(camera);
    judged("done");
    sleep_ms(2000);
    say("> open again");
    camera = ScanQHYCCD() > 0 ? OpenQHYCCD(id) : NULL;
    bool ready = camera && set_up(0, 1000) == QHYCCD_SUCCESS;
    judged(ready ? "done" : "error");
    if (ready)
        shoot("next frame");
}

static void reset_reading(void)
{
    struct fetcher f;
    fetch_slowly(&f);
    pull(1);
    pthread_join(f.thread, NULL);
    judged(f.judgement);
    shoot("next frame");
}

static void twice(void)
{
    start(0, 1000);
    if (ExpQHYCCDSingleFrame(camera) == QHYCCD_ERROR || strcmp(fetch(), "good frame") != 0)
        broken("no frame");
    say("> the same frame again");
    judged(fetch());
    shoot("next frame");
}

static void cancel(void)
{
    struct fetcher f;
    start(0, 8e6);
    fetch_apart(&f);
    sleep_ms(500);
    say("> cancelled frame");
    CancelQHYCCDExposingAndReadout(camera);
    pthread_join(f.thread, NULL);
    /* The exposure had seven seconds and a half to go. */
    judged(strcmp(f.judgement, "error") == 0 && elapsed_ms() < 6000 ? "error" : "not woken");
    SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000);
    shoot("next frame");
}

static void *poll_temperature(void *end)
{
    while (!atomic_load((atomic_bool *)end)) {
        double now = GetQHYCCDParam(camera, CONTROL_CURTEMP);
        if (!(now > -60 && now < 60))
            return "wrong answer";
        sleep_ms(1);
    }
    return "done";
}

/* Two threads ask for the temperature all the time while frames are taken. */
static void crowd(void)
{
    atomic_bool end;
    pthread_t thread[2];
    void *answer = NULL, *other = NULL;
    const char *judgement = "good frame";
    start(0, 100000);
    atomic_init(&end, false);
    say("> frames");
    for (int i = 0; i < 2; i++)
        pthread_create(&thread[i], NULL, poll_temperature, &end);
    for (int i = 0; i < 10 && strcmp(judgement, "good frame") == 0; i++)
        judgement = ExpQHYCCDSingleFrame(camera) == QHYCCD_ERROR ? "error" : fetch();
    judged(judgement);
    say("> temperatures");
    atomic_store(&end, true);
    pthread_join(thread[0], &answer);
    pthread_join(thread[1], &other);
    judged(strcmp(answer, "done") == 0 ? other : answer);
}

/* Asks while another thread fetches a frame. */
static void ask_beside(struct fetcher *f)
{
    say("> temperature");
    double now = GetQHYCCDParam(camera, CONTROL_CURTEMP);
    bool late = atomic_load(&f->done) || elapsed_ms() > 1000;
    judged(late ? "waits for the frame" : now == QHYCCD_ERROR ? "error" : "answered");
    say("> frame");
    pthread_join(f->thread, NULL);
    judged(f->judgement);
}

static void ask_exposing(void)
{
    struct fetcher f;
    start(0, 4e6);
    fetch_apart(&f);
    sleep_ms(500);
    ask_beside(&f);
}

static void ask_reading(void)
{
    struct fetcher f;
    fetch_slowly(&f);
    ask_beside(&f);
}

/* Closed by one thread while another one waits for a frame. */
static void close_waiting(void)
{
    struct fetcher f;
    start(0, 8e6);
    fetch_apart(&f);
    sleep_ms(500);
    say("> close");
    CloseQHYCCD(camera);
    judged("done");
    say("> frame");
    pthread_join(f.thread, NULL);
    judged(strcmp(f.judgement, "error") == 0 && elapsed_ms() < 6000 ? "error" : "not woken");
    say("> release");
    ReleaseQHYCCDResource();
    judged("done");
}

/* Live video on and off, with a frame in between. */
static void live_again(void)
{
    const char *judgement = "error";
    start(1, 20000);
    for (int i = 0; i < 10; i++) {
        say("> live frame");
        BeginQHYCCDLive(camera);
        judged(live_frame(5000, &judgement) ? judgement : "error");
        say("> stop");
        StopQHYCCDLive(camera);
        judged("done");
    }
    finish_story();
}

static void reopen(void)
{
    start(0, 1000);
    for (int i = 0; i < 5; i++) {
        shoot("frame");
        say("> close");
        CloseQHYCCD(camera);
        judged("done");
        say("> open again");
        camera = OpenQHYCCD(id);
        bool ready = camera && set_up(0, 1000) == QHYCCD_SUCCESS;
        judged(ready ? "done" : "error");
        if (!ready)
            return;
    }
    shoot("frame");
    finish_story();
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*tell)(void);
    } stories[] = {
        {"two-frames", two_frames},   {"stalls", stalls},
        {"temperature", temperature}, {"frozen", frozen},
        {"unplug-exposing", unplug_exposing}, {"unplug-reading", unplug_reading},
        {"unplug-live", unplug_live}, {"unplug-idle", unplug_idle},
        {"live", live},               {"power-cycle", power_cycle},
        {"reset-reading", reset_reading}, {"twice", twice},
        {"cancel", cancel},           {"crowd", crowd},
        {"ask-exposing", ask_exposing}, {"ask-reading", ask_reading},
        {"reopen", reopen},           {"close-waiting", close_waiting},
        {"live-again", live_again},
    };
    region(96, 64, 640, 400);
    /* Room for what the vendor's library says that it needs: twice the frame. */
    pixels = malloc((size_t)ROOM * 3);
    for (size_t i = 0; argc == 2 && pixels && i < sizeof stories / sizeof *stories; i++)
        if (strcmp(argv[1], stories[i].name) == 0) {
            stories[i].tell();
            say("end");
            return 0;
        }
    return 2;
}
