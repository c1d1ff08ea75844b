package dev.eckart.models;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.job.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A network of two layers, 64×48 and 48×32, with a sigmoid between them. */
final class TwoLayers {
    static final RankStrategies STRATEGIES = RankStrategies.load(TwoLayers.class.getClassLoader());

    private TwoLayers() {}

    /** With weights of ranks 5 and 3. */
    static Path ofLowRank(Path folder) throws IOException {
        return write(folder, RandomMatrices.ofRank(5, 64, 48, 1), RandomMatrices.ofRank(3, 48, 32, 3));
    }

    /** With weights that are nothing but noise. */
    static Path ofFullRank(Path folder) throws IOException {
        return write(folder, RandomMatrices.normal(64, 48, 1), RandomMatrices.normal(48, 32, 3));
    }

    private static Path write(Path folder, Matrix first, Matrix second) throws IOException {
        return Files.write(
                folder.resolve("two.onnx"),
                ModelBuilder.model("two", 13)
                        .input("x", "batch", 64)
                        .weight("fc1", first)
                        .node("MatMul", List.of("x", "fc1"), "h")
                        .node("Sigmoid", List.of("h"), "s")
                        .weight("fc2", second)
                        .node("MatMul", List.of("s", "fc2"), "y")
                        .output("y", "batch", 32)
                        .build()
                        .toByteArray());
    }

    static Selection selection(String rank) {
        return selection(rank, Optional.empty());
    }

    static Selection selection(String rank, Optional<CalibrationInputs> calibration) {
        return new Selection(
                rank, STRATEGIES.select(rank), WeightFilter.ALL, FactorPair.Balance.PLAIN, false, false, calibration);
    }
}
