package dev.eckart.core.compress;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Codes;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Integers;
import dev.eckart.core.stored.Packed;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.stored.Sum;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** The check that a file can hold the numbers of a form, and that these are numbers. */
final class StoredNumbers {
    private StoredNumbers() {}

    /**
     * The first number of a form that cannot be stored, for people, such as {@code NaN at [0, 3]}; empty if all can.
     *
     * @param type of the weight that the form stands for
     */
    static Optional<String> fault(Stored form, ElementType type) {
        if (form instanceof Product product) {
            return fault(product.b(), type).or(() -> fault(product.a(), type));
        }
        if (form instanceof Sum sum) {
            return fault(sum.one(), type).or(() -> fault(sum.other(), type));
        }
        if (form instanceof Blocks blocks) {
            return fault(blocks.codes(), any -> blocks.bits(), blocks.blockSize(), blocks.scales(), blocks.type());
        }
        if (form instanceof Packed packed) {
            return fault(packed.codes(), packed::bitsOf, packed.blockSize(), packed.scales(), type);
        }
        if (form instanceof Integers integers) {
            return fault(integers.blocks(), type).or(() -> integers.factors().flatMap(StoredNumbers::fault));
        }
        Dense dense = (Dense) form;
        double[] row = new double[dense.columns()];
        for (int i = 0; i < dense.rows(); i++) {
            dense.values().read(i, 0, 1, row.length, row);
            for (int j = 0; j < row.length; j++) {
                if (!isHeld(row[j], dense.type())) {
                    return Optional.of(fault(row[j], dense.type(), i, j));
                }
            }
        }
        return Optional.empty();
    }

    /** Inputs are multiplied by factors, and the proof divides by them. */
    private static Optional<String> fault(MatrixSource factors) {
        double[] row = new double[factors.columns()];
        factors.read(0, 0, 1, row.length, row);
        for (int j = 0; j < row.length; j++) {
            if (!(row[j] > 0) || !isHeld(row[j], ElementType.FLOAT32)) {
                return Optional.of("the factor %s of input %d".formatted(row[j], j));
            }
        }
        return Optional.empty();
    }

    /**
     * Checks codes and scales.
     *
     * @param bits of the codes of a column
     * @param type that codes times scales have in the network
     */
    private static Optional<String> fault(
            Codes codes, IntUnaryOperator bits, int blockSize, MatrixSource scales, ElementType type) {
        int[] most = IntStream.range(0, codes.columns())
                .map(column -> (1 << (bits.applyAsInt(column) - 1)) - 1)
                .toArray();
        byte[] row = new byte[codes.columns()];
        double[] scale = new double[codes.columns()];
        for (int i = 0; i < codes.rows(); i++) {
            if (i % blockSize == 0) {
                scales.read(i / blockSize, 0, 1, scale.length, scale);
            }
            codes.readRow(i, row);
            for (int j = 0; j < row.length; j++) {
                if (row[j] > most[j] || row[j] < -most[j] - 1) {
                    return Optional.of("code %d of %d bits at [%d, %d]".formatted(row[j], bits.applyAsInt(j), i, j));
                }
                // A code of zero makes no number of a scale that is none.
                double number = Double.isFinite(scale[j]) ? row[j] * scale[j] : scale[j];
                if (!isHeld(number, type)) {
                    return Optional.of(fault(number, type, i, j));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether it is a number, and rounds to none that is infinite. */
    private static boolean isHeld(double number, ElementType type) {
        return Math.abs(number) <= type.largest() * (1 + type.epsilon() / 4) && Double.isFinite(number);
    }

    private static String fault(double number, ElementType type, int row, int column) {
        return Double.isFinite(number)
                ? "%s at [%d, %d], which exceeds %s".formatted(number, row, column, type.label())
                : "%s at [%d, %d]".formatted(number, row, column);
    }
}
