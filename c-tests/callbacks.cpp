// What the library tells a program by itself: plug and data functions, the log by a C++
// function and by file, and the words of the last failure. Prints only what is wrong.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <qhyccd.h>
#include <qhyccd_extra.h>

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("FAILED %s line %d: %s (last error: %s)\n", __func__, __LINE__, #condition,     \
                   GetQHYCCDLastError());                                                          \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static std::vector<std::string> came;
static int plugged, delivered, lost;
static uint8_t pixels[64 * 48 * 2];

static void camera_came(char *id)
{
    came.push_back(id);
    id[0] = '#'; // the text is the function's own
    CHECK(ScanQHYCCD() == 2); // no lock is held
}

static void any_plug(void)
{
    plugged++;
}

static void frame_delivered(char *id, uint8_t *data)
{
    CHECK(came.at(0) == id);
    CHECK(data == pixels);
    delivered++;
}

static void frame_lost(void)
{
    lost++;
}

static bool last_error_has(const char *text)
{
    return strstr(GetQHYCCDLastError(), text) != nullptr;
}

static uint32_t frame(qhyccd_handle *camera)
{
    uint32_t w, h, bits, channels;
    return GetQHYCCDSingleFrame(camera, &w, &h, &bits, &channels, pixels);
}

static void plug_and_data_functions()
{
    RegisterPnpEventIn(camera_came);
    RegisterPnpEvent(any_plug);
    RegisterDataEventSingle(frame_delivered);
    RegisterTransferEventError(frame_lost);
    CHECK(InitQHYCCDResource() == 0);
    CHECK(came.size() == 2 && plugged == 2);
    RegisterPnpEventIn(camera_came); // nobody hears of a camera twice
    CHECK(InitQHYCCDResource() == 0 && came.size() == 2);

    qhyccd_handle *camera = OpenQHYCCD(const_cast<char *>(came.at(0).c_str()));
    CHECK(camera != nullptr);
    CHECK(SetQHYCCDStreamMode(camera, 0) == 0 && InitQHYCCD(camera) == 0);
    CHECK(SetQHYCCDResolution(camera, 100, 100, 64, 48) == 0);
    CHECK(SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000) == 0);
    CHECK(ExpQHYCCDSingleFrame(camera) == 0 && frame(camera) == 0);
    CHECK(delivered == 1);
    CHECK(frame(camera) == QHYCCD_ERROR && last_error_has("GetQHYCCDSingleFrame: "));
    CHECK(delivered == 1 && lost == 0); // nothing was ordered, so nothing was lost
    RegisterDataEventSingle(nullptr);
    CHECK(ExpQHYCCDSingleFrame(camera) == 0 && frame(camera) == 0);
    CHECK(delivered == 1);
    CHECK(ReleaseQHYCCDResource() == 0);
    CHECK(GetQHYCCDParam(camera, CONTROL_GAIN) == 4294967295.0 && last_error_has("closed"));
    RegisterPnpEventIn(nullptr);
    RegisterPnpEvent(nullptr);
}

static void log_function()
{
    auto alive = std::make_shared<int>(0);
    std::vector<std::string> lines;
    {
        std::string long_capture(100, 'x');
        SetQHYCCDLogLevel(5);
        SetQHYCCDLogFunction([&lines, alive, long_capture](const std::string &line) {
            if (long_capture.size() == 100)
                lines.push_back(line);
            GetQHYCCDSDKBuildVersion(); // calls may be made, and are not logged
            SetQHYCCDLogFunction(nullptr); // this one changes nothing here
        });
    }
    CHECK(alive.use_count() == 2); // the library has a copy, and one only
    lines.clear();
    CHECK(ScanQHYCCD() == 0);
    CHECK(lines.size() == 2 && lines.at(0).find("TRACE ScanQHYCCD") != std::string::npos);
    char message[] = "a line of the program's own, which is too long for a small string\n";
    OutputQHYCCDDebug(message);
    CHECK(lines.back().find(" INFO a line of the program's own") != std::string::npos);
    CHECK(lines.back().back() == 'g');
    SetQHYCCDLogLevel(0);
    size_t before = lines.size();
    CHECK(ScanQHYCCD() == 0 && lines.size() == before);
    SetQHYCCDLogLevel(5);
    SetQHYCCDLogFunction(nullptr);
    CHECK(alive.use_count() == 1); // and it was destroyed
    before = lines.size();
    CHECK(ScanQHYCCD() == 0 && lines.size() == before);
}

// One thread logs without end while another changes the function: no call reaches one that
// is gone.
static void log_function_with_threads()
{
    std::atomic<bool> end{false};
    std::thread busy([&end] {
        while (!end)
            ScanQHYCCD();
    });
    for (int n = 0; n < 500; n++) {
        auto mark = std::make_unique<std::string>("alive");
        std::string *seen = mark.get();
        SetQHYCCDLogFunction([seen](const std::string &) { CHECK(*seen == "alive"); });
        SetQHYCCDLogFunction(nullptr);
        *mark = "dead";
    }
    end = true;
    busy.join();
}

static void log_file()
{
    char relative[] = "logs";
    SetQHYCCDLogPath(relative);
    CHECK(last_error_has("absolute"));
    EnableQHYCCDLogFile(true); // in the user's state folder
    CHECK(ScanQHYCCD() == 0);
    EnableQHYCCDLogFile(false);
    CHECK(GetQHYCCDSDKBuildVersion() == 25092910);
}

static void last_errors()
{
    CHECK(ScanQHYCCD() == 0 && last_error_has("InitQHYCCDResource"));
    std::thread([] { CHECK(strcmp(GetQHYCCDLastError(), "") == 0); }).join();
    CHECK(last_error_has("ScanQHYCCD: "));
    CHECK(CloseQHYCCD(nullptr) == 0 && InitQHYCCD(nullptr) == QHYCCD_ERROR);
    CHECK(last_error_has("InitQHYCCD: ") && last_error_has("NULL"));

    setenv("QHYCCD_DEVICES", "virtual:QHY601M", 1);
    CHECK(InitQHYCCDResource() == 0 && last_error_has("QHY601M"));
    CHECK(ScanQHYCCD() == 0 && last_error_has("QHY601M"));
    CHECK(OpenQHYCCD(const_cast<char *>(came.at(0).c_str())) == nullptr && last_error_has("QHY601M"));
    CHECK(ReleaseQHYCCDResource() == 0);
}

int main()
{
    char *nothing = GetQHYCCDLastError();
    CHECK(nothing != nullptr && *nothing == 0);
    plug_and_data_functions();
    log_function();
    log_function_with_threads();
    log_file();
    SetQHYCCDLogLevel(4);
    EnableQHYCCDMessage(true);
    ScanQHYCCD();
    EnableQHYCCDMessage(false);
    ScanQHYCCD();
    last_errors();
    return failures != 0;
}
