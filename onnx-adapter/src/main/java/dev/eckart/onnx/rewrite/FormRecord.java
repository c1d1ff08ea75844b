package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.Transposed;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a weight's stored form is worth, as a compressed model's metadata keeps it: an entry {@code eckart.form.<weight>} of
 * {@code error:NUMBER weight:DIGEST}, and a {@code bias:DIGEST} for each shifted bias, in the order in which {@link PairNames}
 * names them. Whoever has the original can compute it again, so that a form which is not the one that was written shows.
 *
 * @param error ‖W − W'‖_F / ‖W‖_F of the stored W'; 0 where W is all zeros and so is W', infinite where only W is
 * @param weight digest of the original's tensor
 * @param biases digests of the tensors that products are shifted by
 */
record FormRecord(double error, String weight, List<String> biases) {
    private static final String KEY = "eckart.form.";
    private static final String ERROR = "error:";
    private static final String WEIGHT = "weight:";
    private static final String BIAS = "bias:";

    /** Bytes of a digest: half of SHA-256. */
    private static final int DIGEST_BYTES = 16;

    /** Numbers that are read at a time. */
    private static final int CHUNK = 1 << 16;

    FormRecord {
        biases = List.copyOf(biases);
    }

    static boolean isEntry(StringStringEntryProto entry) {
        return entry.getKey().startsWith(KEY);
    }

    static String key(String weight) {
        return KEY + weight;
    }

    /** The weight that an entry is of. */
    static String weight(StringStringEntryProto entry) {
        return entry.getKey().substring(KEY.length());
    }

    StringStringEntryProto entry(String name) {
        return StringStringEntryProto.newBuilder()
                .setKey(key(name))
                .setValue(Stream.concat(
                                Stream.of(ERROR + text(error), WEIGHT + weight),
                                biases.stream().map(BIAS::concat))
                        .collect(Collectors.joining(" ")))
                .build();
    }

    /** With all digits that tell a double from its neighbours: of one length, so that a file's size does not depend on it. */
    private static String text(double error) {
        return String.format(Locale.ROOT, "%.16e", error);
    }

    /** The record that an entry's value holds; empty if it cannot be read. */
    static Optional<FormRecord> parse(String value) {
        List<String> parts = List.of(value.split(" ", -1));
        boolean readable = parts.size() >= 2
                && parts.get(0).startsWith(ERROR)
                && parts.get(1).startsWith(WEIGHT)
                && parts.stream().skip(2).allMatch(part -> part.startsWith(BIAS));
        if (!readable) {
            return Optional.empty();
        }
        try {
            return Optional.of(new FormRecord(
                            Double.parseDouble(parts.get(0).substring(ERROR.length())),
                            parts.get(1).substring(WEIGHT.length()),
                            parts.stream()
                                    .skip(2)
                                    .map(part -> part.substring(BIAS.length()))
                                    .toList()))
                    .filter(record -> record.error >= 0);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * ‖W − W'‖_F / ‖W‖_F.
     *
     * @param weight W, {@code [in × out]}
     * @param stored W', {@code [in × out]}
     */
    static double error(MatrixSource weight, MatrixSource stored) {
        if (weight instanceof Transposed) {
            // In the order in which the file has it.
            return error(Transposed.of(weight), Transposed.of(stored));
        }
        int columns = weight.columns();
        int height = Math.max(1, Math.min(weight.rows(), CHUNK / columns));
        double[] own = new double[height * columns];
        double[] other = new double[height * columns];
        double unit = largest(weight, own, height);
        double energy = 0;
        double lost = 0;
        for (int row = 0; row < weight.rows(); row += height) {
            int rows = Math.min(height, weight.rows() - row);
            weight.read(row, 0, rows, columns, own);
            stored.read(row, 0, rows, columns, other);
            for (int i = 0; i < rows * columns; i++) {
                double value = own[i] / unit;
                double difference = value - other[i] / unit;
                energy += value * value;
                lost += difference * difference;
            }
        }
        if (energy > 0) {
            return Math.sqrt(lost / energy);
        }
        return lost == 0 ? 0 : Double.POSITIVE_INFINITY;
    }

    /** The largest number, by which all are divided so that no square leaves the range of double; 1 if all are zero. */
    private static double largest(MatrixSource weight, double[] chunk, int height) {
        double largest = 0;
        for (int row = 0; row < weight.rows(); row += height) {
            int rows = Math.min(height, weight.rows() - row);
            weight.read(row, 0, rows, weight.columns(), chunk);
            for (int i = 0; i < rows * weight.columns(); i++) {
                largest = Math.max(largest, Math.abs(chunk[i]));
            }
        }
        return largest == 0 ? 1 : largest;
    }

    /** A digest of a tensor's type, dimensions and numbers. */
    static String digest(TensorProto tensor, Payloads payloads) {
        MessageDigest digest = sha256();
        digest.update(
                "%d %s ".formatted(tensor.getDataType(), tensor.getDimsList()).getBytes(StandardCharsets.UTF_8));
        Tensors.forEachPart(tensor, payloads, digest::update);
        return text(digest);
    }

    /** A digest of some numbers. */
    static String digest(double[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(numbers);
        MessageDigest digest = sha256();
        digest.update(bytes);
        return text(digest);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    private static String text(MessageDigest digest) {
        return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), DIGEST_BYTES));
    }
}
