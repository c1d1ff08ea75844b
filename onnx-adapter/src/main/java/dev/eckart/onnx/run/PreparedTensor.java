package dev.eckart.onnx.run;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.eckart.core.model.ElementType;
import java.nio.ByteBuffer;
import java.util.List;

/** An input in memory outside of the heap, made once for many runs, which see what the memory holds at the time. */
public final class PreparedTensor implements AutoCloseable {
    private final OnnxTensor tensor;

    private PreparedTensor(OnnxTensor tensor) {
        this.tensor = tensor;
    }

    /**
     * A tensor of the bytes of a buffer, which are not copied.
     *
     * @param littleEndian direct; its numbers, row by row, from position to limit
     * @throws IllegalArgumentException if it is not direct, or does not hold as many numbers as {@code dims} declare
     */
    public static PreparedTensor of(ElementType type, List<Long> dims, ByteBuffer littleEndian) {
        long expected = dims.stream().reduce((long) type.bytes(), Math::multiplyExact);
        if (!littleEndian.isDirect() || littleEndian.remaining() != expected) {
            throw new IllegalArgumentException("Expected a direct buffer of %d bytes but was: %d bytes, %s"
                    .formatted(expected, littleEndian.remaining(), littleEndian.isDirect() ? "direct" : "on the heap"));
        }
        try {
            return new PreparedTensor(OnnxTensor.createTensor(
                    Session.environment(),
                    littleEndian,
                    dims.stream().mapToLong(Long::longValue).toArray(),
                    javaType(type)));
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime takes no tensor of " + type.label(), e);
        }
    }

    private static OnnxJavaType javaType(ElementType type) {
        return switch (type) {
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT64 -> OnnxJavaType.DOUBLE;
        };
    }

    OnnxTensor tensor() {
        return tensor;
    }

    @Override
    public void close() {
        tensor.close();
    }
}
