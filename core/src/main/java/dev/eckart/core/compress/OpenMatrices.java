package dev.eckart.core.compress;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.encode.LowRank;
import dev.eckart.core.encode.LowRanks;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The matrices that were decomposed in the place of one weight; in one thread. */
final class OpenMatrices implements LowRanks, AutoCloseable {
    private final WeightOpener opener;
    private final LinearWeight weight;
    private final Optional<InputStatistics> inputs;
    private final Accuracy accuracy;
    private final Optional<OpenWeight> own;
    private final List<OpenWeight> opened = new ArrayList<>();

    private OpenMatrices(
            WeightOpener opener,
            LinearWeight weight,
            Optional<InputStatistics> inputs,
            Accuracy accuracy,
            Optional<OpenWeight> own) {
        this.opener = opener;
        this.weight = weight;
        this.inputs = inputs;
        this.accuracy = accuracy;
        this.own = own;
    }

    /** None yet. */
    OpenMatrices(WeightOpener opener, LinearWeight weight, Optional<InputStatistics> inputs, Accuracy accuracy) {
        this(opener, weight, inputs, accuracy, Optional.empty());
    }

    /** Those of a weight that is open, and stays so when this is closed. */
    static OpenMatrices beside(OpenWeight open, WeightOpener opener) {
        return new OpenMatrices(opener, open.factoredWeight(), open.inputs(), open.accuracy(), Optional.of(open));
    }

    @Override
    public LowRank of(MatrixSource other) {
        if (own.isPresent() && other == weight.values()) {
            return own.get();
        }
        OpenWeight open = opener.open(weight, other, inputs, accuracy);
        opened.add(open);
        return open;
    }

    @Override
    public Decomposer backend() {
        return opener.decomposer();
    }

    @Override
    public void close() {
        opened.forEach(OpenWeight::close);
    }
}
