"""One frame through the compiled module of the package `qhyccd`, as its README shows.

usage: capture.py PACKAGES OUT.raw WIDTH HEIGHT EXPOSURE_US GAIN OFFSET
"""
import sys

packages, out, width, height, exposure_us, gain, offset = sys.argv[1:]
width, height = int(width), int(height)
sys.path.insert(0, packages)

import numpy as np
from qhyccd import Camera, init_sdk, scan_cameras

init_sdk()
cameras = scan_cameras()
assert len(cameras) == 1, cameras
print(cameras[0])

camera = Camera(cameras[0])
assert camera.get_firmware_version()
camera.set_stream_mode(0)
camera.init()
camera.set_bin_mode(1, 1)
camera.set_resolution(0, 0, width, height)
camera.set_exposure(int(exposure_us))
camera.set_gain(float(gain))
camera.set_offset(float(offset))
assert camera.is_control_available(6)
assert camera.get_param(6) == float(gain), camera.get_param(6)

frame = camera.capture_single_frame()
assert frame is not None
assert frame.dtype == np.uint16 and frame.shape == (height, width), (frame.dtype, frame.shape)
frame.tofile(out)
camera.close()
