package dev.eckart.core.encode;

import dev.eckart.core.calibrate.InputRange;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.linalg.MatrixSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Divisors t of the inputs x of layers, one for each input, that leave less to lose where inputs are rounded as weights are: (x/t)·(t·W)
 * is x·W (G. Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models", ICML 2023).
 *
 * <p>A step of rounded inputs is as large as the largest of them asks for. Divisors that are large where inputs are take that
 * down, and make rows of the weight large, whose own steps grow. What is lost in both places follows from the steps: Δ²/12 for each
 * input and s²/12 for each number of a weight. The divisors that lose least of the outputs of all layers on the same inputs are
 * taken: powers of what the inputs are like, none less than what takes the largest input down to a part of what it is.
 *
 * <p>Where a few rows have much larger numbers than others, a step of its own for each row leaves the others a finer one.
 *
 * <p>What is tried was picked on a sentence encoder, on sentences of manuals that its layers were not calibrated on.
 */
final class Smoothing {
    /** Bits of the weight that divisors are chosen for, whatever it is stored in: layers on the same inputs share them. */
    private static final int BITS = 6;

    /** The largest number of 8 bits without a sign. */
    private static final int INTEGERS = 255;

    /** What compensated rounding leaves of a loss. */
    private static final double COMPENSATED = 0.5;

    /** What is tried for the range of the divided inputs, as a part of what the divisors alone leave. */
    private static final double[] RANGES = {1, 0.7, 0.5, 0.35, 0.25, 0.18};

    /** What must be gained for inputs to be divided at all, which takes time in each run. */
    private static final double WORTHWHILE = 0.9;

    /** The same for rows to have steps of their own, which takes more of it. */
    private static final double WORTHWHILE_ROWS = 0.5;

    /** Numbers of a weight in memory at a time. */
    private static final int CHUNK = 1 << 16;

    private final double[] least;
    private final double[] most;
    private final double[] moments;
    private final double[][] candidates;
    private final double[] losses;
    private final double[] byRow;
    private final double evenness;

    /**
     * What is done to inputs before they are rounded.
     *
     * @param factors that they are multiplied by, 1/t, as a file holds them; empty where inputs are better left as they are
     * @param byRow whether each row has a step of its own
     */
    record Choice(Optional<double[]> factors, boolean byRow) {
        /** Nothing. */
        static final Choice NONE = new Choice(Optional.empty(), false);
    }

    private Smoothing(InputStatistics inputs, InputRange range, List<MatrixSource> weights) {
        this.least = range.least().toArray();
        this.most = range.most().toArray();
        this.moments = new double[inputs.size()];
        Arrays.setAll(moments, i -> Math.max(0, inputs.covariance().get(i, i)));
        double[] norms = new double[moments.length];
        weights.forEach(weight -> addNorms(weight, norms));
        this.candidates = candidates(norms);
        this.losses = new double[candidates.length];
        this.byRow = new double[candidates.length];
        this.evenness = range.evenness();
        weights.forEach(this::addLosses);
    }

    /**
     * Chooses for layers on the same inputs.
     *
     * @param inputs about zero
     * @param weights of the layers, each {@code [in × out]}
     */
    static Choice of(InputStatistics inputs, List<MatrixSource> weights) {
        return inputs.range()
                .filter(range -> !weights.isEmpty() && inputs.isFinite())
                .map(range -> new Smoothing(inputs, range, weights).best())
                .orElse(Choice.NONE);
    }

    private Choice best() {
        int best = least(losses);
        int rows = least(byRow);
        boolean apart = byRow[rows] < WORTHWHILE_ROWS * losses[best];
        int taken = apart ? rows : best;
        double[] of = apart ? byRow : losses;
        boolean gains = of[taken] < WORTHWHILE * of[0];
        double[] factors = new double[moments.length];
        Arrays.setAll(factors, i -> (float) (1 / candidates[taken][i]));
        boolean held = Arrays.stream(factors).allMatch(factor -> factor >= Float.MIN_NORMAL && Double.isFinite(factor));
        return new Choice(gains && held ? Optional.of(factors) : Optional.empty(), apart);
    }

    private static int least(double[] losses) {
        return IntStream.range(0, losses.length).reduce(0, (one, other) -> losses[other] < losses[one] ? other : one);
    }

    /** The first divides by 1. */
    private double[][] candidates(double[] norms) {
        double[] sizes = new double[moments.length];
        Arrays.setAll(sizes, i -> Math.max(-least[i], most[i]));
        double moment = CalibratedInputs.RIDGE * Arrays.stream(moments).sum() / moments.length;
        double norm = CalibratedInputs.RIDGE * Arrays.stream(norms).sum() / norms.length;
        double[] balanced = new double[moments.length];
        // Divisors that make both losses the same, but for inputs that hardly occur: other samples may have them.
        Arrays.setAll(balanced, i -> norm > 0 ? Math.sqrt(Math.sqrt((moments[i] + moment) / (norms[i] + norm))) : 0);
        List<double[]> all = new ArrayList<>();
        for (double[] base : List.of(
                ones(sizes.length),
                positive(Arrays.stream(sizes).map(Math::sqrt).toArray()),
                positive(balanced))) {
            double widest = IntStream.range(0, sizes.length)
                    .mapToDouble(i -> sizes[i] / base[i])
                    .max()
                    .orElse(0);
            for (double part : RANGES) {
                double[] divisors = new double[sizes.length];
                Arrays.setAll(divisors, i -> Math.max(base[i], widest == 0 ? 0 : sizes[i] / (part * widest)));
                all.add(centered(divisors));
            }
        }
        return all.toArray(double[][]::new);
    }

    private static double[] ones(int size) {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Zeros, of inputs that never are anything else, become the least of all others. */
    private static double[] positive(double[] numbers) {
        double least = Arrays.stream(numbers).filter(number -> number > 0).min().orElse(1);
        return Arrays.stream(numbers).map(number -> Math.max(number, least)).toArray();
    }

    /** Divided by the geometric mean: only ratios matter. */
    private static double[] centered(double[] divisors) {
        double mean = Math.exp(Arrays.stream(divisors).map(Math::log).sum() / divisors.length);
        return Arrays.stream(divisors).map(divisor -> divisor / mean).toArray();
    }

    private interface Row {
        void accept(int row, double[] numbers, int at);
    }

    private static void forEachRow(MatrixSource weight, Row use) {
        int columns = weight.columns();
        int height = Math.max(1, Math.min(weight.rows(), CHUNK / columns));
        double[] numbers = new double[height * columns];
        for (int from = 0; from < weight.rows(); from += height) {
            int rows = Math.min(height, weight.rows() - from);
            weight.read(from, 0, rows, columns, numbers);
            for (int i = 0; i < rows; i++) {
                use.accept(from + i, numbers, i * columns);
            }
        }
    }

    private static double[] norms(MatrixSource weight) {
        double[] norms = new double[weight.rows()];
        forEachRow(weight, (row, numbers, at) -> {
            for (int j = at; j < at + weight.columns(); j++) {
                norms[row] += numbers[j] * numbers[j];
            }
        });
        return norms;
    }

    /** What comes of the inputs, each by itself. */
    private double energy(double[] norms) {
        return IntStream.range(0, norms.length)
                .mapToDouble(i -> moments[i] * norms[i])
                .sum();
    }

    private void addNorms(MatrixSource weight, double[] into) {
        double[] norms = norms(weight);
        double energy = energy(norms);
        for (int i = 0; i < norms.length && counts(energy); i++) {
            into[i] += norms[i] / energy;
        }
    }

    private void addLosses(MatrixSource weight) {
        double[] norms = norms(weight);
        double energy = energy(norms);
        double[][] largest = new double[candidates.length][weight.columns()];
        forEachRow(weight, (row, numbers, at) -> {
            for (int k = 0; k < candidates.length; k++) {
                double divisor = candidates[k][row];
                double[] column = largest[k];
                for (int j = 0; j < column.length; j++) {
                    double number = Math.abs(numbers[at + j]) * divisor;
                    column[j] = number > column[j] ? number : column[j];
                }
            }
        });
        for (int k = 0; k < candidates.length && counts(energy); k++) {
            double inputs = ofInputs(candidates[k], norms);
            double codes = ofWeight(candidates[k], largest[k]);
            losses[k] += (inputs + codes) / energy;
            byRow[k] += (evenness * inputs + codes) / energy;
        }
    }

    /** A weight of zeros, or one that is not finite, has no say in what the others do. */
    private static boolean counts(double energy) {
        return energy > 0 && Double.isFinite(energy);
    }

    private double ofInputs(double[] divisors, double[] norms) {
        double high = 0;
        double low = 0;
        double sum = 0;
        for (int i = 0; i < divisors.length; i++) {
            high = Math.max(high, most[i] / divisors[i]);
            low = Math.min(low, least[i] / divisors[i]);
            sum += divisors[i] * divisors[i] * norms[i];
        }
        double step = (high - low) / INTEGERS;
        return step * step * sum;
    }

    private double ofWeight(double[] divisors, double[] largest) {
        double moment = IntStream.range(0, divisors.length)
                .mapToDouble(i -> moments[i] / (divisors[i] * divisors[i]))
                .sum();
        if (Arrays.stream(largest).anyMatch(number -> number > Float.MAX_VALUE)) {
            return Double.POSITIVE_INFINITY;
        }
        double codes = (1 << (BITS - 1)) - 0.5;
        double steps = Arrays.stream(largest)
                .map(number -> (number / codes) * (number / codes))
                .sum();
        return COMPENSATED * steps * moment;
    }
}
