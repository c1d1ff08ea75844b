package dev.eckart.core.encode;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import java.util.Arrays;
import java.util.Optional;

/**
 * Rounding that keeps the layer's outputs rather than the weight's numbers: what rounding a row loses of them is taken off the
 * rows that are still to be rounded, each by what its input has in common with that of the row (E. Frantar, S. Ashkboos, T.
 * Hoefler, D. Alistarh, "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers", ICLR 2023).
 *
 * <p>With UᵀU = (C + λI)⁻¹, row i, as the rows before it left it, is rounded to q, e = (w − q) / Uᵢᵢ, and Uᵢⱼ·e is taken off each
 * row j after it. Then W − W' = Uᵀ·E, and so the sum of squares of E is that of W − W' in the metric of C + λI. All of that
 * is done here and not by a backend: the same U gives the same codes on every processor.
 */
final class CompensatedRounding {
    /** Rows that are rounded before those behind them are told of it. */
    private static final int BLOCK = 64;

    /** Columns at a time: few enough for a block's errors to stay in a processor's caches. */
    private static final int WIDTH = 256;

    private final MatrixSource matrix;
    private final CalibratedInputs.Compensation compensation;
    private final Grid grid;
    private final double[] mean;
    private final double[] shift;
    private final RoundedColumns rounded;

    private CompensatedRounding(MatrixSource matrix, CalibratedInputs inputs, Grid grid) {
        this.matrix = matrix;
        this.compensation = inputs.compensation();
        this.grid = grid;
        this.mean = inputs.statistics().mean().toArray();
        this.shift = new double[matrix.columns()];
        this.rounded = new RoundedColumns(matrix.rows(), matrix.columns());
    }

    /** @throws dev.eckart.core.linalg.NonFiniteValueException if the matrix holds a NaN or an infinity */
    static RoundedDraft of(MatrixSource matrix, CalibratedInputs inputs, Grid grid) {
        CompensatedRounding rounding = new CompensatedRounding(matrix, inputs, grid);
        for (int column = 0; column < matrix.columns(); column += WIDTH) {
            rounding.round(column, Math.min(WIDTH, matrix.columns() - column));
        }
        boolean shifts = Arrays.stream(rounding.shift).anyMatch(number -> number != 0);
        return rounding.rounded.draft(
                grid, shifts ? Optional.of(Matrix.of(1, matrix.columns(), rounding.shift)) : Optional.empty());
    }

    private void round(int from, int width) {
        Strip strip = Strip.whole(matrix, from, width);
        Steps steps = Steps.of(strip, grid, compensation.weights());
        double[][] ordered = new double[matrix.rows()][width];
        strip.forEachPanel((row, rows, numbers) -> {
            double[] parts = Steps.inverse(steps.units());
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < width; j++) {
                    ordered[i][j] = numbers[compensation.row(i) * width + j] * parts[j];
                }
            }
        });
        double[] errors = round(ordered, steps, from);
        rounded.set(from, steps, energies(ordered), errors);
    }

    /** The energies of the outputs of columns, wᵀ·C·w: twice what is above C's diagonal, and what is on it. */
    private double[] energies(double[][] ordered) {
        int width = ordered[0].length;
        double[] energies = new double[width];
        Matrix covariance = compensation.covariance();
        double[] less = new double[width];
        for (int start = 0; start < ordered.length; start += BLOCK) {
            int count = Math.min(BLOCK, ordered.length - start);
            for (int i = 0; i < start + count; i++) {
                int first = Math.max(start, i + 1);
                Arrays.fill(less, 0);
                subtract(less, covariance, i, first, start + count - first, ordered, first);
                double variance = i < start ? 0 : covariance.get(i, i);
                addEnergies(ordered[i], variance, less, energies);
            }
        }
        Arrays.setAll(energies, j -> Math.max(0, energies[j]));
        return energies;
    }

    private static void addEnergies(double[] row, double variance, double[] less, double[] energies) {
        for (int j = 0; j < row.length; j++) {
            energies[j] += row[j] * (variance * row[j] - 2 * less[j]);
        }
    }

    /**
     * Rounds columns, and finds the shift of their outputs.
     *
     * @param original rows in order, each column in its unit
     * @return the energy that is lost of the output of each column
     */
    private double[] round(double[][] original, Steps steps, int from) {
        int rows = original.length;
        int width = steps.steps().length;
        double[][] rest = new double[rows][];
        Arrays.setAll(rest, i -> original[i].clone());
        double[] lost = new double[width];
        double[][] errors = new double[BLOCK][width];
        Row row = new Row(steps, from);
        for (int start = 0; start < rows; start += BLOCK) {
            int end = Math.min(rows, start + BLOCK);
            for (int i = start; i < end; i++) {
                double[] error = errors[i - start];
                row.round(i, original[i], rest[i], error, lost);
                for (int k = i + 1; k < end; k++) {
                    subtract(rest[k], compensation.root().get(i, k), error);
                }
            }
            for (int k = end; k < rows; k++) {
                subtract(rest[k], compensation.root(), k, start, BLOCK, errors, 0);
            }
        }
        // What the ridge adds to the metric is no loss of outputs.
        Arrays.setAll(
                lost,
                j -> compensation.ridge() == 0 ? 0 : Math.max(0, lost[j] - compensation.ridge() * row.squares[j]));
        return lost;
    }

    /** The rounding of rows of some columns. */
    private final class Row {
        private final int from;
        private final double[] steps;
        private final double[] parts;
        private final double[] units;
        private final double[] inverse;
        private final double[] squares;

        Row(Steps steps, int from) {
            this.from = from;
            this.steps = steps.steps();
            this.units = steps.units();
            this.parts = Steps.inverse(units);
            this.inverse = new double[units.length];
            Arrays.setAll(inverse, j -> this.steps[j] == 0 ? 0 : 1 / (this.steps[j] * parts[j]));
            this.squares = new double[units.length];
        }

        void round(int place, double[] original, double[] rest, double[] error, double[] lost) {
            int row = compensation.row(place);
            double pivot = compensation.root().get(place, place);
            int at = row * matrix.columns() + from;
            grid.round(rest, 0, inverse, rounded.codes(), at);
            for (int j = 0; j < steps.length; j++) {
                double number = grid.product(rounded.codes()[at + j], steps[j]) * parts[j];
                double off = original[j] - number;
                error[j] = (rest[j] - number) / pivot;
                lost[j] += error[j] * error[j];
                squares[j] += off * off;
                shift[from + j] += mean[row] * (off * units[j]);
            }
        }
    }

    private static void subtract(double[] rest, double factor, double[] error) {
        for (int j = 0; j < error.length; j++) {
            rest[j] -= factor * error[j];
        }
    }

    /**
     * Takes off a row {@code count} others, from one on, four at a time.
     *
     * @param factors in one of its columns those of the rows, from {@code start} on
     */
    private static void subtract(
            double[] rest, Matrix factors, int column, int start, int count, double[][] rows, int from) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            subtract(
                    rest,
                    factors.get(start + i, column),
                    rows[from + i],
                    factors.get(start + i + 1, column),
                    rows[from + i + 1],
                    factors.get(start + i + 2, column),
                    rows[from + i + 2],
                    factors.get(start + i + 3, column),
                    rows[from + i + 3]);
        }
        for (; i < count; i++) {
            subtract(rest, factors.get(start + i, column), rows[from + i]);
        }
    }

    private static void subtract(
            double[] rest,
            double a,
            double[] one,
            double b,
            double[] two,
            double c,
            double[] three,
            double d,
            double[] four) {
        for (int j = 0; j < rest.length; j++) {
            rest[j] -= a * one[j] + b * two[j] + c * three[j] + d * four[j];
        }
    }
}
