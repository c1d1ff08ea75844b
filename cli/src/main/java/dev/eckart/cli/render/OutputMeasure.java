package dev.eckart.cli.render;

import dev.eckart.core.verify.OutputComparison;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/** A number on what is lost of an output, as people read it. */
enum OutputMeasure {
    RELATIVE_ERROR("relative error", output -> OptionalDouble.of(output.relativeError()), Numbers::error),
    LARGEST_ERROR("largest error", output -> OptionalDouble.of(output.maxAbsoluteError()), Numbers::error),
    COSINE("cosine", OutputComparison::cosine, Numbers::closeToOne),
    SAME_NUMBERS("same numbers", OutputComparison::agreement, Numbers::percent),
    SAME_TOP_1("same top-1", OutputComparison::top1Agreement, Numbers::percent);

    private final String heading;
    private final Function<OutputComparison, OptionalDouble> value;
    private final DoubleFunction<String> format;

    OutputMeasure(String heading, Function<OutputComparison, OptionalDouble> value, DoubleFunction<String> format) {
        this.heading = heading;
        this.value = value;
        this.format = format;
    }

    String heading() {
        return heading;
    }

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
