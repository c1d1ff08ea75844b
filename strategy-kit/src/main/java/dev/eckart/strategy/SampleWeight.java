package dev.eckart.strategy;

import dev.eckart.core.calibrate.InputRange;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.compress.OpenedView;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A weight to try an encoding on. Each time it is made, it is made of other objects.
 *
 * @param description what is special about its numbers and its inputs
 * @param inputs that it is multiplied by, if they are known
 */
record SampleWeight(String description, LinearWeight weight, Matrix numbers, Optional<InputStatistics> inputs) {

    private static SampleWeight of(
            String description, ElementType type, Matrix numbers, Optional<InputStatistics> inputs) {
        return new SampleWeight(description, new LinearWeight("w", "MatMul", type, numbers), numbers, inputs);
    }

    private static SampleWeight plain(String description, ElementType type, Matrix numbers) {
        return of(description, type, numbers, Optional.empty());
    }

    private static SampleWeight seen(String description, Matrix numbers, InputStatistics inputs) {
        return of(description, ElementType.FLOAT32, numbers, Optional.of(inputs));
    }

    /** Weights of every kind, usual and not. */
    static List<SampleWeight> all() {
        return Stream.concat(ordinary().stream(), edges().stream()).toList();
    }

    /** Weights as they are met with. */
    static List<SampleWeight> ordinary() {
        return List.of(
                plain("of normal numbers", ElementType.FLOAT32, normal(48, 40, 1)),
                plain("of normal numbers", ElementType.FLOAT16, normal(36, 50, 2)),
                seen("of normal numbers, on correlated inputs", normal(32, 50, 3), correlated(138, 32)),
                seen("of normal numbers, on correlated inputs", normal(56, 20, 4), correlated(234, 56)),
                plain("of a vocabulary", ElementType.FLOAT32, normal(32, 150, 13)));
    }

    private static List<SampleWeight> edges() {
        Matrix normal = normal(30, 26, 5);
        InputStatistics correlated = correlated(130, 30);
        return List.of(
                plain("with one row", ElementType.FLOAT32, normal(1, 40, 6)),
                plain("with one column", ElementType.FLOAT32, normal(40, 1, 7)),
                plain("with one number", ElementType.FLOAT32, normal(1, 1, 8)),
                plain("of zeros", ElementType.FLOAT32, times(0, normal)),
                plain("of huge numbers", ElementType.FLOAT32, times(1e30, normal)),
                plain("of tiny numbers", ElementType.FLOAT32, times(1e-30, normal)),
                plain("of rank 3", ElementType.FLOAT32, rounded(normal(36, 3, 9).times(normal(3, 44, 10)))),
                plain("with columns of all sizes", ElementType.FLOAT32, rounded(normal.scaleColumns(falling(26)))),
                plain("of normal numbers", ElementType.BFLOAT16, normal),
                plain("of normal numbers", ElementType.FLOAT64, normal),
                seen("of normal numbers, on inputs with a singular covariance", normal, correlated(11, 30)),
                seen("of normal numbers, on inputs about zero", normal, correlated.aboutZero()),
                seen("of normal numbers, on constant inputs", normal, constant(correlated)),
                seen("of zeros, on correlated inputs", times(0, normal), correlated),
                seen("with one row, on correlated inputs", normal(1, 40, 11), correlated(14, 1)),
                seen("with one column, on correlated inputs", normal(40, 1, 12), correlated(170, 40)));
    }

    private static Matrix normal(int rows, int columns, long seed) {
        Random random = new Random(seed);
        double[] numbers = new double[rows * columns];
        // Few enough digits for every type.
        Arrays.setAll(numbers, i -> Math.rint(64 * random.nextGaussian()) / 64);
        return Matrix.of(rows, columns, numbers);
    }

    private static Matrix times(double factor, Matrix matrix) {
        double[] factors = new double[matrix.columns()];
        Arrays.fill(factors, factor);
        return rounded(matrix.scaleColumns(factors));
    }

    /** To numbers that float32 holds. */
    private static Matrix rounded(Matrix matrix) {
        double[] numbers = matrix.toArray();
        Arrays.setAll(numbers, i -> (float) numbers[i]);
        return Matrix.of(matrix.rows(), matrix.columns(), numbers);
    }

    private static double[] falling(int size) {
        double[] sizes = new double[size];
        Arrays.setAll(sizes, i -> Math.pow(0.5, i));
        return sizes;
    }

    /** Inputs that do not look alike in all directions, and whose mean is not zero; as many samples as rows. */
    private static InputStatistics correlated(int rows, int size) {
        double[] decaying = new double[size];
        Arrays.setAll(decaying, i -> Math.pow(0.8, i));
        Matrix x = normal(rows, size, rows).scaleColumns(decaying).times(normal(size, size, size));
        double[] ones = new double[rows];
        Arrays.fill(ones, 1.0 / rows);
        Matrix mean = Matrix.of(1, rows, ones).times(x);
        Arrays.fill(ones, 1);
        Matrix centered = x.minus(Matrix.of(rows, 1, ones).times(mean));
        Arrays.fill(ones, 1.0 / rows);
        double[] shifted = mean.toArray();
        Arrays.setAll(shifted, i -> shifted[i] + shift(i));
        return new InputStatistics(
                rows,
                rows,
                Matrix.of(1, size, shifted),
                centered.transpose().times(centered.scaleRows(ones)),
                Optional.of(range(x)));
    }

    private static double shift(int input) {
        return 1 + input % 7;
    }

    private static InputRange range(Matrix x) {
        double[] least = new double[x.columns()];
        double[] most = new double[x.columns()];
        for (int j = 0; j < x.columns(); j++) {
            least[j] = Double.POSITIVE_INFINITY;
            most[j] = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < x.rows(); i++) {
                least[j] = Math.min(least[j], x.get(i, j) + shift(j));
                most[j] = Math.max(most[j], x.get(i, j) + shift(j));
            }
        }
        return new InputRange(Matrix.of(1, least.length, least), Matrix.of(1, most.length, most));
    }

    private static InputStatistics constant(InputStatistics inputs) {
        int size = inputs.size();
        return new InputStatistics(
                inputs.samples(), inputs.rows(), inputs.mean(), Matrix.of(size, size, new double[size * size]));
    }

    /** Shows it to an encoding as the engine does. */
    <R> R show(Function<WeightView, R> use) {
        try (OpenedView open = OpenedView.of(weight, inputs, new EjmlDecomposer())) {
            return use.apply(open.view());
        }
    }

    /** ‖Lᵀ(W − W')‖ / ‖LᵀW‖ with L·Lᵀ the inputs' covariance; 0 where nothing comes of W. */
    double relativeError(Matrix other) {
        // Both in range, whatever the sizes are.
        double largest = Arrays.stream(numbers.toArray()).map(Math::abs).max().orElseThrow();
        if (largest == 0) {
            return 0;
        }
        double energy = energy(divided(numbers, largest));
        return energy == 0 ? 0 : Math.sqrt(energy(divided(numbers.minus(other), largest)) / energy);
    }

    private static Matrix divided(Matrix matrix, double by) {
        double[] numbers = matrix.toArray();
        Arrays.setAll(numbers, i -> numbers[i] / by);
        return Matrix.of(matrix.rows(), matrix.columns(), numbers);
    }

    private double energy(Matrix matrix) {
        double[] one = matrix.toArray();
        double[] weighed = inputs.map(known -> known.covariance().times(matrix))
                .orElse(matrix)
                .toArray();
        double energy = 0;
        for (int i = 0; i < one.length; i++) {
            energy += one[i] * weighed[i];
        }
        // A sum of squares, but for rounding.
        return energy < 0 ? 0 : energy;
    }

    /** μ·(W − W'), or zeros without a calibration. */
    Matrix meanLoss(Matrix other) {
        return inputs.map(known -> known.mean().times(numbers.minus(other)))
                .orElseGet(() -> Matrix.of(1, numbers.columns(), new double[numbers.columns()]));
    }

    /** How large {@link #meanLoss} may be: ‖μ‖·‖W‖. */
    double meanScale() {
        return inputs.map(known -> known.mean().frobeniusNorm()).orElse(0.0) * numbers.frobeniusNorm();
    }

    /** As messages name it: {@code weight `w` [48×40] in float32, of normal numbers}. */
    @Override
    public String toString() {
        return "%s in %s, %s".formatted(weight.describe(), weight.type().label(), description);
    }
}
