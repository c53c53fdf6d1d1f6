/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The name under which programs include the switches; nothing in this directory includes it. */
#include "qhyccd_config.h"
