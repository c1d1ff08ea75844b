package dev.eckart.onnx.verify;

import dev.eckart.core.file.Unwritable;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.rewrite.FastGelu;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.TemporaryModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether what {@code FastGelu} stands for in a compressed network is Gelu: each place of the original is run beside it, on numbers from
 * one end of the range in which they differ to the other.
 */
final class FastGeluCheck {
    /** The two forms of Gelu differ by 4.8e-4 at most. */
    static final double BOUND = 5e-4;

    /** Beyond it, Gelu is x or 0 in float32. */
    private static final int END = 12;

    private static final int STEPS = 256;

    private FastGeluCheck() {}

    /**
     * Which place is another function, in a sentence; empty if none is.
     *
     * @param temporary a folder for a model that is run
     */
    static Optional<String> fault(OnnxNetwork original, OnnxNetwork compressed, Path temporary) {
        if (compressed.fastGeluPlaces() == original.fastGeluPlaces()) {
            return Optional.empty();
        }
        return original.geluBesideFastGelu().flatMap(model -> fault(model, temporary));
    }

    private static Optional<String> fault(OnnxModel model, Path temporary) {
        float[] numbers = new float[2 * END * STEPS + 1];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) i / STEPS - END;
        }
        try (TemporaryModel running = TemporaryModel.open(model, temporary, 1, temporary, "eckart-gelu.onnx")) {
            Map<String, Output> outputs =
                    running.session().run(Map.of(FastGelu.GRID, NpyArray.ofFloats(List.of(numbers.length), numbers)));
            Output fast = Objects.requireNonNull(outputs.get(FastGelu.FAST));
            for (Map.Entry<String, Output> place : outputs.entrySet()) {
                double difference = difference(fast, place.getValue());
                if (!(difference <= BOUND)) {
                    return Optional.of("`%s` differs from FastGelu by %.2g, where %.0e is allowed"
                            .formatted(place.getKey(), difference, BOUND));
                }
            }
            return Optional.empty();
        } catch (IOException | UncheckedIOException e) {
            throw Unwritable.temporary("the model to compare Gelu in", temporary, e);
        }
    }

    private static double difference(Output one, Output other) {
        double most = 0;
        for (int i = 0; i < one.size(); i++) {
            double difference = Math.abs(one.at(i) - other.at(i));
            if (!(difference <= most)) {
                most = difference;
            }
        }
        return most;
    }
}
