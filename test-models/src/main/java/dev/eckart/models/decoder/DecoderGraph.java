package dev.eckart.models.decoder;

import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.tensor;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataLocation;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.tensor.TensorTypes;
import java.util.List;

/** The graph of a decoder, whose weights are elsewhere. */
final class DecoderGraph {
    static final String INPUT = "input_ids";
    static final String OUTPUT = "logits";

    private static final double EPSILON = 1e-5;

    /** What is added to the scores of later tokens: softmax makes 0 of it in every type. */
    private static final double MASKED = -1e4;

    private final DecoderShape shape;
    private final ModelBuilder graph = ModelBuilder.model("decoder", 17);

    private DecoderGraph(DecoderShape shape) {
        this.shape = shape;
    }

    /**
     * The whole model.
     *
     * @param regions of its weights
     * @param location the name of the file, beside the model, that they are in
     */
    static ModelProto of(DecoderShape shape, List<DataRegion> regions, String location) {
        DecoderGraph decoder = new DecoderGraph(shape);
        regions.forEach(region -> decoder.graph.initializer(decoder.external(region, location)));
        return decoder.build();
    }

    private TensorProto external(DataRegion region, String location) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(region.tensor().name())
                .setDataType(TensorTypes.dataType(shape.type()))
                .setDataLocation(DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", Long.toString(region.offset())))
                .addExternalData(entry("length", Long.toString(region.length())));
        region.tensor().shape().forEach(tensor::addDims);
        return tensor.build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private ModelProto build() {
        int headWidth = shape.hidden() / shape.heads();
        graph.input(INPUT, DataType.INT64, "batch", "sequence")
                .output(
                        OUTPUT,
                        DataType.forNumber(TensorTypes.dataType(shape.type())),
                        "batch",
                        "sequence",
                        shape.vocabulary())
                .initializer(scalar("two", 2, ElementType.FLOAT32))
                .initializer(scalar("epsilon", EPSILON, ElementType.FLOAT32))
                .initializer(scalar("scale", 1 / Math.sqrt(headWidth), shape.type()))
                .initializer(integers("split", List.of(4L), 0L, 0L, (long) shape.heads(), (long) headWidth))
                .initializer(integers("join", List.of(3L), 0L, 0L, (long) shape.hidden()));
        String mask = mask();
        String x = node("Gather", "embedded", List.of(DecoderNames.EMBEDDING, INPUT));
        for (int layer = 0; layer < shape.layers(); layer++) {
            DecoderNames.Layer names = new DecoderNames.Layer(layer);
            x = feedForward(names, attention(names, x, mask));
        }
        project(norm("model.norm", x, DecoderNames.FINAL_NORM));
        return graph.build();
    }

    /** {@code [sequence × sequence]}: 0 where a token, a row, may look, and none may look ahead. */
    private String mask() {
        graph.initializer(integers("time_axis", List.of(1L), 1L)).initializer(integers("above", List.of(), 1L));
        node("Shape", "ids_shape", List.of(INPUT));
        node("Gather", "time", List.of("ids_shape", "time_axis"));
        node("Concat", "square", List.of("time", "time"), attribute("axis", 0));
        TensorProto masked = tensor("", Matrix.of(1, 1, MASKED), ElementType.FLOAT32, List.of(1L));
        node("ConstantOfShape", "all_masked", List.of("square"), attribute("value", masked));
        String mask = node("Trilu", "ahead_masked", List.of("all_masked", "above"), attribute("upper", 1));
        return cast("mask", mask, shape.type());
    }

    private String attention(DecoderNames.Layer names, String x, String mask) {
        String prefix = names.prefix() + ".self_attn";
        String h = norm(names.prefix() + ".input_layernorm", x, names.attentionNorm());
        String query = heads(prefix + ".q", h, names.query(), List.of(0L, 2L, 1L, 3L));
        String key = heads(prefix + ".k", h, names.key(), List.of(0L, 2L, 3L, 1L));
        String value = heads(prefix + ".v", h, names.value(), List.of(0L, 2L, 1L, 3L));
        // Scaled before it is multiplied: float16 has little room above.
        String scaled = node("Mul", prefix + ".scaled", List.of(query, "scale"));
        String scores = node("MatMul", prefix + ".scores", List.of(scaled, key));
        String masked = node("Add", prefix + ".masked", List.of(scores, mask));
        String shares = node("Softmax", prefix + ".shares", List.of(masked), attribute("axis", -1));
        String mixed = node("MatMul", prefix + ".mixed", List.of(shares, value));
        String turned =
                node("Transpose", prefix + ".turned", List.of(mixed), attribute("perm", List.of(0L, 2L, 1L, 3L)));
        String joined = node("Reshape", prefix + ".joined", List.of(turned, "join"));
        String output = node("MatMul", prefix + ".o", List.of(joined, names.attentionOutput()));
        return node("Add", prefix + ".added", List.of(x, output));
    }

    private String heads(String name, String h, String weight, List<Long> order) {
        String projected = node("MatMul", name, List.of(h, weight));
        String split = node("Reshape", name + ".split", List.of(projected, "split"));
        return node("Transpose", name + ".heads", List.of(split), attribute("perm", order));
    }

    private String feedForward(DecoderNames.Layer names, String x) {
        String prefix = names.prefix() + ".mlp";
        String h = norm(names.prefix() + ".post_attention_layernorm", x, names.ffnNorm());
        String gate = node("MatMul", prefix + ".gate", List.of(h, names.gate()));
        String sigmoid = node("Sigmoid", prefix + ".sigmoid", List.of(gate));
        String silu = node("Mul", prefix + ".silu", List.of(gate, sigmoid));
        String up = node("MatMul", prefix + ".up", List.of(h, names.up()));
        String gated = node("Mul", prefix + ".gated", List.of(silu, up));
        String down = node("MatMul", prefix + ".down", List.of(gated, names.down()));
        return node("Add", prefix + ".added", List.of(x, down));
    }

    /** x / √(mean of x² + ε) · weight, in float32 but for the last product, as such networks have it. */
    private String norm(String name, String x, String weight) {
        String wide = cast(name + ".wide", x, ElementType.FLOAT32);
        String squares = node("Pow", name + ".squares", List.of(wide, "two"));
        String mean = node("ReduceMean", name + ".mean", List.of(squares), attribute("axes", List.of(-1L)));
        String above = node("Add", name + ".above_zero", List.of(mean, "epsilon"));
        String root = node("Sqrt", name + ".root", List.of(above));
        String unit = node("Div", name + ".unit", List.of(wide, root));
        return node("Mul", name, List.of(cast(name + ".narrow", unit, shape.type()), weight));
    }

    private void project(String x) {
        String weight = shape.tied()
                ? node(
                        "Transpose",
                        "embeddings_turned",
                        List.of(DecoderNames.EMBEDDING),
                        attribute("perm", List.of(1L, 0L)))
                : DecoderNames.OUTPUT;
        node("MatMul", OUTPUT, List.of(x, weight));
    }

    /** Between float32 and the network's own type: nothing where that is the same. */
    private String cast(String output, String x, ElementType type) {
        return shape.type() == ElementType.FLOAT32
                ? x
                : node("Cast", output, List.of(x), attribute("to", TensorTypes.dataType(type)));
    }

    private String node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
        graph.node(operator, inputs, output, attributes);
        return output;
    }

    private static TensorProto scalar(String name, double value, ElementType type) {
        return tensor(name, Matrix.of(1, 1, value), type, List.of());
    }
}
