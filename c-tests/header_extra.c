/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The functions that only some programs know of. */
#include <qhyccd_extra.h>

int main(void)
{
    return GetQHYCCDSDKBuildVersion() == 0;
}
