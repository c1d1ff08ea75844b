package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.util.HashSet;
import java.util.Set;

/** Names that a graph does not use yet, neither for values nor for nodes, subgraphs included. */
final class FreshNames {
    private final Set<String> taken = new HashSet<>();

    FreshNames(GraphProto graph) {
        take(graph);
    }

    private void take(GraphProto graph) {
        graph.getInitializerList().stream().map(TensorProto::getName).forEach(taken::add);
        graph.getSparseInitializerList().stream()
                .map(SparseTensorProto::getValues)
                .map(TensorProto::getName)
                .forEach(taken::add);
        graph.getInputList().stream().map(ValueInfoProto::getName).forEach(taken::add);
        graph.getOutputList().stream().map(ValueInfoProto::getName).forEach(taken::add);
        graph.getValueInfoList().stream().map(ValueInfoProto::getName).forEach(taken::add);
        for (NodeProto node : graph.getNodeList()) {
            taken.add(node.getName());
            taken.addAll(node.getInputList());
            taken.addAll(node.getOutputList());
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasG()) {
                    take(attribute.getG());
                }
                attribute.getGraphsList().forEach(this::take);
            }
        }
    }

    /** {@code wanted}, or the first of {@code wanted.1}, {@code wanted.2}, … that is not taken; taken from now on. */
    String take(String wanted) {
        String name = wanted;
        for (int i = 1; !taken.add(name); i++) {
            name = wanted + "." + i;
        }
        return name;
    }
}
