package dev.eckart.core.cache;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.RowSums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A backend that keeps what it found in a folder, so that the same matrix is decomposed once.
 *
 * <p>What is kept goes by the numbers of the matrix, its shape, the accuracy and the backend, whatever the weight is
 * called and whichever file it is in. The results are those of the backend, to the bit.
 */
public final class CachingDecomposer implements Decomposer {
    private final Decomposer backend;
    private final ArrayStore store;
    private final boolean vectors;

    private CachingDecomposer(Decomposer backend, ArrayStore store, boolean vectors) {
        this.backend = backend;
        this.store = store;
        this.vectors = vectors;
    }

    /**
     * A backend with a cache.
     *
     * @param folder made if it is not there; what is in it may be deleted at any time
     * @param vectors whether to keep vectors as well as values: those that a pair may need, about as many doubles as
     *     the weight has numbers
     * @param warnings told of entries that are damaged or cannot be written
     * @throws InvalidInputException if there is no such folder, and none can be made
     */
    public static CachingDecomposer in(Path folder, boolean vectors, Decomposer backend, Consumer<String> warnings) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new InvalidInputException(
                    "--cache: folder `%s` cannot be created: %s".formatted(folder, Unwritable.reason(e)), e);
        }
        if (!Files.isWritable(folder)) {
            throw new InvalidInputException(
                    "--cache: folder `%s` is not writable; name another folder".formatted(folder));
        }
        PendingFile.removeLeftovers(folder);
        return new CachingDecomposer(backend, new ArrayStore(folder, warnings), vectors);
    }

    /** Whether it keeps vectors as well as values. */
    public boolean keepsVectors() {
        return vectors;
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public Decomposition decompose(MatrixSource matrix, Accuracy accuracy) {
        return cached(accuracy.name(), matrix, () -> backend.decompose(matrix, accuracy));
    }

    @Override
    public Decomposition decomposeGram(Matrix gram) {
        return cached("GRAM", gram, () -> backend.decomposeGram(gram));
    }

    private Decomposition cached(String kind, MatrixSource matrix, Supplier<Decomposition> decomposition) {
        return new CachedDecomposition(
                MatrixKey.of(matrix, kind, backend.name()), store, vectors, matrix, decomposition);
    }

    @Override
    public Matrix inverseRoot(Matrix matrix) {
        return backend.inverseRoot(matrix);
    }

    @Override
    public Matrix timesTransposed(MatrixSource left, Matrix right) {
        return backend.timesTransposed(left, right);
    }

    @Override
    public Matrix times(Matrix left, MatrixSource right) {
        return backend.times(left, right);
    }

    @Override
    public RowSums rowSums(int columns) {
        return backend.rowSums(columns);
    }

    @Override
    public long bytes(int rows, int columns, Accuracy accuracy) {
        long kept = vectors ? (long) rows * columns * Double.BYTES : 0;
        return backend.bytes(rows, columns, accuracy) + kept;
    }
}
