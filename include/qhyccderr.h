/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Return codes.
 *
 * Most functions answer QHYCCD_SUCCESS or QHYCCD_ERROR. The functions that return a
 * double answer QHYCCD_ERROR as 4294967295.0. GetQHYCCDLastError has the reason in words.
 */
#ifndef __QHYCCDERR_H__
#define __QHYCCDERR_H__

/* Done; and not done, with nothing changed. */
#define QHYCCD_SUCCESS           0
#define QHYCCD_ERROR             0xFFFFFFFF

/* Special errors. */
#define QHYCCD_ERROR_IMAGESHIFT  (-2)
#define QHYCCD_ERROR_DEVICELOSE  (-3)

/* Answers about a camera. */
#define QHYCCD_NOTCOOL           1
#define QHYCCD_COOL              2
#define QHYCCD_MONO              3
#define QHYCCD_COLOR             4

/* Kinds of connection. */
#define QHYCCD_USBASYNC          5
#define QHYCCD_USBSYNC           6
#define QHYCCD_QGIGAE            7
#define QHYCCD_WINPCAP           8
#define QHYCCD_PCIE              9

/* Answers of ExpQHYCCDSingleFrame in other generations: read later, read at once. */
#define QHYCCD_DELAY_200MS       0x2000
#define QHYCCD_READ_DIRECTLY     0x2001

#endif
