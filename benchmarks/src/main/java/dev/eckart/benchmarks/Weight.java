package dev.eckart.benchmarks;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.models.synthetic.LowRankPlusNoise;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A matrix whose spectrum is like that of a trained layer, by its shape. */
@State(Scope.Benchmark)
public class Weight {

    /** {@code ROWSxCOLUMNS}; {@code 4096x11008} is measured only where it is asked for. */
    @Param({"384x384", "1536x384", "768x768", "3072x768", "768x3072"})
    private String shape = "";

    private Matrix matrix = Matrix.of(0, 0);

    /** Makes the matrix, the same for every benchmark. */
    @Setup
    public void make() {
        String[] sides = shape.split("x", -1);
        int rows = Integer.parseInt(sides[0]);
        int columns = Integer.parseInt(sides[1]);
        LowRankPlusNoise noisy = new LowRankPlusNoise(columns, 0, 1, new SplittableRandom(1));
        double[] numbers = new double[rows * columns];
        float[] row = new float[columns];
        for (int i = 0; i < rows; i++) {
            noisy.next(row);
            for (int j = 0; j < columns; j++) {
                numbers[i * columns + j] = row[j];
            }
        }
        matrix = Matrix.of(rows, columns, numbers);
    }

    Matrix matrix() {
        return matrix;
    }

    /** Half of the break-even rank. */
    int rank() {
        return BreakEven.rank(matrix.rows(), matrix.columns()) / 2;
    }
}
