/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A program that defines the switch without a value and includes the parts one by one. */
#define CALLBACK_MODE_SUPPORT

#include "qhyccdstruct.h"
#include "qhyccdcamdef.h"
#include "qhyccderr.h"
#include "qhyccd.h"

static QHYDWORD on_message(void *handle, QHYDWORD message, QHYDWORD w, QHYDWORD l)
{
    (void)handle;
    return message == CAMERA_LOSE ? w : l;
}

int main(void)
{
    return SetQHYCCDCallBack(on_message, 0) == 0 ? (int)QHYCCD_SUCCESS : STD_MODEL;
}
