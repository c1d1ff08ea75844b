"""Writes a model of one MatMul: matrix_model.py ROWS COLUMNS OUT.

Its weight, float32, is a low-rank part with noise on top, as dev.eckart.models.synthetic.LowRankPlusNoise makes them:
32 singular values that stand out, falling as 1/sqrt(k), hold 0.7 of the energy.
"""

import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

rows, columns, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rank, share = 32, 0.7
random = numpy.random.default_rng(0)
shares = 1 / numpy.arange(1, rank + 1, dtype=numpy.float32)
shares *= share / shares.sum()
weight = random.standard_normal((rows, columns), dtype=numpy.float32)
weight *= numpy.sqrt(3 * (1 - share)) * random.random((rows, 1), dtype=numpy.float32)
left = random.standard_normal((rows, rank), dtype=numpy.float32) * numpy.sqrt(shares)
weight += left @ random.standard_normal((rank, columns), dtype=numpy.float32)
weight /= numpy.float32(numpy.sqrt(rows))

graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "weight"], ["y"])],
    "matrix",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", rows])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", columns])],
    [numpy_helper.from_array(weight, "weight")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.save(model, path)
