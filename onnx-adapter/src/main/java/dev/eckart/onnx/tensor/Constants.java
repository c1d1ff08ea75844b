package dev.eckart.onnx.tensor;

import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tensors that a graph holds: its initializers, and the values of its {@code Constant} nodes. */
public final class Constants {
    private Constants() {}

    /** By the names that nodes call them, initializers first. */
    public static Map<String, TensorProto> of(GraphProto graph) {
        Map<String, TensorProto> constants = new LinkedHashMap<>();
        graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
        for (NodeProto node : graph.getNodeList()) {
            if (isConstant(node)) {
                for (AttributeProto attribute : node.getAttributeList()) {
                    if (attribute.getName().equals("value") && attribute.hasT()) {
                        constants.put(node.getOutput(0), attribute.getT());
                    }
                }
            }
        }
        return constants;
    }

    /** Whether a node is a {@code Constant} with one output. */
    public static boolean isConstant(NodeProto node) {
        return node.getOpType().equals("Constant")
                && (node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx"))
                && node.getOutputCount() == 1;
    }
}
