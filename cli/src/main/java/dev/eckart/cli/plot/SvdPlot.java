package dev.eckart.cli.plot;

import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.spectrum.Spectrum;

/**
 * A picture of a singular value decomposition A = U·Σ·Vᵀ.
 *
 * <p>A matrix {@code [2 × 2]} is shown by what its factors do, one after the other, to points x of the plane: x, Vᵀ·x,
 * Σ·Vᵀ·x and U·Σ·Vᵀ·x = A·x. Any other matrix is shown by its singular values and their cumulative energy.
 *
 * <p>The document is written element by element with the JDK's XML writer. It needs neither AWT nor fonts, holds text
 * as text, and is the same to the byte for the same numbers.
 */
public final class SvdPlot {
    private SvdPlot() {}

    /**
     * The picture as a complete SVG document, to be saved as UTF-8.
     *
     * @param spectrum the singular values of {@code matrix}
     * @throws IllegalArgumentException if the two do not fit together
     */
    public static String svg(MatrixSource matrix, Spectrum spectrum) {
        int rows = matrix.rows();
        int columns = matrix.columns();
        if (spectrum.size() != Math.min(rows, columns)) {
            throw new IllegalArgumentException("Expected the %d singular values of a matrix [%d × %d] but was: %d"
                    .formatted(Math.min(rows, columns), rows, columns, spectrum.size()));
        }
        return rows == 2 && columns == 2
                ? FactorPanels.svg(Matrix.copyOf(matrix), EjmlDecomposer.thin(matrix))
                : SpectrumPanels.svg(rows, columns, spectrum);
    }
}
