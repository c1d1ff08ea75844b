package dev.eckart.onnx.graph;

import com.google.protobuf.ByteString;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A node's domain, operator and attributes. */
public final class Attributes {
    /** The domain of ONNX Runtime's own operators. */
    public static final String MICROSOFT = "com.microsoft";

    private static final String STANDARD = "ai.onnx";

    private Attributes() {}

    /** Whether a node is one of ONNX's standard operators. */
    public static boolean isStandard(NodeProto node) {
        return node.getDomain().isEmpty() || node.getDomain().equals(STANDARD);
    }

    /** The version of the standard operators that a model uses; 0 where it uses none. */
    public static long opset(ModelProto model) {
        return model.getOpsetImportList().stream()
                .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals(STANDARD))
                .mapToLong(OperatorSetIdProto::getVersion)
                .findFirst()
                .orElse(0);
    }

    /** An attribute of a node by its name. */
    public static Optional<AttributeProto> find(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst();
    }

    public static long integer(NodeProto node, String name, long otherwise) {
        return find(node, name).map(AttributeProto::getI).orElse(otherwise);
    }

    /** Empty where the node has no such attribute. */
    public static Optional<List<Long>> integers(NodeProto node, String name) {
        return find(node, name).map(AttributeProto::getIntsList);
    }

    /** Whether an attribute is there and not zero. */
    public static boolean isSet(NodeProto node, String flag) {
        return integer(node, flag, 0) != 0;
    }

    /** The node without some of its attributes. */
    public static NodeProto without(NodeProto node, String... names) {
        Set<String> gone = Set.copyOf(Arrays.asList(names));
        return node.toBuilder()
                .clearAttribute()
                .addAllAttribute(node.getAttributeList().stream()
                        .filter(attribute -> !gone.contains(attribute.getName()))
                        .toList())
                .build();
    }

    public static AttributeProto of(String name, List<Long> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(values)
                .build();
    }

    public static AttributeProto of(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    public static AttributeProto of(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }
}
