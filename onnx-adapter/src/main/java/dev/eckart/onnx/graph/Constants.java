package dev.eckart.onnx.graph;

import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.Optional;

/** The values of {@code Constant} nodes. */
public final class Constants {
    private Constants() {}

    /** Whether a node is a {@code Constant}, in whatever attribute its value is. */
    public static boolean isConstant(NodeProto node) {
        return node.getOpType().equals("Constant") && Attributes.isStandard(node) && node.getOutputCount() == 1;
    }

    /** The value of a {@code Constant} of numbers, as a tensor; empty for every other node. */
    public static Optional<TensorProto> value(NodeProto node) {
        return isConstant(node) && node.getAttributeCount() == 1 ? value(node.getAttribute(0)) : Optional.empty();
    }

    private static Optional<TensorProto> value(AttributeProto attribute) {
        TensorProto.Builder tensor = TensorProto.newBuilder();
        return switch (attribute.getName()) {
            case "value" -> attribute.hasT() ? Optional.of(attribute.getT()) : Optional.empty();
            case "value_float" ->
                Optional.of(tensor.setDataType(DataType.FLOAT_VALUE)
                        .addFloatData(attribute.getF())
                        .build());
            case "value_floats" ->
                Optional.of(tensor.setDataType(DataType.FLOAT_VALUE)
                        .addDims(attribute.getFloatsCount())
                        .addAllFloatData(attribute.getFloatsList())
                        .build());
            case "value_int" ->
                Optional.of(tensor.setDataType(DataType.INT64_VALUE)
                        .addInt64Data(attribute.getI())
                        .build());
            case "value_ints" ->
                Optional.of(tensor.setDataType(DataType.INT64_VALUE)
                        .addDims(attribute.getIntsCount())
                        .addAllInt64Data(attribute.getIntsList())
                        .build());
            default -> Optional.empty();
        };
    }
}
