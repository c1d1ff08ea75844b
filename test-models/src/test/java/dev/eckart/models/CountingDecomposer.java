package dev.eckart.models;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.RowSums;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend that counts what it decomposes. */
record CountingDecomposer(Decomposer backend, AtomicInteger count) implements Decomposer {

    CountingDecomposer() {
        this(new EjmlDecomposer(), new AtomicInteger());
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public Decomposition decompose(MatrixSource matrix, Accuracy accuracy) {
        count.incrementAndGet();
        return backend.decompose(matrix, accuracy);
    }

    @Override
    public RowSums rowSums(int columns) {
        return backend.rowSums(columns);
    }

    @Override
    public Decomposition decomposeGram(Matrix gram) {
        return backend.decomposeGram(gram);
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
    public long bytes(int rows, int columns, Accuracy accuracy) {
        return backend.bytes(rows, columns, accuracy);
    }
}
