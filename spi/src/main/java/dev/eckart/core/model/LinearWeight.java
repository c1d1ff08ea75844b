package dev.eckart.core.model;

import dev.eckart.core.linalg.MatrixSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The weight W of a linear layer y = x·W.
 *
 * @param name unique in its network: that of the tensor that stores it, where there is one such name
 * @param operator the operator that multiplies by it, as the network's format calls it
 * @param reading which one it is of several matrices that the same tensor can be read as; empty where there is but one
 * @param type what factors of it are stored as: the type that it is stored as itself, unless that is quantized
 * @param bytes that the network stores it in
 * @param values W as {@code [in × out]}, whatever way the network stores it
 * @param input names the value x, if this is all that it is multiplied by; layers with the same input may be factored
 *     jointly
 * @param otherReadings the other matrices, such as those of a convolution's kernel
 */
public record LinearWeight(
        String name,
        String operator,
        String reading,
        ElementType type,
        long bytes,
        MatrixSource values,
        Optional<String> input,
        List<LinearWeight> otherReadings) {
    public LinearWeight {
        Objects.requireNonNull(name);
        Objects.requireNonNull(operator);
        Objects.requireNonNull(reading);
        Objects.requireNonNull(type);
        Objects.requireNonNull(input);
        otherReadings = List.copyOf(otherReadings);
        if (values.rows() < 1 || values.columns() < 1) {
            throw new IllegalArgumentException("weight `%s`: expected one row and column or more but was: [%d×%d]"
                    .formatted(name, values.rows(), values.columns()));
        }
    }

    /** A weight that is stored as plain numbers of its type, and can be read in one way only. */
    public LinearWeight(String name, String operator, ElementType type, MatrixSource values) {
        this(
                name,
                operator,
                "",
                type,
                (long) values.rows() * values.columns() * type.bytes(),
                values,
                Optional.empty(),
                List.of());
    }

    /** The same weight, out of other numbers. */
    public LinearWeight withValues(MatrixSource others) {
        return new LinearWeight(name, operator, reading, type, bytes, others, input, otherReadings);
    }

    /** The layer's inputs. */
    public int rows() {
        return values.rows();
    }

    /** The layer's outputs. */
    public int columns() {
        return values.columns();
    }

    /** min(in, out): the largest rank there is. */
    public int smallerSide() {
        return Math.min(rows(), columns());
    }

    /** Numbers in W. */
    public long parameters() {
        return (long) rows() * columns();
    }

    /** Whether it holds neither a NaN nor an infinity; reads all of it. */
    public boolean isFinite() {
        double[] row = new double[columns()];
        return IntStream.range(0, rows()).allMatch(i -> {
            values.read(i, 0, 1, row.length, row);
            return Arrays.stream(row).allMatch(Double::isFinite);
        });
    }

    /** The weights that this one stands for, if it is several that are factored jointly. */
    public Optional<JointBlocks> joint() {
        return values instanceof JointBlocks blocks ? Optional.of(blocks) : Optional.empty();
    }

    /** As messages name it: {@code weight `fc1` [784×500]}. */
    public String describe() {
        return "weight `%s` [%d×%d]".formatted(name, rows(), columns());
    }
}
