// What the library tells a program by itself: plug and data functions, the log by a C++
// function and by file, and the words of the last failure. Prints only what is wrong.
#include <atomic>
#include <chrono>
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

// What the function for live frames does with the frame that it was waiting for.
enum Deed { COUNT, STOP, FORGET, CLOSE, RELEASE, LINGER };
static std::atomic<int> frames, inside;
static Deed deed;
static qhyccd_handle *streaming;
static uint8_t *last_data;

static void live_frame(char *id, uint8_t *data)
{
    inside++;
    CHECK(strncmp(id, "QHY600", 6) == 0 && data != nullptr);
    last_data = data;
    if (++frames == 3) {
        switch (deed) {
        case COUNT: break;
        case STOP: CHECK(StopQHYCCDLive(streaming) == 0); break;
        case FORGET: RegisterDataEventLive(nullptr); break;
        case CLOSE: CHECK(CloseQHYCCD(streaming) == 0); break;
        case RELEASE: CHECK(ReleaseQHYCCDResource() == 0); break;
        case LINGER: std::this_thread::sleep_for(std::chrono::milliseconds(200)); break;
        }
    }
    inside--;
}

static bool until(const std::atomic<int> &value, int enough)
{
    for (int n = 0; n < 60000 && value < enough; n++)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return value >= enough;
}

static void begin_live(Deed then)
{
    CHECK(InitQHYCCDResource() == 0 && ScanQHYCCD() > 0);
    char id[32];
    CHECK(GetQHYCCDId(0, id) == 0);
    streaming = OpenQHYCCD(id);
    CHECK(streaming != nullptr);
    CHECK(SetQHYCCDStreamMode(streaming, 1) == 0 && InitQHYCCD(streaming) == 0);
    CHECK(SetQHYCCDResolution(streaming, 100, 100, 64, 48) == 0);
    CHECK(SetQHYCCDParam(streaming, CONTROL_EXPOSURE, 5000) == 0);
    frames = 0;
    deed = then;
    RegisterDataEventLive(live_frame);
    CHECK(BeginQHYCCDLive(streaming) == 0);
}

static void live_frames_come_by_themselves()
{
    // Whatever the function does with its own stream: nobody waits for ever, and when the
    // deed is done no more frames come.
    for (Deed then : {COUNT, STOP, FORGET, CLOSE, RELEASE}) {
        begin_live(then);
        CHECK(until(frames, 3));
        while (inside > 0)
            std::this_thread::yield();
        if (then == COUNT) {
            CHECK(until(frames, 10) && StopQHYCCDLive(streaming) == 0);
        }
        int now = frames;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        CHECK(frames == now);
        CHECK(ReleaseQHYCCDResource() == 0);
        RegisterDataEventLive(nullptr);
    }
    // A function that is registered while the stream runs, and one that is replaced.
    begin_live(COUNT);
    CHECK(until(frames, 3));
    RegisterDataEventLive(nullptr);
    frames = 0;
    RegisterDataEventLive(live_frame);
    CHECK(until(frames, 3));
    // Who asks gets the frames, and the function its call.
    uint32_t w, h, bits, channels;
    while (GetQHYCCDLiveFrame(streaming, &w, &h, &bits, &channels, pixels) != 0)
        std::this_thread::yield();
    CHECK(w == 64 && h == 48);
    while (GetQHYCCDLiveFrame(streaming, &w, &h, &bits, &channels, pixels) != 0)
        std::this_thread::yield();
    CHECK(last_data == pixels);
    CHECK(ReleaseQHYCCDResource() == 0);
    RegisterDataEventLive(nullptr);
}

static void forgetting_waits_for_the_call_that_runs()
{
    begin_live(LINGER);
    while (!(frames == 3 && inside == 1))
        std::this_thread::yield();
    RegisterDataEventLive(nullptr);
    CHECK(inside == 0 && frames == 3);
    CHECK(ReleaseQHYCCDResource() == 0);
}

static std::atomic<int> losses, troubles, gone;
static qhyccd_handle *in_trouble;

static void frame_went_under(void)
{
    losses++;
}

static void in_critical_trouble(qhyccd_handle *camera)
{
    in_trouble = camera;
    troubles++;
    CHECK(GetQHYCCDParam(camera, CONTROL_GAIN) == 4294967295.0);
}

static void camera_went(char *)
{
    // Ends what it was told of, and its own thread's reason to be.
    CHECK(CloseQHYCCD(streaming) == 0);
    CHECK(ReleaseQHYCCDResource() == 0);
    gone++;
}

static void losses_are_told()
{
    setenv("QHYCCD_DEVICES", "virtual:QHY600M?speed=1000&faults=losepacket~0.2", 1);
    RegisterTransferEventError(frame_went_under);
    begin_live(COUNT);
    CHECK(until(losses, 2));
    CHECK(ReleaseQHYCCDResource() == 0);
    RegisterTransferEventError(nullptr);

    setenv("QHYCCD_DEVICES", "virtual:QHY600M?speed=1000&faults=unplug@400", 1);
    RegisterCriticalEventError(in_critical_trouble);
    begin_live(COUNT);
    while (GetQHYCCDParam(streaming, CONTROL_GAIN) != 4294967295.0)
        std::this_thread::yield();
    CHECK(troubles == 1 && in_trouble == streaming);
    CHECK(GetQHYCCDParam(streaming, CONTROL_GAIN) == 4294967295.0 && troubles == 1);
    CHECK(ReleaseQHYCCDResource() == 0);

    RegisterPnpEventOut(camera_went);
    begin_live(COUNT);
    CHECK(until(gone, 1) && troubles == 2);
    CHECK(GetQHYCCDParam(streaming, CONTROL_GAIN) == 4294967295.0 && last_error_has("closed"));
    RegisterPnpEventOut(nullptr);
    RegisterCriticalEventError(nullptr);
    RegisterDataEventLive(nullptr);
    CHECK(gone == 1 && troubles == 2 && ReleaseQHYCCDResource() == 0);
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
            // A call from here could wait for a lock that the logging call holds.
            CHECK(GetQHYCCDSDKBuildVersion() == QHYCCD_ERROR);
            CHECK(last_error_has("log function"));
            SetQHYCCDLogFunction(nullptr);
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
    setenv("QHYCCD_DEVICES", "virtual:QHY600M?speed=1000,QHY600C?speed=1000", 1);
    live_frames_come_by_themselves();
    forgetting_waits_for_the_call_that_runs();
    losses_are_told();
    return failures != 0;
}
