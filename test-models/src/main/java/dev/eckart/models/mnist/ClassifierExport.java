package dev.eckart.models.mnist;

import static dev.eckart.models.ModelBuilder.attribute;

import dev.eckart.core.model.ElementType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import java.util.List;

/**
 * Writes a classifier as ONNX in float32, the way PyTorch exports one.
 *
 * <p>{@code image} [batch, pixels] → Gemm with {@code fc1.weight} [hidden, pixels] and {@code fc1.bias} → Sigmoid →
 * Gemm with {@code fc2.weight} [classes, hidden] and {@code fc2.bias} → {@code logits} [batch, classes]; both products
 * with {@code transB=1}, the batch symbolic; operator set 17.
 */
public final class ClassifierExport {
    private static final int OPERATOR_SET = 17;

    private ClassifierExport() {}

    /** The classifier as a model; the same weights give the same bytes. */
    public static ModelProto toOnnx(SigmoidClassifier classifier) {
        LinearLayer hidden = classifier.hidden();
        LinearLayer output = classifier.output();
        return ModelBuilder.model("main_graph", OPERATOR_SET)
                .input("image", "batch", hidden.inputs())
                .node("Gemm", List.of("image", "fc1.weight", "fc1.bias"), "hidden", attribute("transB", 1))
                .node("Sigmoid", List.of("hidden"), "activations")
                .node("Gemm", List.of("activations", "fc2.weight", "fc2.bias"), "logits", attribute("transB", 1))
                .initializer(weight("fc1.weight", hidden))
                .initializer(bias("fc1.bias", hidden))
                .initializer(weight("fc2.weight", output))
                .initializer(bias("fc2.bias", output))
                .output("logits", "batch", output.outputs())
                .build();
    }

    /** Wᵀ {@code [out, in]}, since Gemm is told to transpose it. */
    private static TensorProto weight(String name, LinearLayer layer) {
        return ModelBuilder.tensor(name, layer.weight().transpose(), ElementType.FLOAT32);
    }

    private static TensorProto bias(String name, LinearLayer layer) {
        return ModelBuilder.tensor(name, layer.bias(), ElementType.FLOAT32, List.of((long) layer.outputs()));
    }
}
