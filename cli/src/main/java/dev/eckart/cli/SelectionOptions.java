package dev.eckart.cli;

import dev.eckart.onnx.job.Selection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which weights get which rank. */
final class SelectionOptions {
    static final String DEFAULT_RANK = "energy:0.99";

    @Option(
            names = "--rank",
            paramLabel = "STRATEGY",
            description = "How to choose ranks: budget:0.6, energy:0.99, error:0.1, fixed:16, gavish-donoho, numerical,"
                    + " ranks,NAME=16, ratio:0.5, or a plug-in's strategy; `eckart strategies` explains each."
                    + " Without --rank, compress chooses ranks, bits and products of integers of all weights together:"
                    + " for the limits, for --size, or for next to no loss; scan takes energy:0.99.")
    private @Nullable String rank;

    @Mixin
    private WeightOptions weights = new WeightOptions();

    /** Empty where the user named no strategy. */
    Optional<String> rank() {
        return Optional.ofNullable(rank);
    }

    Selection selection() {
        return weights.selections().apply(rank().orElse(DEFAULT_RANK));
    }

    /** Which weights, whatever their ranks. */
    WeightOptions weights() {
        return weights;
    }
}
