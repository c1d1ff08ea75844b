package dev.eckart.core.encode;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Codes;
import java.util.Arrays;
import java.util.Optional;

/** What a matrix is rounded to, filled in some columns at a time, and what that loses of each. */
final class RoundedColumns {
    private final int rows;
    private final int columns;
    private final byte[] codes;
    private final double[] scales;
    private final double[] units;
    private final double[] energies;
    private final double[] errors;

    RoundedColumns(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.codes = new byte[Math.multiplyExact(rows, columns)];
        this.scales = new double[columns];
        this.units = new double[columns];
        this.energies = new double[columns];
        this.errors = new double[columns];
    }

    /** All codes, row by row. */
    byte[] codes() {
        return codes;
    }

    /**
     * Sets what there is of each column of a strip but its codes.
     *
     * @param energies what comes of each column, in squares of its unit, and {@code errors}, what is lost of it
     */
    void set(int from, Steps steps, double[] energies, double[] errors) {
        System.arraycopy(steps.steps(), 0, scales, from, steps.steps().length);
        System.arraycopy(steps.units(), 0, units, from, steps.units().length);
        System.arraycopy(energies, 0, this.energies, from, energies.length);
        System.arraycopy(errors, 0, this.errors, from, errors.length);
    }

    RoundedDraft draft(Grid grid, Optional<MatrixSource> biasShift) {
        Blocks blocks = new Blocks(
                Codes.wrap(rows, columns, codes), grid.bits(), rows, Matrix.of(1, columns, scales), grid.type());
        return new RoundedDraft(blocks, loss(), biasShift);
    }

    /** By way of squares of the largest unit, so that no sum leaves the range of double. */
    private double loss() {
        double unit = Arrays.stream(units).max().orElse(0);
        double energy = 0;
        double lost = 0;
        for (int j = 0; j < columns && unit > 0; j++) {
            double part = units[j] / unit;
            energy += energies[j] * (part * part);
            lost += errors[j] * (part * part);
        }
        return energy == 0 ? 0 : lost / energy;
    }
}
