package dev.eckart.models.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClassifierExportTest {
    private static final double FLOAT32_EPSILON = 0x1p-23;

    private static SigmoidClassifier classifier(int inputs, int hidden, int classes) {
        Random random = new Random(9);
        return new SigmoidClassifier(
                new LinearLayer(Matrix.of(
                        inputs + 1,
                        hidden,
                        random.doubles((inputs + 1L) * hidden, -1, 1).toArray())),
                new LinearLayer(Matrix.of(
                        hidden + 1,
                        classes,
                        random.doubles((hidden + 1L) * classes, -1, 1).toArray())));
    }

    @Test
    void should_give_the_logits_of_the_classifier() throws OrtException {
        SigmoidClassifier classifier = classifier(784, 500, 10);
        byte[] model = ClassifierExport.toOnnx(classifier).toByteArray();
        // Sums of up to 784 products, each of at most 1, that float32 rounds.
        double tolerance = 784 * FLOAT32_EPSILON;
        for (int batch : new int[] {1, 7}) {
            Matrix pixels = Matrix.of(
                    batch, 784, new Random(batch).doubles(batch * 784L).toArray());
            Matrix logits = OnnxRuntimeLogits.of(model, pixels);
            Matrix expected = classifier.logits(pixels);

            assertThat(logits).hasToString("Matrix[%d × 10]".formatted(batch));
            for (int i = 0; i < batch; i++) {
                for (int j = 0; j < 10; j++) {
                    assertThat(logits.get(i, j)).isCloseTo(expected.get(i, j), within(tolerance));
                }
            }
        }
    }

    @Test
    void should_look_like_an_export_of_pytorch() {
        ModelProto model = ClassifierExport.toOnnx(classifier(6, 5, 3));

        assertThat(model.getIrVersion()).isEqualTo(8);
        assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(17);
        assertThat(model.getGraph().getNodeList())
                .extracting(NodeProto::getOpType)
                .containsExactly("Gemm", "Sigmoid", "Gemm");
        assertThat(model.getGraph().getNode(0).getInputList()).containsExactly("image", "fc1.weight", "fc1.bias");
        assertThat(model.getGraph().getNode(2).getOutputList()).containsExactly("logits");
        assertThat(model.getGraph().getInitializerList())
                .extracting(TensorProto::getName)
                .containsExactly("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias");
        assertThat(model.getGraph().getInitializerList())
                .extracting(TensorProto::getDimsList)
                .containsExactly(List.of(5L, 6L), List.of(5L), List.of(3L, 5L), List.of(3L));
        assertThat(model.getGraph()
                        .getInput(0)
                        .getType()
                        .getTensorType()
                        .getShape()
                        .getDim(0)
                        .getDimParam())
                .isEqualTo("batch");
    }

    @Test
    void should_give_the_same_bytes_for_the_same_weights() {
        assertThat(ClassifierExport.toOnnx(classifier(6, 5, 3)).toByteArray())
                .isEqualTo(ClassifierExport.toOnnx(classifier(6, 5, 3)).toByteArray());
    }
}
