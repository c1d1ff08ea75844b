package dev.eckart.models.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SyntheticDecoderTest {
    private static final int VOCABULARY = 50;
    private static final DecoderShape TINY = tiny(ElementType.FLOAT32, false);

    @TempDir
    private Path folder;

    static Stream<Arguments> everyKind() {
        return Stream.of(ElementType.FLOAT16, ElementType.FLOAT32)
                .flatMap(type -> Stream.of(false, true).map(tied -> Arguments.of(tiny(type, tied))));
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void should_run_in_onnx_runtime(DecoderShape shape) throws IOException, OrtException {
        Path model = write(shape, 1, "model.onnx");

        float[] logits = logits(model, 2, 7, 3, 0, 49, 12, 5, 5, 8, 1, 2, 3, 4, 5, 6, 7);

        assertThat(logits).hasSize(2 * 7 * VOCABULARY);
        assertThat(logits).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
        assertThat(logits[0]).isNotEqualTo(logits[1]);
    }

    @Test
    void should_look_at_no_later_token() throws IOException, OrtException {
        Path model = write(TINY, 1, "model.onnx");

        float[] some = logits(model, 1, 3, 7, 8, 9);
        float[] others = logits(model, 1, 3, 7, 20, 30);

        assertThat(Arrays.copyOf(others, VOCABULARY)).isEqualTo(Arrays.copyOf(some, VOCABULARY));
        assertThat(Arrays.copyOfRange(others, VOCABULARY, 2 * VOCABULARY))
                .isNotEqualTo(Arrays.copyOfRange(some, VOCABULARY, 2 * VOCABULARY));
    }

    @Test
    void should_look_at_earlier_tokens() throws IOException, OrtException {
        Path model = write(TINY, 1, "model.onnx");

        float[] some = logits(model, 1, 3, 7, 8, 9);
        float[] others = logits(model, 1, 3, 30, 8, 9);

        assertThat(Arrays.copyOfRange(others, 2 * VOCABULARY, 3 * VOCABULARY))
                .isNotEqualTo(Arrays.copyOfRange(some, 2 * VOCABULARY, 3 * VOCABULARY));
    }

    @Test
    void should_stay_finite_in_float16_when_wide_and_deep() throws IOException, OrtException {
        Path model = write(new DecoderShape(512, 1376, 12, 8, VOCABULARY, ElementType.FLOAT16, false), 5, "model.onnx");

        assertThat(logits(model, 1, 4, 1, 2, 3, 4))
                .doesNotContain(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
    }

    @Test
    void should_write_the_same_bytes_for_the_same_seed() throws IOException {
        Path one = write(TINY, 3, "one.onnx");
        Path again = write(TINY, 3, "again.onnx");
        Path other = write(TINY, 4, "other.onnx");

        assertThat(SyntheticDecoder.dataOf(again)).hasSameBinaryContentAs(SyntheticDecoder.dataOf(one));
        assertThat(Files.readAllBytes(SyntheticDecoder.dataOf(other)))
                .isNotEqualTo(Files.readAllBytes(SyntheticDecoder.dataOf(one)));
        assertThat(ModelProto.parseFrom(Files.readAllBytes(again)).toString().replace("again.onnx", "one.onnx"))
                .isEqualTo(ModelProto.parseFrom(Files.readAllBytes(one)).toString());
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void should_keep_every_weight_in_a_page_aligned_region_of_its_own(DecoderShape shape) throws IOException {
        Path model = write(shape, 1, "model.onnx");
        long size = Files.size(folder.resolve("model.onnx.data"));
        List<TensorProto> external = external(model);

        long end = 0;
        long parameters = 0;
        for (TensorProto tensor : external) {
            long offset = Long.parseLong(entry(tensor, "offset"));
            long length = Long.parseLong(entry(tensor, "length"));
            long elements =
                    tensor.getDimsList().stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
            assertThat(entry(tensor, "location")).isEqualTo("model.onnx.data");
            assertThat(offset % DataRegion.ALIGNMENT).as(tensor.getName()).isZero();
            assertThat(offset).as(tensor.getName()).isGreaterThanOrEqualTo(end);
            assertThat(length)
                    .as(tensor.getName())
                    .isEqualTo(elements * shape.type().bytes());
            end = offset + length;
            parameters += elements;
        }
        assertThat(size).isEqualTo(end);
        assertThat(parameters).isEqualTo(shape.parameters());
        assertThat(external).hasSize(2 * 9 + (shape.tied() ? 2 : 3));
    }

    @Test
    void should_name_weights_as_exporters_do_and_store_them_as_in_by_out() throws IOException {
        Map<String, List<Long>> dims = external(write(TINY, 1, "model.onnx")).stream()
                .collect(Collectors.toMap(TensorProto::getName, TensorProto::getDimsList));

        assertThat(dims)
                .containsEntry("model.embed_tokens.weight", List.of(50L, 32L))
                .containsEntry("model.layers.0.self_attn.q_proj.weight", List.of(32L, 32L))
                .containsEntry("model.layers.1.mlp.gate_proj.weight", List.of(32L, 88L))
                .containsEntry("model.layers.1.mlp.down_proj.weight", List.of(88L, 32L))
                .containsEntry("model.layers.1.post_attention_layernorm.weight", List.of(32L))
                .containsEntry("lm_head.weight", List.of(32L, 50L));
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void should_give_weights_the_deviation_of_their_layer(DecoderShape shape) throws IOException {
        Path model = write(shape, 2, "model.onnx");
        TensorProto weight = external(model).stream()
                .filter(tensor -> tensor.getName().equals("model.layers.0.mlp.up_proj.weight"))
                .findFirst()
                .orElseThrow();
        ByteBuffer data = ByteBuffer.wrap(Files.readAllBytes(SyntheticDecoder.dataOf(model)))
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(Integer.parseInt(entry(weight, "offset")));
        double squares = 0;
        for (int i = 0; i < 32 * 88; i++) {
            double number = shape.type() == ElementType.FLOAT32
                    ? data.getFloat()
                    : Fp16Conversions.fp16ToFloat(data.getShort());
            squares += number * number;
        }

        // Of a matrix that is mostly low rank, few numbers are independent.
        assertThat(squares / (32 * 88)).isBetween(0.4 / 32, 2.5 / 32);
    }

    @Test
    void should_take_as_many_layers_as_bring_it_closest_to_a_size() {
        DecoderShape llama = new DecoderShape(4096, 11008, 1, 32, 32000, ElementType.FLOAT16, false);

        assertThat(llama.withLayers(32).parameters()).isEqualTo(6_738_415_616L);
        assertThat(llama.ofAbout(6e9).layers()).isEqualTo(14);
        assertThat(llama.ofAbout(6e9).bytes()).isBetween(5_800_000_000L, 6_202_000_000L);
        assertThat(llama.ofAbout(1).layers()).isEqualTo(1);
    }

    private static DecoderShape tiny(ElementType type, boolean tied) {
        return new DecoderShape(32, 88, 2, 4, VOCABULARY, type, tied);
    }

    private Path write(DecoderShape shape, long seed, String name) throws IOException {
        Path model = folder.resolve(name);
        new SyntheticDecoder(shape, seed).write(model);
        return model;
    }

    private static List<TensorProto> external(Path model) throws IOException {
        return ModelProto.parseFrom(Files.readAllBytes(model)).getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getDataLocation() == DataLocation.EXTERNAL)
                .toList();
    }

    private static String entry(TensorProto tensor, String key) {
        return tensor.getExternalDataList().stream()
                .filter(entry -> entry.getKey().equals(key))
                .map(StringStringEntryProto::getValue)
                .findFirst()
                .orElseThrow();
    }

    private static float[] logits(Path model, long batch, long sequence, long... ids) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(model.toString());
                OnnxTensor input =
                        OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), new long[] {batch, sequence});
                OrtSession.Result result = session.run(Map.of("input_ids", input))) {
            FloatBuffer logits = ((OnnxTensor) result.get("logits").orElseThrow()).getFloatBuffer();
            float[] numbers = new float[logits.remaining()];
            logits.get(numbers);
            return numbers;
        }
    }
}
