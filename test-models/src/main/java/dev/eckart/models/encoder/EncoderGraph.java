package dev.eckart.models.encoder;

import static dev.eckart.models.ModelBuilder.attribute;
import static dev.eckart.models.ModelBuilder.integers;
import static dev.eckart.models.ModelBuilder.tensor;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.util.List;

/** The graph of an encoder, around weights that are made elsewhere. */
final class EncoderGraph {
    static final String IDS = "input_ids";
    static final String MASK = "attention_mask";
    static final String OUTPUT = "last_hidden_state";

    private static final float EPSILON = 1e-12f;

    /** What is added to the scores of tokens that are masked: softmax makes 0 of it. */
    private static final double MASKED = -1e4;

    private final EncoderShape shape;
    private final ModelBuilder graph = ModelBuilder.model("encoder", 17);

    private EncoderGraph(EncoderShape shape) {
        this.shape = shape;
    }

    /** The whole model, with {@code weights} of the names that its shape gives them. */
    static ModelProto of(EncoderShape shape, List<TensorProto> weights) {
        EncoderGraph encoder = new EncoderGraph(shape);
        weights.forEach(encoder.graph::initializer);
        return encoder.build();
    }

    private ModelProto build() {
        int headWidth = shape.hidden() / shape.heads();
        graph.input(IDS, DataType.INT64, "batch", "sequence")
                .input(MASK, DataType.INT64, "batch", "sequence")
                .output(OUTPUT, "batch", "sequence", shape.hidden())
                .initializer(scalar("one", 1))
                .initializer(scalar("half", 0.5))
                .initializer(scalar("root_of_two", Math.sqrt(2)))
                .initializer(scalar("masked", MASKED))
                .initializer(scalar("scale", 1 / Math.sqrt(headWidth)))
                .initializer(integers("split", List.of(4L), 0L, 0L, (long) shape.heads(), (long) headWidth))
                .initializer(integers("join", List.of(3L), 0L, 0L, (long) shape.hidden()));
        String mask = mask();
        String x = norm(EncoderNames.EMBEDDING_NORM, embeddings(), EncoderNames.EMBEDDING_NORM);
        for (int layer = 0; layer < shape.layers(); layer++) {
            EncoderNames.Layer names = new EncoderNames.Layer(layer);
            String attended = norm(names.attentionNorm(), attention(names, x, mask), names.attentionNorm());
            String output = layer == shape.layers() - 1 ? OUTPUT : names.outputNorm();
            x = norm(output, feedForward(names, attended), names.outputNorm());
        }
        return graph.build();
    }

    /** {@code [batch × 1 × 1 × sequence]}: 0 where a token may be looked at. */
    private String mask() {
        graph.initializer(integers("head_and_query_axes", List.of(2L), 1L, 2L));
        String seen = node("Cast", "seen", List.of(MASK), attribute("to", DataType.FLOAT_VALUE));
        String hidden = node("Sub", "hidden", List.of("one", seen));
        String masked = node("Mul", "hidden_masked", List.of(hidden, "masked"));
        return node("Unsqueeze", "mask", List.of(masked, "head_and_query_axes"));
    }

    private String embeddings() {
        graph.initializer(integers("sequence_axis", List.of(), 1L))
                .initializer(integers("first", List.of(), 0L))
                .initializer(integers("step", List.of(), 1L));
        node("Shape", "ids_shape", List.of(IDS));
        node("Gather", "length", List.of("ids_shape", "sequence_axis"));
        node("Range", "position_ids", List.of("first", "length", "step"));
        String words = node("Gather", "embeddings.words", List.of(EncoderNames.WORDS, IDS));
        String positions = node("Gather", "embeddings.positions", List.of(EncoderNames.POSITIONS, "position_ids"));
        return node("Add", "embeddings.added", List.of(words, positions));
    }

    private String attention(EncoderNames.Layer names, String x, String mask) {
        String prefix = names.attention();
        String query = heads(names.query(), x, List.of(0L, 2L, 1L, 3L));
        String key = heads(names.key(), x, List.of(0L, 2L, 3L, 1L));
        String value = heads(names.value(), x, List.of(0L, 2L, 1L, 3L));
        String products = node("MatMul", prefix + ".products", List.of(query, key));
        String scores = node("Mul", prefix + ".scores", List.of(products, "scale"));
        String masked = node("Add", prefix + ".masked", List.of(scores, mask));
        String shares = node("Softmax", prefix + ".shares", List.of(masked), attribute("axis", -1));
        String mixed = node("MatMul", prefix + ".mixed", List.of(shares, value));
        String turned =
                node("Transpose", prefix + ".turned", List.of(mixed), attribute("perm", List.of(0L, 2L, 1L, 3L)));
        String joined = node("Reshape", prefix + ".joined", List.of(turned, "join"));
        return node("Add", prefix + ".residual", List.of(linear(names.attentionOutput(), joined), x));
    }

    private String heads(String part, String x, List<Long> order) {
        String split = node("Reshape", part + ".split", List.of(linear(part, x), "split"));
        return node("Transpose", part + ".heads", List.of(split), attribute("perm", order));
    }

    private String feedForward(EncoderNames.Layer names, String x) {
        String inner = gelu(names.intermediate(), linear(names.intermediate(), x));
        return node("Add", names.output() + ".residual", List.of(linear(names.output(), inner), x));
    }

    /** x·½·(1 + erf(x/√2)), as exporters take it apart. */
    private String gelu(String part, String x) {
        String divided = node("Div", part + ".divided", List.of(x, "root_of_two"));
        String erf = node("Erf", part + ".erf", List.of(divided));
        String above = node("Add", part + ".above_zero", List.of(erf, "one"));
        String product = node("Mul", part + ".product", List.of(x, above));
        return node("Mul", part + ".gelu", List.of(product, "half"));
    }

    private String linear(String part, String x) {
        String product = node("MatMul", part + ".matmul", List.of(x, EncoderNames.weight(part)));
        return node("Add", part, List.of(EncoderNames.bias(part), product));
    }

    private String norm(String output, String x, String part) {
        return node(
                "LayerNormalization",
                output,
                List.of(x, EncoderNames.weight(part), EncoderNames.bias(part)),
                attribute("axis", -1),
                attribute("epsilon", EPSILON));
    }

    private String node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
        graph.node(operator, inputs, output, attributes);
        return output;
    }

    private static TensorProto scalar(String name, double value) {
        return tensor(name, Matrix.of(1, 1, value), ElementType.FLOAT32, List.of());
    }
}
