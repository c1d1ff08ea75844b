"""What Eckart is compared with: the weights of a model decomposed by numpy.linalg.svd, and written as pairs.

    numpy_svd.py MODEL REPORT [--output OUT] [--values-only]

REPORT is one of Eckart's, of the same model: the weights that it lists are decomposed here, and get its ranks. One that
Eckart keeps is decomposed, too, since nothing else tells that it is worth keeping. Without --output, nothing is written.
"""

import argparse
import json

import numpy
import onnx
from onnx import helper, numpy_helper

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("report")
parser.add_argument("--output")
parser.add_argument("--values-only", action="store_true")
arguments = parser.parse_args()

with open(arguments.report, encoding="utf-8") as file:
    weights = {weight["name"]: weight for weight in json.load(file)["weights"] if weight["decision"] != "skipped"}
model = onnx.load(arguments.model)
graph = model.graph
stored = {tensor.name: tensor for tensor in graph.initializer if tensor.name in weights and len(tensor.dims) == 2}
if stored.keys() != weights.keys():
    raise SystemExit(f"numpy_svd: no 2-D initializers: {sorted(weights.keys() - stored.keys())}")

pairs = {}
for name, tensor in stored.items():
    matrix = numpy_helper.to_array(tensor)
    if arguments.values_only:
        s = numpy.linalg.svd(matrix, compute_uv=False)
    else:
        u, s, vt = numpy.linalg.svd(matrix, full_matrices=False)
    energy = numpy.cumsum(s.astype(numpy.float64) ** 2)
    print(name, "rank at 90 % of the energy:", numpy.searchsorted(energy, 0.9 * energy[-1]) + 1)
    if arguments.output and weights[name]["decision"] == "factored":
        rank = weights[name]["rank"]
        pairs[name] = (u[:, :rank] * s[:rank], vt[:rank])

if arguments.output:
    nodes = []
    for node in graph.node:
        name = next((value for value in node.input if value in pairs), None)
        if name is None:
            nodes.append(node)
            continue
        between = node.output[0] + "/reduced"
        if node.op_type == "Gather":
            nodes.append(helper.make_node("Gather", [name + "/B", node.input[1]], [between]))
            nodes.append(helper.make_node("MatMul", [between, name + "/A"], node.output))
        elif node.op_type == "MatMul" and node.input[1] == name:
            nodes.append(helper.make_node("MatMul", [node.input[0], name + "/B"], [between]))
            nodes.append(helper.make_node("MatMul", [between, name + "/A"], node.output))
        elif node.op_type == "Gemm" and node.input[1] == name and not any(a.name in ("transA", "transB") for a in node.attribute):
            nodes.append(helper.make_node("MatMul", [node.input[0], name + "/B"], [between]))
            node.input[0], node.input[1] = between, name + "/A"
            nodes.append(node)
        else:
            raise SystemExit(f"numpy_svd: {name}: expected MatMul, Gather or plain Gemm but was: {node.op_type}")
    del graph.node[:]
    graph.node.extend(nodes)
    kept = [tensor for tensor in graph.initializer if tensor.name not in pairs]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for name, (b, a) in pairs.items():
        graph.initializer.append(numpy_helper.from_array(b, name + "/B"))
        graph.initializer.append(numpy_helper.from_array(a, name + "/A"))
    onnx.save(model, arguments.output)
