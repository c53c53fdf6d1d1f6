/* The test scene "xy" of the virtual camera: the value of the pixel in column x and row y
 * of the whole frame, optical black and overscan included. The product makes every shift
 * visible. */
#ifndef OPEN_QHYCCD_SCENE_H
#define OPEN_QHYCCD_SCENE_H

#include <stdint.h>

static inline uint16_t scene_xy(uint32_t x, uint32_t y)
{
    return (uint16_t)(7 * x + 13 * y + x * y);
}

#endif
