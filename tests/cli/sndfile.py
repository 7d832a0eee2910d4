# SPDX-License-Identifier: MIT
"""libsndfile for the tests of the command line: makes files in any format, and reads them as an independent oracle.

Reads a list of jobs as JSON from stdin. {"path", "raw", "format", "subtype", "rate", "channels"} writes a sound file
from raw interleaved 32-bit floats; {"path", "raw"} reads one into such floats and answers with what it is.
"""

import json
import sys

import numpy as np
import soundfile as sf


def read(path, raw):
    info = sf.info(path)
    frames, rate = sf.read(path, dtype="float32", always_2d=True)
    frames.tofile(raw)
    return {"rate": rate, "channels": info.channels, "subtype": info.subtype}


def write(path, raw, format, subtype, rate, channels):
    sf.write(path, np.fromfile(raw, np.float32).reshape(-1, channels), rate, format=format, subtype=subtype)


answers = [write(**job) if "format" in job else read(**job) for job in json.load(sys.stdin)]
json.dump(answers, sys.stdout)
