"""Reads FITS files with astropy and says what it finds, one JSON object a file.

A second opinion on our FITS writer: nothing here shares code with it. Warnings of
astropy count as errors.
"""

import json
import sys
import warnings

import numpy
from astropy.io import fits


def look(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with fits.open(path, memmap=False, ignore_missing_end=False) as hdus:
            hdus.verify("exception")
            assert len(hdus) == 1, f"{len(hdus)} HDUs"
            data = hdus[0].data
            header = hdus[0].header
            return {
                "shape": list(data.shape),
                "dtype": data.dtype.name,
                "min": int(data.min()),
                "max": int(data.max()),
                "mean": float(data.mean(dtype=numpy.float64)),
                "corner": [int(v) for v in data[0, :4]],
                "header": {k: v for k, v in header.items() if k not in ("", "COMMENT")},
            }


for name in sys.argv[1:]:
    print(json.dumps(look(name)))
