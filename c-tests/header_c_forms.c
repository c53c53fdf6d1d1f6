/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* C's view of the functions whose arguments are C++. */
#include <qhyccd.h>

int main(void)
{
#ifndef __cplusplus
    float out[5];
    struct fpga_info_list *boards = NULL;

    SetQHYCCDLogFunction(NULL);
    if (QHYCCDSolve(1, 0, 0, 0, 0, 0, &out[0], &out[1], &out[2], &out[3], &out[4]) == QHYCCD_SUCCESS)
        return 1;
    return QHYCCD_fpga_list(boards) == 0;
#else
    return 0;
#endif
}
