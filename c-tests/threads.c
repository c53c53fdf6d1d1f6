/* Calls from several threads. Exposures here last an hour: a call that wrongly waited for
 * one would keep this program from ending, so nothing needs to be timed.
 *   threads exposure   calls go through while another thread waits for a frame
 *   threads readout    the same while a frame is transferred (wants a slow camera)
 *   threads cameras    two cameras do not wait for each other (wants two cameras) */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "common.h"
#include "scene.h"

#define HOUR_US 3600e6

struct reader {
    qhyccd_handle *camera;
    uint8_t *pixels;
    struct frame frame;
    uint32_t code;
    atomic_bool asked, done;
    pthread_t thread;
};

static void *read_one(void *argument)
{
    struct reader *r = argument;
    atomic_store(&r->asked, true);
    r->code = GetQHYCCDSingleFrame(r->camera, &r->frame.w, &r->frame.h, &r->frame.bpp,
                                   &r->frame.channels, r->pixels);
    atomic_store(&r->done, true);
    return NULL;
}

static struct reader *start_reader(qhyccd_handle *camera)
{
    struct reader *r = calloc(1, sizeof *r);
    r->camera = camera;
    r->pixels = malloc(GetQHYCCDMemLength(camera));
    pthread_create(&r->thread, NULL, read_one, r);
    while (!atomic_load(&r->asked))
        usleep(1000);
    usleep(50000); /* let it come to its waiting place; nothing depends on it */
    return r;
}

static uint32_t end_reader(struct reader *r)
{
    pthread_join(r->thread, NULL);
    uint32_t code = r->code;
    free(r->pixels);
    free(r);
    return code;
}

/* What programs ask while a frame is under way. */
static void ask_everything(qhyccd_handle *camera)
{
    double humidity, low, high, step;
    uint32_t a, b, c, d;
    for (int i = 0; i < 20; i++) {
        double temp_c = GetQHYCCDParam(camera, CONTROL_CURTEMP);
        double pwm = GetQHYCCDParam(camera, CONTROL_CURPWM);
        CHECK(temp_c > -100 && temp_c < 100);
        CHECK(pwm >= 0 && pwm <= 255);
        CHECK_OK(SetQHYCCDParam(camera, CONTROL_COOLER, -5.0));
        CHECK_OK(ControlQHYCCDTemp(camera, -10.0));
        CHECK(GetQHYCCDReadingProgress(camera) >= 0);
        CHECK(GetQHYCCDReadingProgress(camera) <= 100);
        CHECK_EQ(IsQHYCCDControlAvailable(camera, CONTROL_COOLER), 0);
        CHECK_OK(GetQHYCCDParamMinMaxStep(camera, CONTROL_GAIN, &low, &high, &step));
        CHECK_OK(GetQHYCCDEffectiveArea(camera, &a, &b, &c, &d));
        GetQHYCCDHumidity(camera, &humidity); /* with or without the parts, but at once */
        ScanQHYCCD();
    }
}

/* The wheel answers over a slow serial line: not at once, but it must not wait for a frame. */
static void ask_wheel(qhyccd_handle *camera)
{
    char position;
    CHECK_OK(GetQHYCCDCFWStatus(camera, &position));
    CHECK_OK(IsQHYCCDCFWPlugged(camera));
}

static void small_region(qhyccd_handle *camera)
{
    CHECK_OK(SetQHYCCDResolution(camera, 1000, 1000, 64, 32));
}

/* The camera is good for a frame with the right pixels, whatever happened before. */
static void good_frame(qhyccd_handle *camera)
{
    uint8_t pixels[64 * 32 * 2];
    struct frame f;
    small_region(camera);
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000));
    CHECK_OK(take(camera, &f, pixels));
    CHECK_EQ(f.w, 64);
    CHECK_EQ(f.h, 32);
    CHECK_EQ(sample(pixels, f, 5, 7), scene_xy(1005, 1007));
}

static void exposure(void)
{
    qhyccd_handle *camera = ready_camera(0);
    small_region(camera);
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, HOUR_US));

    for (int way = 0; way < 2; way++) {
        CHECK_OK(ExpQHYCCDSingleFrame(camera));
        struct reader *r = start_reader(camera);
        ask_everything(camera);
        ask_wheel(camera);
        CHECK(GetQHYCCDExposureRemaining(camera) > 50);
        CHECK(!atomic_load(&r->done));
        CHECK_OK(way ? CancelQHYCCDExposing(camera) : CancelQHYCCDExposingAndReadout(camera));
        CHECK_EQ(end_reader(r), QHYCCD_ERROR);
        CHECK_EQ(GetQHYCCDExposureRemaining(camera), 0);
    }
    printf("calls went through, cancel woke the reader\n");
    good_frame(camera);

    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, HOUR_US));
    CHECK_OK(ExpQHYCCDSingleFrame(camera));
    struct reader *r = start_reader(camera);
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_EQ(end_reader(r), QHYCCD_ERROR);
    printf("close woke the reader\n");

    camera = ready_camera(0);
    good_frame(camera);
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, HOUR_US));
    CHECK_OK(ExpQHYCCDSingleFrame(camera));
    r = start_reader(camera);
    CHECK_OK(ReleaseQHYCCDResource());
    CHECK_EQ(end_reader(r), QHYCCD_ERROR);
    printf("release woke the reader\n");
}

static void readout(void)
{
    qhyccd_handle *camera = ready_camera(0);
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000));
    CHECK_OK(ExpQHYCCDSingleFrame(camera));
    struct reader *r = start_reader(camera);
    double progress = 0;
    while (progress <= 0 && !atomic_load(&r->done)) {
        usleep(1000);
        progress = GetQHYCCDReadingProgress(camera);
    }
    ask_everything(camera);
    CHECK(progress < 100);
    CHECK(!atomic_load(&r->done)); /* so all that was asked in the middle of the transfer */
    while (!atomic_load(&r->done)) {
        double now = GetQHYCCDReadingProgress(camera);
        CHECK(now >= progress || now == 0); /* it is 0 again when the frame is there */
        progress = now > progress ? now : progress;
        usleep(1000);
    }
    CHECK_EQ(end_reader(r), QHYCCD_SUCCESS);
    printf("calls went through during a transfer\n");

    CHECK_OK(ExpQHYCCDSingleFrame(camera));
    r = start_reader(camera);
    while (GetQHYCCDReadingProgress(camera) <= 0 && !atomic_load(&r->done))
        usleep(1000);
    CHECK_OK(CancelQHYCCDExposingAndReadout(camera));
    CHECK_EQ(end_reader(r), QHYCCD_ERROR);
    printf("cancel ended a transfer\n");
    good_frame(camera);
    CHECK_OK(ReleaseQHYCCDResource());
}

static void *many_frames(void *camera)
{
    for (int i = 0; i < 5; i++)
        good_frame(camera);
    return NULL;
}

static void cameras(void)
{
    qhyccd_handle *one = ready_camera(0), *two = ready_camera(1);
    CHECK(one != two);
    small_region(one);
    CHECK_OK(SetQHYCCDParam(one, CONTROL_EXPOSURE, HOUR_US));
    CHECK_OK(ExpQHYCCDSingleFrame(one));
    struct reader *r = start_reader(one);
    for (int i = 0; i < 3; i++)
        good_frame(two);
    ask_everything(one);
    ask_everything(two);
    CHECK_OK(CloseQHYCCD(two));
    CHECK(!atomic_load(&r->done));
    CHECK_OK(CancelQHYCCDExposingAndReadout(one));
    CHECK_EQ(end_reader(r), QHYCCD_ERROR);
    printf("one camera took frames while the other exposed\n");

    two = ready_camera(1);
    pthread_t first, second;
    pthread_create(&first, NULL, many_frames, one);
    pthread_create(&second, NULL, many_frames, two);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    printf("both took frames at once\n");
    CHECK_OK(ReleaseQHYCCDResource());
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "exposure";
    if (strcmp(what, "exposure") == 0)
        exposure();
    else if (strcmp(what, "readout") == 0)
        readout();
    else if (strcmp(what, "cameras") == 0)
        cameras();
    else
        CHECK(!"known argument");
    return finish("threads");
}
