package dev.eckart.models.synthetic;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.model.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A weight that is made up, and how its numbers are spread.
 *
 * @param shape of one or two dimensions
 * @param mean of its numbers
 * @param deviation of its numbers from their mean
 */
public record SyntheticTensor(String name, List<Integer> shape, float mean, float deviation) {

    /** The deviation with which networks are trained from. */
    private static final float INITIAL_DEVIATION = 0.02f;

    private static final float GAIN_DEVIATION = 0.1f;

    public SyntheticTensor {
        shape = List.copyOf(shape);
    }

    /** Embeddings {@code [tokens × width]}, a row for each token. */
    public static SyntheticTensor table(String name, int tokens, int width) {
        return new SyntheticTensor(name, List.of(tokens, width), 0, INITIAL_DEVIATION);
    }

    /** W {@code [in × out]} that gives numbers {@code gain} times as large as it gets. */
    public static SyntheticTensor projection(String name, int in, int out, double gain) {
        return new SyntheticTensor(name, List.of(in, out), 0, (float) (gain / Math.sqrt(in)));
    }

    /** Factors of about 1, {@code [width]}. */
    public static SyntheticTensor gain(String name, int width) {
        return new SyntheticTensor(name, List.of(width), 1, GAIN_DEVIATION);
    }

    /** What is added, {@code [width]}: numbers of about 0. */
    public static SyntheticTensor bias(String name, int width) {
        return new SyntheticTensor(name, List.of(width), 0, INITIAL_DEVIATION);
    }

    private int rows() {
        return shape.size() == 1 ? 1 : shape.get(0);
    }

    private int columns() {
        return shape.get(shape.size() - 1);
    }

    /** How many numbers it has. */
    public long elements() {
        return (long) rows() * columns();
    }

    /**
     * Writes its numbers, row by row, in little-endian order: memory is needed for a few rows, however many there are.
     *
     * @param type float16 or float32
     * @param random decides on the numbers
     */
    public void write(ElementType type, SplittableRandom random, WritableByteChannel channel) throws IOException {
        float[] row = new float[columns()];
        LowRankPlusNoise rows = new LowRankPlusNoise(row.length, mean, deviation, random);
        ByteBuffer bytes = ByteBuffer.allocateDirect(row.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows(); i++) {
            rows.next(row);
            encode(row, type, bytes.clear());
            bytes.flip();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private static void encode(float[] row, ElementType type, ByteBuffer bytes) {
        if (type == ElementType.FLOAT16) {
            for (float number : row) {
                bytes.putShort(Fp16Conversions.floatToFp16(number));
            }
        } else {
            bytes.asFloatBuffer().put(row);
            bytes.position(row.length * Float.BYTES);
        }
    }
}
