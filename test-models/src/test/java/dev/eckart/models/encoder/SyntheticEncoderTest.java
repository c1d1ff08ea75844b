package dev.eckart.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticEncoderTest {
    private static final int HIDDEN = 32;
    private static final EncoderShape TINY = new EncoderShape(HIDDEN, 88, 2, 4, 50);

    @TempDir
    private Path folder;

    @Test
    void should_run_in_onnx_runtime() throws IOException, OrtException {
        Path model = write(1, "model.onnx");

        float[] states = states(model, 7, ids(3, 0, 49, 12, 5, 5, 8, 1, 2, 3, 4, 5, 6, 7), seen(14));

        assertThat(states).hasSize(2 * 7 * HIDDEN);
        assertThat(states).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
    }

    @Test
    void should_tell_positions_apart() throws IOException, OrtException {
        Path model = write(1, "model.onnx");

        float[] states = states(model, 2, ids(5, 5), seen(2));

        assertThat(token(states, 1)).isNotEqualTo(token(states, 0));
    }

    @Test
    void should_look_at_every_token_but_those_masked() throws IOException, OrtException {
        Path model = write(1, "model.onnx");

        float[] some = states(model, 3, ids(7, 8, 9), seen(3));
        float[] others = states(model, 3, ids(7, 8, 30), seen(3));
        float[] someMasked = states(model, 3, ids(7, 8, 9), new long[] {1, 1, 0});
        float[] othersMasked = states(model, 3, ids(7, 8, 30), new long[] {1, 1, 0});

        assertThat(token(others, 0)).isNotEqualTo(token(some, 0));
        assertThat(token(othersMasked, 0)).isEqualTo(token(someMasked, 0));
    }

    @Test
    void should_write_the_same_bytes_for_the_same_seed() throws IOException {
        Path one = write(3, "one.onnx");
        Path again = write(3, "again.onnx");
        Path other = write(4, "other.onnx");

        assertThat(again).hasSameBinaryContentAs(one);
        assertThat(Files.readAllBytes(other)).isNotEqualTo(Files.readAllBytes(one));
    }

    @Test
    void should_name_weights_as_bert_does_and_store_them_as_in_by_out() throws IOException {
        Map<String, List<Long>> dims = read(write(1, "model.onnx")).getGraph().getInitializerList().stream()
                .collect(Collectors.toMap(TensorProto::getName, TensorProto::getDimsList));

        assertThat(dims)
                .containsEntry("embeddings.word_embeddings.weight", List.of(50L, 32L))
                .containsEntry("embeddings.position_embeddings.weight", List.of(512L, 32L))
                .containsEntry("embeddings.LayerNorm.bias", List.of(32L))
                .containsEntry("encoder.layer.0.attention.self.query.weight", List.of(32L, 32L))
                .containsEntry("encoder.layer.1.attention.output.dense.bias", List.of(32L))
                .containsEntry("encoder.layer.1.intermediate.dense.weight", List.of(32L, 88L))
                .containsEntry("encoder.layer.1.output.dense.weight", List.of(88L, 32L));
    }

    @Test
    void should_count_its_weights_and_leave_none_unused() throws IOException {
        ModelProto model = read(write(1, "model.onnx"));
        List<TensorProto> initializers = model.getGraph().getInitializerList();
        List<String> used = model.getGraph().getNodeList().stream()
                .map(NodeProto::getInputList)
                .flatMap(List::stream)
                .toList();

        assertThat(used)
                .containsAll(initializers.stream().map(TensorProto::getName).toList());
        assertThat(initializers.stream()
                        .filter(tensor -> tensor.getName().matches(".*\\.(weight|bias)"))
                        .mapToLong(tensor -> tensor.getRawData().size())
                        .sum())
                .isEqualTo(TINY.bytes());
    }

    @Test
    void should_have_the_size_of_bert_base() {
        // BERT-base's layers have 85,054,464 parameters, and its position embeddings 393,216.
        assertThat(new EncoderShape(768, 3072, 12, 12, 1000).parameters())
                .isEqualTo(85_054_464 + 393_216 + 1000 * 768 + 2 * 768);
    }

    @Test
    void should_refuse_what_one_file_cannot_hold() {
        SyntheticEncoder large = new SyntheticEncoder(new EncoderShape(4096, 11008, 4, 32, 1000), 1);

        assertThatThrownBy(() -> large.write(folder.resolve("model.onnx")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the weights take 2.54 GB, but one file holds 2 GB at the most; choose smaller sizes");
    }

    private Path write(long seed, String name) throws IOException {
        Path model = folder.resolve(name);
        new SyntheticEncoder(TINY, seed).write(model);
        return model;
    }

    private static ModelProto read(Path model) throws IOException {
        return ModelProto.parseFrom(Files.readAllBytes(model));
    }

    private static long[] ids(long... ids) {
        return ids;
    }

    private static long[] seen(int tokens) {
        long[] seen = new long[tokens];
        Arrays.fill(seen, 1);
        return seen;
    }

    private static float[] token(float[] states, int index) {
        return Arrays.copyOfRange(states, index * HIDDEN, (index + 1) * HIDDEN);
    }

    private static float[] states(Path model, int sequence, long[] ids, long[] mask) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long[] shape = {ids.length / sequence, sequence};
        try (OrtSession session = environment.createSession(model.toString());
                OnnxTensor idsTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                OrtSession.Result result = session.run(Map.of("input_ids", idsTensor, "attention_mask", maskTensor))) {
            FloatBuffer states = ((OnnxTensor) result.get("last_hidden_state").orElseThrow()).getFloatBuffer();
            float[] numbers = new float[states.remaining()];
            states.get(numbers);
            return numbers;
        }
    }
}
