/* Calls every function of the interface with what a confused program may pass: no handle,
 * a closed one, one that never was a handle; no memory for the answer; numbers out of all
 * range. Prints what each answers. A refusal must leave the caller's memory alone, and at
 * the end the camera must work as if nothing had been.
 *
 * calls.h is written from include/qhyccd.abi.tsv when the tests run: a list
 *     CALL(type, symbol, (parameter types), (arguments)) */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>

#include "common.h"
#include "scene.h"

enum way { NO_HANDLE, CLOSED_HANDLE, FOREIGN_HANDLE, NO_MEMORY, OUT_OF_RANGE, WAYS };
static enum way way;
static bool takes_handle; /* set by the call itself */

/* Memory for pointer arguments: text that is long, but ends, so that it may be read too. */
#define MEMORY_BYTES 65536
#define MEMORIES 12
static uint8_t memory[MEMORIES][MEMORY_BYTES], untouched[MEMORY_BYTES];
static int memories_used;

static char id[32];
static qhyccd_handle *closed_handle, *open_handle;
static char not_a_handle[64];

static void *the_handle(void)
{
    takes_handle = true;
    switch (way) {
    case NO_HANDLE: return NULL;
    case CLOSED_HANDLE: return closed_handle;
    case FOREIGN_HANDLE: return not_a_handle;
    default: return open_handle;
    }
}

static void *pointer(void)
{
    return way == NO_MEMORY ? NULL : memory[memories_used++];
}

static uint64_t number(void)
{
    return way == OUT_OF_RANGE ? UINT64_MAX : 0;
}

static double real(void)
{
    return way == OUT_OF_RANGE ? NAN : 0;
}

/* An answer as text, and whether it is a refusal. */
struct answer {
    char text[16];
    bool refused;
};

static struct answer from_number(double value)
{
    struct answer a = {"", value == QHYCCD_ERROR || value == -1};
    if (a.refused)
        strcpy(a.text, "error");
    else
        snprintf(a.text, sizeof a.text, "%g", value);
    return a;
}

static struct answer from_text(const void *value)
{
    struct answer a = {"", value == NULL};
    strcpy(a.text, value == NULL ? "NULL" : "text");
    return a;
}

static struct answer from_nothing(void)
{
    struct answer a = {"-", false};
    return a;
}

static void *find(const char *symbol)
{
    void *function = dlsym(RTLD_DEFAULT, symbol);
    if (function == NULL) {
        printf("FAILED: no symbol %s\n", symbol);
        exit(1);
    }
    return function;
}

#define CODE(call) from_number(call)
#define TEXT(call) from_text(call)
#define NOTHING(call) ((call), from_nothing())

#define CALL(n, kind, type, symbol, parameters, arguments)                                         \
    static struct answer call_##n(void)                                                            \
    {                                                                                              \
        type(*function) parameters;                                                                \
        *(void **)&function = find(#symbol);                                                       \
        return kind(function arguments);                                                           \
    }
#include "calls.h"
#undef CALL

static const struct {
    const char *name;
    struct answer (*call)(void);
} CALLS[] = {
#define CALL(n, kind, type, symbol, parameters, arguments) {#symbol, call_##n},
#include "calls.h"
#undef CALL
};

static void prepare(void)
{
    if (way >= NO_MEMORY) { /* whatever the call before did to the library or the camera */
        CHECK_OK(InitQHYCCDResource());
        open_handle = OpenQHYCCD(id);
        CHECK_OK(StopQHYCCDLive(open_handle));
        CHECK_OK(CancelQHYCCDExposingAndReadout(open_handle));
        CHECK_OK(SetQHYCCDStreamMode(open_handle, 0));
        CHECK_OK(InitQHYCCD(open_handle));
    }
    for (int i = 0; i < memories_used; i++)
        memcpy(memory[i], untouched, MEMORY_BYTES);
    memories_used = 0;
    takes_handle = false;
}

static void one_function(size_t i)
{
    struct answer answers[WAYS];
    for (way = NO_HANDLE; way < WAYS; way++) {
        prepare();
        answers[way] = CALLS[i].call();
        bool hands_off = answers[way].refused || (takes_handle && way < NO_MEMORY);
        for (int m = 0; m < memories_used && hands_off; m++)
            if (memcmp(memory[m], untouched, MEMORY_BYTES) != 0) {
                printf("FAILED: %s wrote to argument memory %d in way %d\n", CALLS[i].name, m, way);
                failures++;
            }
    }
    if (takes_handle)
        printf("%-40s %-9s %-9s %-9s", CALLS[i].name, answers[NO_HANDLE].text,
               answers[CLOSED_HANDLE].text, answers[FOREIGN_HANDLE].text);
    else
        printf("%-40s %-29s", CALLS[i].name, "");
    printf(" %-9s %s\n", answers[NO_MEMORY].text, answers[OUT_OF_RANGE].text);
}

int main(void)
{
    memset(untouched, 'x', MEMORY_BYTES - 1);
    memories_used = MEMORIES;
    qhyccd_handle *camera = ready_camera(0);
    CHECK_OK(GetQHYCCDId(0, id));
    closed_handle = camera;
    CHECK_OK(CloseQHYCCD(camera));
    open_handle = OpenQHYCCD(id); /* may live where the closed one lived */
    CHECK(open_handle != NULL && open_handle != closed_handle);

    printf("%-40s %-9s %-9s %-9s %-9s %s\n", "handle:", "NULL", "closed", "foreign", "good", "good");
    printf("%-40s %-9s %-9s %-9s %-9s %s\n", "memory and numbers:", "", "", "", "NULL", "range");
    for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++)
        one_function(i);

    camera = ready_camera(0);
    uint8_t pixels[32 * 16 * 2];
    struct frame f = {0, 0, 0, 0};
    CHECK_OK(SetQHYCCDBitsMode(camera, 16));
    CHECK_OK(SetQHYCCDBinMode(camera, 1, 1));
    CHECK_OK(SetQHYCCDResolution(camera, 640, 480, 32, 16));
    CHECK_OK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000));
    CHECK_OK(take(camera, &f, pixels));
    CHECK_EQ(f.w, 32);
    CHECK_EQ(f.h, 16);
    CHECK_EQ(sample(pixels, f, 3, 4), scene_xy(643, 484));
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("nulls");
}
