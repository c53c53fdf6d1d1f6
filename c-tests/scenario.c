/* Runs a script of API calls against whatever libqhyccd the loader finds, and prints
 * one line for each: name, arguments, return code, outputs. The same program runs on the
 * vendor's library and on ours; equal stdout and an equal record of requests is the test
 * (tests/oracle.rs).
 *
 * Usage: scenario SCRIPT
 *
 * One call a line, `#` comments. `on N` chooses the camera that the following calls
 * mean (0 at first). `mark TEXT` writes a line into the file named by QHYCCD_TRACE, so
 * that requests can be told apart by the call that caused them.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pthread.h>

#include "qhyccd.h"

enum { CAMERAS = 4, WORDS = 12 };

static qhyccd_handle *cameras[CAMERAS];
static char ids[CAMERAS][64];
static int current;
static uint8_t *frame;
static size_t frame_room;

static uint64_t fnv(const uint8_t *bytes, size_t count)
{
    uint64_t hash = 1469598103934665603u;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ bytes[i]) * 1099511628211u;
    }
    return hash;
}

static void mark(const char *text)
{
    const char *path = getenv("QHYCCD_TRACE");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (file) {
        fprintf(file, "{\"ev\":\"mark\",\"text\":\"%s\"}\n", text);
        fclose(file);
    }
}

static void sleep_ms(double ms)
{
    struct timespec wait = {(time_t)(ms / 1000), (long)((ms - 1000 * (time_t)(ms / 1000)) * 1e6)};
    nanosleep(&wait, NULL);
}

/* -1 for QHYCCD_ERROR, so that lines stay short. */
static long code(uint32_t ret)
{
    return ret == QHYCCD_ERROR ? -1 : (long)ret;
}

static double number(uint32_t words, char **word, uint32_t at)
{
    return at < words ? strtod(word[at], NULL) : 0;
}

static void *cancel_later(void *delay_ms)
{
    sleep_ms(*(double *)delay_ms);
    CancelQHYCCDExposingAndReadout(cameras[current]);
    return NULL;
}

static void print_frame(const char *name, uint32_t ret, const uint32_t *info)
{
    printf("%s %ld", name, code(ret));
    if (ret == QHYCCD_SUCCESS) {
        size_t bytes = (size_t)info[0] * info[1] * info[3] * (info[2] / 8);
        printf(" %ux%u %u bit %u channels hash %016" PRIx64, info[0], info[1], info[2], info[3],
               fnv(frame, bytes));
        const char *save = getenv("SCENARIO_SAVE");
        FILE *file = save ? fopen(save, "wb") : NULL;
        if (file) {
            fwrite(frame, 1, bytes, file);
            fclose(file);
        }
    }
    printf("\n");
}

static void single(const char *name)
{
    uint32_t info[4] = {0, 0, 0, 0};
    uint32_t ret =
        GetQHYCCDSingleFrame(cameras[current], &info[0], &info[1], &info[2], &info[3], frame);
    print_frame(name, ret, info);
}

/* Waits for live frames until `wanted` came or `limit_ms` passed; prints the last. */
static void live(uint32_t wanted, double limit_ms)
{
    uint32_t info[4] = {0, 0, 0, 0};
    uint32_t ret = QHYCCD_ERROR;
    uint32_t got = 0;
    for (double waited = 0; got < wanted && waited < limit_ms; waited += 2) {
        uint32_t now[4] = {0, 0, 0, 0};
        uint32_t answer =
            GetQHYCCDLiveFrame(cameras[current], &now[0], &now[1], &now[2], &now[3], frame);
        if (answer == QHYCCD_SUCCESS) {
            ret = answer;
            memcpy(info, now, sizeof info);
            got++;
        } else {
            sleep_ms(2);
        }
    }
    printf("live frames %u of %u\n", got, wanted);
    print_frame("live", ret, info);
}

static void area(const char *name, uint32_t ret, const uint32_t *rect)
{
    printf("%s %ld %u,%u %ux%u\n", name, code(ret), rect[0], rect[1], rect[2], rect[3]);
}

static void run(uint32_t words, char **word)
{
    qhyccd_handle *camera = cameras[current];
    const char *name = word[0];
    double a = number(words, word, 1), b = number(words, word, 2);
    double c = number(words, word, 3), d = number(words, word, 4);

    if (!strcmp(name, "resource")) {
        printf("resource %ld\n", code(InitQHYCCDResource()));
    } else if (!strcmp(name, "release")) {
        printf("release %ld\n", code(ReleaseQHYCCDResource()));
    } else if (!strcmp(name, "scan")) {
        uint32_t count = ScanQHYCCD();
        printf("scan %u\n", count);
        for (uint32_t i = 0; i < count && i < CAMERAS; i++) {
            uint32_t ret = GetQHYCCDId(i, ids[i]);
            printf("id %u %ld %s\n", i, code(ret), ids[i]);
        }
    } else if (!strcmp(name, "on")) {
        current = (int)a % CAMERAS;
    } else if (!strcmp(name, "open")) {
        cameras[current] = OpenQHYCCD(ids[current]);
        printf("open %s\n", cameras[current] ? "yes" : "no");
    } else if (!strcmp(name, "close")) {
        printf("close %ld\n", code(CloseQHYCCD(camera)));
    } else if (!strcmp(name, "stream")) {
        printf("stream %g %ld\n", a, code(SetQHYCCDStreamMode(camera, (uint8_t)a)));
    } else if (!strcmp(name, "readmode")) {
        printf("readmode %g %ld\n", a, code(SetQHYCCDReadMode(camera, (uint32_t)a)));
    } else if (!strcmp(name, "init")) {
        printf("init %ld\n", code(InitQHYCCD(camera)));
    } else if (!strcmp(name, "set")) {
        printf("set %g %.10g %ld\n", a, b, code(SetQHYCCDParam(camera, (CONTROL_ID)(int)a, b)));
    } else if (!strcmp(name, "get")) {
        printf("get %g %.10g\n", a, GetQHYCCDParam(camera, (CONTROL_ID)(int)a));
    } else if (!strcmp(name, "available")) {
        printf("available %g %ld\n", a, code(IsQHYCCDControlAvailable(camera, (CONTROL_ID)(int)a)));
    } else if (!strcmp(name, "range")) {
        double range[3] = {-7, -7, -7};
        uint32_t ret = GetQHYCCDParamMinMaxStep(camera, (CONTROL_ID)(int)a, &range[0], &range[1],
                                                &range[2]);
        printf("range %g %ld %.10g %.10g %.10g\n", a, code(ret), range[0], range[1], range[2]);
    } else if (!strcmp(name, "roi")) {
        printf("roi %g,%g %gx%g %ld\n", a, b, c, d,
               code(SetQHYCCDResolution(camera, (uint32_t)a, (uint32_t)b, (uint32_t)c,
                                        (uint32_t)d)));
    } else if (!strcmp(name, "bin")) {
        printf("bin %g %g %ld\n", a, b, code(SetQHYCCDBinMode(camera, (uint32_t)a, (uint32_t)b)));
    } else if (!strcmp(name, "bits")) {
        printf("bits %g %ld\n", a, code(SetQHYCCDBitsMode(camera, (uint32_t)a)));
    } else if (!strcmp(name, "debayer")) {
        printf("debayer %g %ld\n", a, code(SetQHYCCDDebayerOnOff(camera, a != 0)));
    } else if (!strcmp(name, "timeout")) {
        printf("timeout %g %ld\n", a, code(SetQHYCCDSingleFrameTimeOut(camera, (uint32_t)a)));
    } else if (!strcmp(name, "exp")) {
        printf("exp %ld\n", code(ExpQHYCCDSingleFrame(camera)));
        /* The vendor's library sends a part of it from a thread, a moment later. */
        sleep_ms(100);
    } else if (!strcmp(name, "single")) {
        single("single");
    } else if (!strcmp(name, "shot")) {
        /* An exposure and its frame, without a line in between. */
        uint32_t ret = ExpQHYCCDSingleFrame(camera);
        if (ret == QHYCCD_SUCCESS) {
            single("shot");
        } else {
            printf("shot: exp %ld\n", code(ret));
        }
    } else if (!strcmp(name, "cancel")) {
        printf("cancel %ld\n", code(CancelQHYCCDExposingAndReadout(camera)));
    } else if (!strcmp(name, "cancel1")) {
        printf("cancel1 %ld\n", code(CancelQHYCCDExposing(camera)));
    } else if (!strcmp(name, "cancel-in")) {
        /* Reads a frame while another thread cancels after `a` milliseconds. */
        pthread_t thread;
        pthread_create(&thread, NULL, cancel_later, &a);
        single("cancel-in");
        pthread_join(thread, NULL);
    } else if (!strcmp(name, "begin")) {
        printf("begin %ld\n", code(BeginQHYCCDLive(camera)));
    } else if (!strcmp(name, "live")) {
        live((uint32_t)a, b > 0 ? b : 20000);
    } else if (!strcmp(name, "stop")) {
        printf("stop %ld\n", code(StopQHYCCDLive(camera)));
    } else if (!strcmp(name, "echo")) {
        printf("echo %s\n", words > 1 ? word[1] : "");
    } else if (!strcmp(name, "sleep")) {
        sleep_ms(a);
    } else if (!strcmp(name, "mark")) {
        mark(words > 1 ? word[1] : "");
    } else if (!strcmp(name, "chip")) {
        double mm[2] = {0, 0}, um[2] = {0, 0};
        uint32_t size[2] = {0, 0}, bits = 0;
        uint32_t ret = GetQHYCCDChipInfo(camera, &mm[0], &mm[1], &size[0], &size[1], &um[0], &um[1],
                                         &bits);
        printf("chip %ld %.5f x %.5f mm %u x %u %.2f um %u bit\n", code(ret), mm[0], mm[1], size[0],
               size[1], um[0], bits);
    } else if (!strcmp(name, "effective")) {
        uint32_t r[4] = {0, 0, 0, 0};
        uint32_t ret = GetQHYCCDEffectiveArea(camera, &r[0], &r[1], &r[2], &r[3]);
        area(name, ret, r);
    } else if (!strcmp(name, "overscan")) {
        uint32_t r[4] = {0, 0, 0, 0};
        uint32_t ret = GetQHYCCDOverScanArea(camera, &r[0], &r[1], &r[2], &r[3]);
        area(name, ret, r);
    } else if (!strcmp(name, "currentroi")) {
        uint32_t r[4] = {0, 0, 0, 0};
        uint32_t ret = GetQHYCCDCurrentROI(camera, &r[0], &r[1], &r[2], &r[3]);
        area(name, ret, r);
    } else if (!strcmp(name, "memlength")) {
        printf("memlength %u\n", GetQHYCCDMemLength(camera));
    } else if (!strcmp(name, "readmodes")) {
        uint32_t count = 0;
        uint32_t ret = GetQHYCCDNumberOfReadModes(camera, &count);
        printf("readmodes %ld %u\n", code(ret), count);
        for (uint32_t i = 0; i < count; i++) {
            char text[256] = "";
            uint32_t size[2] = {0, 0};
            ret = GetQHYCCDReadModeName(camera, i, text);
            uint32_t other = GetQHYCCDReadModeResolution(camera, i, &size[0], &size[1]);
            printf("readmode %u %ld %s %ld %ux%u\n", i, code(ret), text, code(other), size[0],
                   size[1]);
        }
    } else if (!strcmp(name, "firmware")) {
        uint8_t bytes[32] = {0};
        uint32_t ret = GetQHYCCDFWVersion(camera, bytes);
        printf("firmware %ld %u %u\n", code(ret), bytes[0], bytes[1]);
    } else if (!strcmp(name, "load")) {
        printf("load %ld\n", code(OSXInitQHYCCDFirmware(words > 1 ? word[1] : NULL)));
        /* The vendor's library meets the camera that comes back on a thread of its own. */
        sleep_ms(b);
    } else if (!strcmp(name, "fpga")) {
        uint8_t bytes[8] = {0};
        uint32_t ret = GetQHYCCDFPGAVersion(camera, 0, bytes);
        printf("fpga %ld %u %u %u %u\n", code(ret), bytes[0], bytes[1], bytes[2], bytes[3]);
    } else if (!strcmp(name, "temp")) {
        printf("temp %g %ld\n", a, code(ControlQHYCCDTemp(camera, a)));
    } else if (!strcmp(name, "humidity")) {
        double value = -7;
        uint32_t ret = GetQHYCCDHumidity(camera, &value);
        printf("humidity %ld %g\n", code(ret), value);
    } else if (!strcmp(name, "plugged")) {
        printf("plugged %ld\n", code(IsQHYCCDCFWPlugged(camera)));
    } else if (!strcmp(name, "wheel")) {
        char order = words > 1 ? word[1][0] : '0';
        printf("wheel %c %ld\n", order, code(SendOrder2QHYCCDCFW(camera, &order, 1)));
    } else if (!strcmp(name, "wheelstatus")) {
        char status[64] = {0};
        uint32_t ret = GetQHYCCDCFWStatus(camera, status);
        printf("wheelstatus %ld %c\n", code(ret), status[0]);
    } else if (!strcmp(name, "timing")) {
        uint32_t t[6] = {0};
        uint8_t is_long = 7;
        uint32_t ret = GetQHYCCDPreciseExposureInfo(camera, &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &is_long);
        printf("timing %ld %u %u %u %u %u %u %u\n", code(ret), t[0], t[1], t[2], t[3], t[4], t[5], is_long);
    } else if (!strcmp(name, "rowend")) {
        double us = -7;
        uint32_t ret = GetQHYCCDRollingShutterEndOffset(camera, (uint32_t)a, &us);
        printf("rowend %g %ld %.6f\n", a, code(ret), us);
    } else if (!strcmp(name, "remaining")) {
        printf("remaining %u\n", GetQHYCCDExposureRemaining(camera));
    } else if (!strcmp(name, "remaining-is-zero")) {
        printf("remaining-is-zero %s\n", GetQHYCCDExposureRemaining(camera) == 0 ? "yes" : "no");
    } else {
        printf("unknown line: %s\n", name);
        exit(2);
    }
    fflush(stdout);
}

int main(int argc, char **argv)
{
    FILE *script = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!script) {
        fprintf(stderr, "usage: scenario SCRIPT\n");
        return 2;
    }
    /* A library that hangs shall not hold up the others. */
    const char *seconds = getenv("SCENARIO_SECONDS");
    alarm(seconds ? (unsigned)atoi(seconds) : 0);
    /* Room for the largest frame, three colours at 16 bit, and what the vendor's library
     * says it needs. */
    frame_room = (size_t)19776 * 13120 * 2 * 3;
    frame = malloc(frame_room);
    char line[512];
    while (frame && fgets(line, sizeof line, script)) {
        char *word[WORDS];
        uint32_t words = 0;
        line[strcspn(line, "#\n")] = 0;
        for (char *w = strtok(line, " \t"); w && words < WORDS; w = strtok(NULL, " \t")) {
            word[words++] = w;
        }
        if (words) {
            run(words, word);
        }
    }
    fclose(script);
    free(frame);
    return 0;
}
