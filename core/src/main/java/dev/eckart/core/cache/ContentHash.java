package dev.eckart.core.cache;

import dev.eckart.core.linalg.MatrixSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A name for a matrix that is decomposed, by SHA-256: the same for the same numbers, and for no others. */
final class ContentHash {
    /** Numbers that are hashed at a time. */
    private static final int CHUNK = 1 << 16;

    private ContentHash() {}

    /**
     * In hexadecimal digits.
     *
     * @param kind what is done with the matrix, and how exactly
     */
    static String of(MatrixSource matrix, String kind, String backend) {
        MessageDigest digest = sha256();
        digest.update("%s %s %d %d\n"
                .formatted(backend, kind, matrix.rows(), matrix.columns())
                .getBytes(StandardCharsets.UTF_8));
        int height = Math.max(1, Math.min(matrix.rows(), CHUNK / matrix.columns()));
        double[] numbers = new double[height * matrix.columns()];
        ByteBuffer bytes =
                ByteBuffer.allocate(1 + numbers.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < matrix.rows(); row += height) {
            int rows = Math.min(height, matrix.rows() - row);
            matrix.read(row, 0, rows, matrix.columns(), numbers);
            int count = rows * matrix.columns();
            digest.update(encoded(numbers, count, bytes.clear()));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** As floats where that loses nothing, which are half as much to hash, and as doubles elsewhere; it says which. */
    private static ByteBuffer encoded(double[] numbers, int count, ByteBuffer bytes) {
        bytes.put((byte) Float.BYTES);
        for (int i = 0; i < count; i++) {
            float number = (float) numbers[i];
            if (number != numbers[i]) {
                bytes.clear().put((byte) Double.BYTES);
                for (int j = 0; j < count; j++) {
                    bytes.putDouble(numbers[j]);
                }
                return bytes.flip();
            }
            bytes.putFloat(number);
        }
        return bytes.flip();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
