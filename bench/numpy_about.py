"""Prints, as JSON, the versions of numpy and onnx, and the linear algebra library that numpy runs on."""

import ctypes
import json

import numpy
import onnx

numpy.linalg.svd(numpy.ones((2, 2)))
libraries = set()
try:
    with open("/proc/self/maps", encoding="utf-8") as maps:
        libraries = {line.split()[-1] for line in maps if "blas" in line or "blis" in line or "mkl" in line}
except OSError:
    pass
blas = "unknown"
for library in sorted(libraries):
    blas = library
    for symbol in ("openblas_get_config", "openblas_get_config64_", "scipy_openblas_get_config64_"):
        try:
            config = getattr(ctypes.CDLL(library), symbol)
        except (AttributeError, OSError):
            continue
        config.restype = ctypes.c_char_p
        words = config().decode().split()
        blas = f"{words[0]} {words[1]} ({words[-2]})"
        break
    if blas != library:
        break
print(json.dumps({"numpy": numpy.__version__, "onnx": onnx.__version__, "blas": blas}))
