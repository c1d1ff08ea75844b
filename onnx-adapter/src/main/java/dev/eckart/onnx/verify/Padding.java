package dev.eckart.onnx.verify;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.onnx.run.BatchAxes;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.PaddingMask;
import dev.eckart.onnx.run.PaddingMask.Rows;
import dev.eckart.onnx.run.Session;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * Which numbers of outputs belong to positions that the inputs say are padding: nobody reads them, and a model that was compressed for
 * texts owes them nothing.
 *
 * @param mask the input that says so; empty where no sample is padded
 */
record Padding(Optional<String> mask) {
    /** There is none. */
    static final Padding NONE = new Padding(Optional.empty());

    /** By the mask of the usual name. */
    static Padding of(Session model, List<InputSet> inputs) {
        return new Padding(PaddingMask.input(Optional.empty(), model.inputs())
                .filter(mask -> inputs.stream()
                        .map(set -> set.batch(0, set.samples()))
                        .allMatch(batch -> batch.containsKey(mask)))
                .filter(mask -> inputs.stream()
                        .anyMatch(set -> PaddingMask.of(mask, set.batch(0, set.samples()), set.axes())
                                .isMixed())));
    }

    /** What is compared on, with what is left out of it. */
    EvaluationInputs of(EvaluationInputs inputs) {
        return mask.map(inputs::withoutPadding).orElse(inputs);
    }

    /** That of samples that are run together. */
    Optional<PaddingMask> of(Map<String, NpyArray> batch, BatchAxes axes) {
        return mask.map(input -> PaddingMask.of(input, batch, axes));
    }

    /** Which rows along an output's last axis count. */
    static IntPredicate counted(Optional<PaddingMask> padding, Output output) {
        if (padding.isEmpty() || output.shape().size() < 2) {
            return row -> true;
        }
        List<Long> rows = output.shape().subList(0, output.shape().size() - 1);
        Rows arranged = padding.get().rows(rows);
        int count = Math.toIntExact(Stream.concat(Stream.of(1L), rows.stream()).reduce(1L, Math::multiplyExact));
        return arranged == Rows.OF_POSITIONS ? padding.get().counted(arranged, count) : row -> true;
    }
}
