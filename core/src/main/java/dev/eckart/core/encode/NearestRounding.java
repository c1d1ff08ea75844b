package dev.eckart.core.encode;

import dev.eckart.core.linalg.MatrixSource;
import java.util.Arrays;
import java.util.Optional;

/** Rounding to the nearest code, each number by itself. */
final class NearestRounding {
    private NearestRounding() {}

    /** @throws dev.eckart.core.linalg.NonFiniteValueException if the matrix holds a NaN or an infinity */
    static RoundedDraft of(MatrixSource matrix, Grid grid) {
        RoundedColumns rounded = new RoundedColumns(matrix.rows(), matrix.columns());
        double[] weights = new double[matrix.rows()];
        Arrays.fill(weights, 1);
        Strip.forEach(matrix, strip -> {
            int from = strip.from();
            int width = strip.width();
            Steps steps = Steps.of(strip, grid, weights);
            rounded.set(from, steps, steps.energies(), steps.errors());
            double[] inverse = steps.inverse();
            strip.forEachPanel((row, rows, numbers) -> {
                for (int i = 0; i < rows; i++) {
                    grid.round(numbers, i * width, inverse, rounded.codes(), (row + i) * matrix.columns() + from);
                }
            });
        });
        return rounded.draft(grid, Optional.empty());
    }
}
