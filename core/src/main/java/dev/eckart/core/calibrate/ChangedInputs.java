package dev.eckart.core.calibrate;

import dev.eckart.core.linalg.Matrix;
import java.util.Arrays;
import java.util.Optional;

/**
 * The inputs x' of a layer after weights before it were replaced, beside what they were, x.
 *
 * @param now what x' is like
 * @param originalMean that of x, {@code [1 × in]}
 * @param change cov(x', x−x'), {@code [in × in]}: how what is missing goes with what is there
 */
public record ChangedInputs(InputStatistics now, Matrix originalMean, Matrix change) {
    public ChangedInputs {
        if (originalMean.columns() != now.size() || change.rows() != now.size() || change.columns() != now.size()) {
            throw new IllegalArgumentException(
                    "Expected a mean of %d numbers, and as many rows and columns but was: %d, [%d×%d]"
                            .formatted(now.size(), originalMean.columns(), change.rows(), change.columns()));
        }
    }

    /**
     * Out of the statistics of both.
     *
     * @param both of the rows {@code [x' | x]}, one beside the other
     */
    public static ChangedInputs of(InputStatistics both) {
        int size = both.size() / 2;
        double[] means = both.mean().toArray();
        double[] products = both.covariance().toArray();
        double[] covariance = new double[size * size];
        double[] change = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                int at = i * size + j;
                covariance[at] = products[2 * size * i + j];
                change[at] = products[2 * size * i + size + j] - covariance[at];
            }
        }
        return new ChangedInputs(
                new InputStatistics(
                        both.samples(),
                        both.rows(),
                        Matrix.of(1, size, Arrays.copyOf(means, size)),
                        Matrix.of(size, size, covariance)),
                Matrix.of(1, size, Arrays.copyOfRange(means, size, 2 * size)),
                Matrix.of(size, size, change));
    }

    /** About zero instead of the means, as {@link InputStatistics#aboutZero}. */
    public ChangedInputs aboutZero() {
        Matrix missing = originalMean.minus(now.mean());
        InputStatistics moments = now.aboutZero();
        return new ChangedInputs(
                moments, moments.mean(), change.plus(now.mean().transpose().times(missing)));
    }

    /** Why nothing is to be fitted to these. */
    public Optional<UnrefittedReason> obstacle() {
        if (now.rows() < now.size()) {
            return Optional.of(UnrefittedReason.FEW_ROWS);
        }
        if (!now.isFinite()) {
            return Optional.of(UnrefittedReason.NOT_FINITE);
        }
        boolean varies = false;
        for (int i = 0; i < now.size(); i++) {
            varies |= now.covariance().get(i, i) > 0;
        }
        return varies ? Optional.empty() : Optional.of(UnrefittedReason.CONSTANT);
    }
}
