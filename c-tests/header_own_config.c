/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A program whose own config.h has the guard of ours, and which sets the switches itself. */
#define __CONFIG_H__
#define PROGRAM_VERSION "1.0"
#define CALLBACK_MODE_SUPPORT 1

#include "qhyccd.h"

#include "config.h"

#ifndef PROGRAM_VERSION
#error "the program's own configuration is gone"
#endif

static QHYCCDProcCallBack callback;

int main(void)
{
    return SetQHYCCDCallBack(callback, 0) == 0 ? version_month : version_day;
}
