/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Generation of the interface, and the switches that programs look at.
 *
 * The version is that of the interface this library follows, not of the library.
 */

/* The guard that programs know. Their own config.h may have the same one, so the rest of
 * this file does not depend on it. */
#ifndef __CONFIG_H__
#define __CONFIG_H__
#endif

#ifndef QHYCCD_CONFIG_H
#define QHYCCD_CONFIG_H

/* Answer of GetQHYCCDSDKVersion. */
#define version_year     25
#define version_month    9
#define version_day      29
#define version_subday   10
#define SDK_SVN_REVISION 15848

/* Programs may set it themselves, with or without a value; the callback is always there. */
#ifndef CALLBACK_MODE_SUPPORT
#define CALLBACK_MODE_SUPPORT 1
#endif

/* Ways to reach a camera that the interface knows of. */
#define IMAGEQUEUE_ORIG_MODE 1
#define WINPCAP_MODE_SUPPORT 0
#define PCIE_MODE_SUPPORT    1
#ifdef _WIN32
#define WINDOWS_PTHREAD_SUPPORT 1
#define CYUSB_MODE_SUPPORT      1
#define WINUSB_MODE_SUPPORT     1
#define LIBUSB_MODE_SUPPORT     0
#define PCIE_MODE_TEST          1
#else
#define WINDOWS_PTHREAD_SUPPORT 0
#define CYUSB_MODE_SUPPORT      0
#define WINUSB_MODE_SUPPORT     0
#define LIBUSB_MODE_SUPPORT     1
#endif

/* 1: the declarations that only C++ can read are there too. */
#ifndef __CPP_MODE__
#ifdef __cplusplus
#define __CPP_MODE__ 1
#else
#define __CPP_MODE__ 0
#endif
#endif

#endif
