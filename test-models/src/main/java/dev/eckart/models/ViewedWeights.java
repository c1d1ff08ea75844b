package dev.eckart.models;

import static dev.eckart.models.Catalogue.IN;
import static dev.eckart.models.Catalogue.OUT;
import static dev.eckart.models.Catalogue.W;
import static dev.eckart.models.Catalogue.linear;
import static dev.eckart.models.Catalogue.skipping;
import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.model;
import static dev.eckart.models.ModelBuilder.tensor;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.SkipReason;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;

/** Weights that products do not take as they are stored, but in another shape, order or type. */
final class ViewedWeights {
    private static final List<Long> FLAT = List.of((long) IN * OUT);

    private ViewedWeights() {}

    static List<CatalogueModel> models() {
        return List.of(
                linear("behind-identity", behind("behind-identity", weight(ElementType.FLOAT32), "Identity")),
                linear("behind-transpose", behindTranspose(attribute("perm", List.of(1L, 0L)))),
                linear("behind-transpose-without-perm", behindTranspose()),
                linear("behind-cast", behindCast(ElementType.FLOAT16)),
                linear("behind-cast-from-bfloat16", behindCast(ElementType.BFLOAT16)),
                linear("behind-cast-from-double", behindCast(ElementType.FLOAT64)),
                linear("behind-reshape", behindReshape(List.of(IN + 0L, -1L))),
                linear(
                        "behind-flatten",
                        behind("behind-flatten", weight(2L, IN / 2L, (long) OUT), "Flatten", attribute("axis", 2))),
                linear("behind-squeeze", behindSqueeze()),
                linear(
                        "behind-squeeze-opset-11",
                        behind(
                                "behind-squeeze-opset-11",
                                11,
                                weight(1L, (long) IN, 1L, (long) OUT),
                                "Squeeze",
                                attribute("axes", List.of(0L, 2L)))),
                linear("behind-unsqueeze", behindUnsqueeze()),
                linear("behind-several", behindSeveral()),
                linear("constant-of-floats", constantOfFloats()),
                linear("constant-in-other-graph-order", constantAfterItsUse()),
                skipping("view-used-elsewhere", SkipReason.SHARED, viewUsedElsewhere()),
                skipping("view-given-out", SkipReason.INTERFACE, viewGivenOut()),
                skipping("behind-computed-reshape", SkipReason.COMPUTED, behindComputedReshape()),
                skipping("behind-sum", SkipReason.COMPUTED, behind("behind-sum", weight(ElementType.FLOAT32), "Neg")));
    }

    private static TensorProto weight(ElementType type) {
        return tensor("w", W, type);
    }

    private static TensorProto weight(Long... dims) {
        return tensor("w", W, ElementType.FLOAT32, List.of(dims));
    }

    private static ModelProto behind(String name, TensorProto weight, String operator, AttributeProto... attributes) {
        return behind(name, 17, weight, operator, attributes);
    }

    private static ModelProto behind(
            String name, long opset, TensorProto weight, String operator, AttributeProto... attributes) {
        return model(name, opset)
                .input("x", "batch", IN)
                .initializer(weight)
                .node(operator, List.of("w"), "view", attributes)
                .node("MatMul", List.of("x", "view"), "y")
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto behindTranspose(AttributeProto... attributes) {
        return behind("behind-transpose", tensor("w", W.transpose(), ElementType.FLOAT32), "Transpose", attributes);
    }

    private static ModelProto behindCast(ElementType type) {
        return behind("behind-cast", weight(type), "Cast", attribute("to", DataType.FLOAT_VALUE));
    }

    private static ModelProto behindReshape(List<Long> shape) {
        return model("behind-reshape", 17)
                .input("x", "batch", IN)
                .initializer(tensor("w", W, ElementType.FLOAT32, FLAT))
                .initializer(integers("shape", List.of((long) shape.size()), shape.toArray(new Long[0])))
                .node("Reshape", List.of("w", "shape"), "view")
                .node("MatMul", List.of("x", "view"), "y")
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto behindSqueeze() {
        return model("behind-squeeze", 17)
                .input("x", "batch", IN)
                .initializer(tensor("w", W, ElementType.FLOAT32, List.of(1L, (long) IN, (long) OUT)))
                .initializer(integers("axes", List.of(1L), -3L))
                .node("Squeeze", List.of("w", "axes"), "view")
                .node("MatMul", List.of("x", "view"), "y")
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto behindUnsqueeze() {
        return model("behind-unsqueeze", 17)
                .input("x", "batch", "time", IN)
                .weight("w", W)
                .initializer(integers("axes", List.of(1L), 0L))
                .node("Unsqueeze", List.of("w", "axes"), "view")
                .node("MatMul", List.of("x", "view"), "y")
                .output("y", "batch", "time", OUT)
                .build();
    }

    private static ModelProto behindSeveral() {
        return model("behind-several", 17)
                .input("x", "batch", IN)
                .initializer(tensor("w", W.transpose(), ElementType.FLOAT16))
                .node("Identity", List.of("w"), "same")
                .node("Cast", List.of("same"), "wide", attribute("to", DataType.FLOAT_VALUE))
                .node("Transpose", List.of("wide"), "view")
                .node("MatMul", List.of("x", "view"), "y")
                .output("y", "batch", OUT)
                .build();
    }

    private static ModelProto constantOfFloats() {
        AttributeProto.Builder floats =
                AttributeProto.newBuilder().setName("value_floats").setType(AttributeProto.AttributeType.FLOATS);
        Arrays.stream(W.toArray()).forEach(number -> floats.addFloats((float) number));
        return model("constant-of-floats", 17)
                .input("x", "batch", IN)
                .node("Constant", List.of(), "w", floats.build())
                .node("Constant", List.of(), "shape", attribute("value_ints", List.of((long) IN, (long) OUT)))
                .node("Reshape", List.of("w", "shape"), "view")
                .node("MatMul", List.of("x", "view"), "y")
                .output("y", "batch", OUT)
                .build();
    }

    /** The constant stands between the two products that take it. */
    private static ModelProto constantAfterItsUse() {
        return model("constant-in-other-graph-order", 17)
                .input("x", "batch", IN)
                .input("z", "batch", IN)
                .node("Neg", List.of("x"), "n")
                .node("Constant", List.of(), "w", attribute("value", tensor("", W, ElementType.FLOAT32)))
                .node("MatMul", List.of("n", "w"), "y")
                .node("MatMul", List.of("z", "w"), "v")
                .output("y", "batch", OUT)
                .output("v", "batch", OUT)
                .build();
    }

    private static ModelProto viewUsedElsewhere() {
        return model("view-used-elsewhere", 17)
                .input("x", "batch", IN)
                .initializer(tensor("w", W.transpose(), ElementType.FLOAT32))
                .node("Transpose", List.of("w"), "view")
                .node("MatMul", List.of("x", "view"), "y")
                .node("Relu", List.of("view"), "v")
                .output("y", "batch", OUT)
                .output("v", IN, OUT)
                .build();
    }

    private static ModelProto viewGivenOut() {
        return model("view-given-out", 17)
                .input("x", "batch", IN)
                .initializer(tensor("w", W.transpose(), ElementType.FLOAT32))
                .node("Transpose", List.of("w"), "view")
                .node("MatMul", List.of("x", "view"), "y")
                .output("y", "batch", OUT)
                .output("view", IN, OUT)
                .build();
    }

    /** Its shape is not known before the model runs. */
    private static ModelProto behindComputedReshape() {
        return model("behind-computed-reshape", 17)
                .input("x", "batch", IN)
                .weight("w", W)
                .node("Shape", List.of("x"), "size", attribute("start", 1))
                .node("Mul", List.of("size", "one"), "same")
                .initializer(integers("one", List.of(1L), 1L))
                .initializer(integers("rest", List.of(1L), -1L))
                .node("Concat", List.of("same", "rest"), "shape", attribute("axis", 0))
                .node("Reshape", List.of("w", "shape"), "view")
                .node("MatMul", List.of("x", "view"), "y")
                .output("y", "batch", OUT)
                .build();
    }
}
