// SPDX-License-Identifier: MIT OR Apache-2.0
// A program that takes the header for plain C and wraps it.
extern "C" {
#include <qhyccd.h>
}

#include <vector>

int main()
{
    std::vector<uint8_t> pixels(16);
    std::function<void(const std::string &)> log = [](const std::string &) {};
    SetQHYCCDLogFunction(log);
    // Keeps its C++ linkage within the wrapper.
    void (*dispatch)() = call_pnp_event;
    return dispatch == nullptr ? 1 : static_cast<int>(GetQHYCCDMemLength(pixels.data()));
}
