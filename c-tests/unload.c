/* Loads and unloads the library a hundred times, with a camera used in between, and looks
 * for threads and descriptors left behind. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#include "process.h"

/* dlsym's answer is an object pointer; this is the conversion that POSIX prescribes. */
static void find(void *library, const char *name, void *function)
{
    *(void **)function = dlsym(library, name);
}

static int use(void *library)
{
    uint32_t (*init_resource)(void), (*release_resource)(void), (*scan)(void);
    uint32_t (*get_id)(uint32_t, char *), (*init)(void *), (*stream_mode)(void *, uint8_t);
    void *(*open)(char *);
    char id[32];
    find(library, "InitQHYCCDResource", &init_resource);
    find(library, "ReleaseQHYCCDResource", &release_resource);
    find(library, "ScanQHYCCD", &scan);
    find(library, "GetQHYCCDId", &get_id);
    find(library, "OpenQHYCCD", &open);
    find(library, "SetQHYCCDStreamMode", &stream_mode);
    find(library, "InitQHYCCD", &init);
    if (!init_resource || !release_resource || !scan || !get_id || !open || !stream_mode || !init)
        return 1;
    if (init_resource() != 0 || scan() == 0 || get_id(0, id) != 0)
        return 1;
    void *camera = open(id);
    if (camera == NULL || stream_mode(camera, 0) != 0 || init(camera) != 0)
        return 1;
    return release_resource() != 0;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "libqhyccd.so.20";
    int threads = live_threads(), files = open_files();
    for (int i = 0; i < 100; i++) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) {
            printf("FAILED: %s\n", dlerror());
            return 1;
        }
        if (use(library) != 0) {
            printf("FAILED: no camera in round %d\n", i);
            return 1;
        }
        if (dlclose(library) != 0 || live_threads() != threads || open_files() != files) {
            printf("FAILED: something was left behind in round %d\n", i);
            return 1;
        }
    }
    printf("unload: passed\n");
    return 0;
}
