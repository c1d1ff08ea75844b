package dev.eckart.core.model;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.ScaledAxis;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The weights of several layers on one input, beside each other: {@code [W₁/‖W₁‖ | W₂/‖W₂‖ | …]}, {@code [in × Σout]}.
 *
 * <p>A pair B·A of this matrix is one B {@code [in × r]} for all of them, and a block of A's columns for each. Each is
 * divided by its Frobenius norm so that none is given up for the sake of another that has larger numbers.
 */
public final class JointBlocks implements MatrixSource {
    private final List<LinearWeight> members;
    private final List<LinearWeight> finiteMembers;
    private final double[] norms;
    private final int[] starts;

    private JointBlocks(List<LinearWeight> members, List<LinearWeight> finiteMembers, double[] norms) {
        this.members = List.copyOf(members);
        this.finiteMembers = List.copyOf(finiteMembers);
        this.norms = norms;
        this.starts = new int[members.size() + 1];
        for (int i = 0; i < members.size(); i++) {
            starts[i + 1] = Math.addExact(starts[i], members.get(i).columns());
        }
    }

    /**
     * Reads every member once, for its norm.
     *
     * @throws IllegalArgumentException if they have not all as many rows
     */
    public static JointBlocks of(List<LinearWeight> members) {
        if (members.stream().mapToInt(LinearWeight::rows).distinct().count() != 1) {
            throw new IllegalArgumentException("Expected weights of one number of rows but was: "
                    + members.stream().map(LinearWeight::describe).toList());
        }
        double[] norms =
                members.stream().mapToDouble(member -> norm(member.values())).toArray();
        return new JointBlocks(
                members,
                IntStream.range(0, norms.length)
                        .filter(member -> !Double.isNaN(norms[member]))
                        .mapToObj(members::get)
                        .toList(),
                Arrays.stream(norms).map(JointBlocks::divisor).toArray());
    }

    /**
     * The same members, divided by what makes their blocks of something else equally large.
     *
     * @param products a matrix times this one, {@code [any × Σout]}
     */
    public JointBlocks balancedFor(MatrixSource products) {
        double[] balanced = new double[norms.length];
        for (int member = 0; member < norms.length; member++) {
            balanced[member] = divisor(norms[member] * divisor(norm(block(products, member))));
        }
        return new JointBlocks(members, finiteMembers, balanced);
    }

    /** The product of some matrix and this, out of that of the same matrix and of the same members before. */
    public MatrixSource insteadOf(JointBlocks before, MatrixSource products) {
        double[] factors = new double[columns()];
        for (int member = 0; member < norms.length; member++) {
            Arrays.fill(factors, starts[member], starts[member + 1], before.norms[member] / norms[member]);
        }
        return ScaledAxis.columns(products, factors);
    }

    /** Those of the members whose numbers are all finite: only these have singular values together. */
    public List<LinearWeight> finiteMembers() {
        return finiteMembers;
    }

    private Columns block(MatrixSource all, int member) {
        return new Columns(all, starts[member], starts[member + 1] - starts[member]);
    }

    /**
     * What a member of a norm is divided by: never by zero, nor by an infinity, which would make zeros of numbers. One
     * that holds a NaN or an infinity is left as it is, so that this is found where it is.
     */
    private static double divisor(double norm) {
        return norm == 0 || Double.isNaN(norm) ? 1 : Math.min(norm, Double.MAX_VALUE);
    }

    /** ‖M‖_F, infinite where it exceeds the range of double; NaN if M holds a NaN or an infinity. */
    private static double norm(MatrixSource matrix) {
        double[] row = new double[matrix.columns()];
        double largest = 0;
        double sum = 0;
        for (int i = 0; i < matrix.rows(); i++) {
            matrix.read(i, 0, 1, row.length, row);
            for (double number : row) {
                double size = Math.abs(number);
                if (size > largest) {
                    sum = sum * (largest / size) * (largest / size) + 1;
                    largest = size;
                } else if (size > 0) {
                    sum += (size / largest) * (size / largest);
                }
                if (!Double.isFinite(number)) {
                    return Double.NaN;
                }
            }
        }
        return largest * Math.sqrt(sum);
    }

    public List<LinearWeight> members() {
        return members;
    }

    /**
     * The factor A {@code [r × out]} of a member, out of that of this matrix {@code [r × Σout]}; or its outputs, out of
     * this matrix's.
     */
    public MatrixSource factor(MatrixSource jointA, int member) {
        Columns block = block(jointA, member);
        double[] scales = new double[block.columns()];
        Arrays.fill(scales, norms[member]);
        return ScaledAxis.columns(block, scales);
    }

    /** Some neighbouring columns of a matrix. */
    private record Columns(MatrixSource all, int from, int columns) implements MatrixSource {

        @Override
        public int rows() {
            return all.rows();
        }

        @Override
        public void read(int row, int column, int rows, int columns, double[] target) {
            Objects.checkFromIndexSize(column, columns, columns());
            all.read(row, from + column, rows, columns, target);
        }
    }

    @Override
    public int rows() {
        return members.get(0).rows();
    }

    @Override
    public int columns() {
        return starts[members.size()];
    }

    @Override
    public void read(int row, int column, int rows, int columns, double[] target) {
        Objects.checkFromIndexSize(column, columns, columns());
        for (int member = 0; member < members.size(); member++) {
            int from = Math.max(column, starts[member]);
            int to = Math.min(column + columns, starts[member + 1]);
            if (from < to) {
                double[] block = new double[rows * (to - from)];
                members.get(member).values().read(row, from - starts[member], rows, to - from, block);
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < to - from; j++) {
                        target[i * columns + from - column + j] = block[i * (to - from) + j] / norms[member];
                    }
                }
            }
        }
    }
}
