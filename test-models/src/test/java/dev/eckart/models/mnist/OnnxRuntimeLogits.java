package dev.eckart.models.mnist;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.eckart.core.linalg.Matrix;
import java.nio.FloatBuffer;
import java.util.Map;

/** Runs an exported classifier. */
final class OnnxRuntimeLogits {
    private OnnxRuntimeLogits() {}

    /** {@code [n × pixels]} to {@code [n × classes]}. */
    static Matrix of(byte[] model, Matrix pixels) throws OrtException {
        FloatBuffer image = FloatBuffer.allocate(pixels.rows() * pixels.columns());
        for (double pixel : pixels.toArray()) {
            image.put((float) pixel);
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long[] shape = {pixels.rows(), pixels.columns()};
        try (OrtSession session = environment.createSession(model);
                OnnxTensor tensor = OnnxTensor.createTensor(environment, image.flip(), shape);
                OrtSession.Result result = session.run(Map.of("image", tensor))) {
            float[][] logits = (float[][]) result.get("logits").orElseThrow().getValue();
            double[] numbers = new double[logits.length * logits[0].length];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = logits[i / logits[0].length][i % logits[0].length];
            }
            return Matrix.of(logits.length, logits[0].length, numbers);
        }
    }
}
