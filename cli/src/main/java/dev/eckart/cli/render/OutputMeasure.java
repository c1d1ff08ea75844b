package dev.eckart.cli.render;

import dev.eckart.core.verify.OutputComparison;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/**
 * A number on what is lost of an output, as people read it.
 *
 * @param heading what it is called
 * @param value empty where an output has no such number
 * @param format of the number
 */
record OutputMeasure(String heading, Function<OutputComparison, OptionalDouble> value, DoubleFunction<String> format) {
    /** In the order in which reports show them. */
    static final List<OutputMeasure> ALL = List.of(
            new OutputMeasure("relative error", output -> OptionalDouble.of(output.relativeError()), Numbers::error),
            new OutputMeasure("largest error", output -> OptionalDouble.of(output.maxAbsoluteError()), Numbers::error),
            new OutputMeasure("cosine", OutputComparison::cosine, Numbers::closeToOne),
            new OutputMeasure("same numbers", OutputComparison::agreement, Numbers::percent),
            new OutputMeasure("same top-1", OutputComparison::top1Agreement, Numbers::percent));

    /** Empty where the output has no such number. */
    OptionalDouble of(OutputComparison output) {
        return value.apply(output);
    }

    /** The number, or a dash where there is none. */
    String text(OutputComparison output) {
        OptionalDouble found = of(output);
        return found.isPresent() ? format.apply(found.getAsDouble()) : "–";
    }
}
