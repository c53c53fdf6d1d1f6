/* A camera that waits for its firmware. Arguments: how it gets it ("folder", "file",
 * "scan" or "array"), a folder with a good QHY600.img, a folder with a damaged one. */
#include "common.h"

static char path[4096];

static char *in(const char *folder, const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void refused(uint32_t code, const char *why)
{
    CHECK_EQ(code, QHYCCD_ERROR);
    if (strstr(GetQHYCCDLastError(), why) == NULL) {
        printf("FAILED: not `%s` but `%s`\n", why, GetQHYCCDLastError());
        failures++;
    }
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    const char *way = argv[1];
    char *good = argv[2], *damaged = argv[3];

    CHECK_OK(InitQHYCCDResource());
    if (strcmp(way, "scan") && strcmp(way, "array")) {
        CHECK_EQ(ScanQHYCCD(), 0);
        refused(OSXInitQHYCCDFirmware(NULL), "NULL");
        refused(OSXInitQHYCCDFirmware(""), "empty");
        refused(DownloadFX3FirmWare(0x1618, 0xC600, in(damaged, "QHY600.img")), "checksum");
        refused(DownloadFX3FirmWare(0x1618, 0xC601, in(good, "QHY600.img")), "1618:c601");
    }
    if (!strcmp(way, "folder")) {
        refused(OSXInitQHYCCDFirmware(damaged), "QHY600.img: its checksum");
        CHECK_EQ(ScanQHYCCD(), 0);
        CHECK_OK(OSXInitQHYCCDFirmware(good));
        CHECK_OK(OSXInitQHYCCDFirmware(damaged)); /* nobody waits any more */
    } else if (!strcmp(way, "file")) {
        CHECK_OK(DownloadFX3FirmWare(0x1618, 0xC600, in(good, "QHY600.img")));
    } else if (!strcmp(way, "array")) {
        CHECK_OK(OSXInitQHYCCDFirmwareArray());
    }
    CHECK_EQ(ScanQHYCCD(), 1);
    CHECK_OK(OSXInitQHYCCDFirmwareArray());

    char id[32] = "";
    CHECK_OK(GetQHYCCDId(0, id));
    CHECK(strncmp(id, "QHY600M-", 8) == 0);
    qhyccd_handle *camera = OpenQHYCCD(id);
    if (camera == NULL)
        stop("open");
    CHECK_OK(SetQHYCCDStreamMode(camera, 0));
    CHECK_OK(InitQHYCCD(camera));
    CHECK_OK(CloseQHYCCD(camera));
    CHECK_OK(ReleaseQHYCCDResource());
    return finish("firmware");
}
