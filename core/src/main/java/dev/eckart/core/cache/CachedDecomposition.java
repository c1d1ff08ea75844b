package dev.eckart.core.cache;

import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.rank.BreakEven;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A decomposition out of the cache, as far as it is there; the rest is computed, and kept. */
final class CachedDecomposition implements Decomposition {
    /** Before the values: the scale, and the two moments, NaN where there are none. */
    private static final int HEAD = 3;

    private final MatrixKey key;
    private final ArrayStore store;
    private final boolean keepVectors;
    private final MatrixSource matrix;
    private final Supplier<Decomposition> backend;
    private final int k;
    private @Nullable Decomposition computed;
    /** As stored. */
    private double @Nullable [] spectrum;

    CachedDecomposition(
            MatrixKey key,
            ArrayStore store,
            boolean keepVectors,
            MatrixSource matrix,
            Supplier<Decomposition> backend) {
        this.key = key;
        this.store = store;
        this.keepVectors = keepVectors;
        this.matrix = matrix;
        this.backend = backend;
        this.k = Math.min(matrix.rows(), matrix.columns());
        this.spectrum = store.get(key.entry("values"), HEAD + k, HEAD + k)
                .filter(stored -> stored.length == HEAD + k)
                .orElse(null);
        if (spectrum == null) {
            // So that numbers that cannot be decomposed are refused at once.
            computed();
        }
    }

    private Decomposition computed() {
        if (computed == null) {
            computed = backend.get();
        }
        return computed;
    }

    @Override
    public Optional<EnergyMoments> moments() {
        if (spectrum == null) {
            return computed().moments();
        }
        return Double.isNaN(spectrum[1])
                ? Optional.empty()
                : Optional.of(new EnergyMoments(k, spectrum[1], spectrum[2]));
    }

    @Override
    public double scale() {
        return spectrum == null ? computed().scale() : spectrum[0];
    }

    @Override
    public double[] singularValues() {
        double[] stored = spectrum;
        if (stored == null) {
            double[] values = computed().singularValues();
            stored = new double[HEAD + k];
            stored[0] = computed().scale();
            stored[1] = computed().moments().map(EnergyMoments::energy).orElse(Double.NaN);
            stored[2] = computed().moments().map(EnergyMoments::squares).orElse(Double.NaN);
            System.arraycopy(values, 0, stored, HEAD, k);
            store.put(key.entry("values"), stored);
            spectrum = stored;
        }
        return Arrays.copyOfRange(stored, HEAD, HEAD + k);
    }

    @Override
    public Matrix vectors(int count) {
        if (!keepVectors) {
            return computed().vectors(count);
        }
        double[] rows = store.get(key.entry("vectors"), count * k, (long) k * k)
                .filter(stored -> stored.length == count * k)
                .orElseGet(() -> {
                    int all = Math.max(count, BreakEven.rank(matrix.rows(), matrix.columns()));
                    double[] vectors = computed().vectors(all).toArray();
                    store.put(key.entry("vectors"), vectors);
                    return vectors;
                });
        return Matrix.of(count, k, rows.length == count * k ? rows : Arrays.copyOf(rows, count * k));
    }

    @Override
    public void close() {
        if (computed != null) {
            computed.close();
        }
    }
}
