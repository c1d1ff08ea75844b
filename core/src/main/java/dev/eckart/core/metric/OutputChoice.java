package dev.eckart.core.metric;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.rank.StrategyArguments;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The output that a metric is about: that of the option {@code output=NAME}, or the only one of the right number of axes.
 *
 * @param call what the user wrote, for messages
 * @param axes how many axes it may have, the first one being samples
 * @param expected the same for people, {@code [samples×classes]}
 */
record OutputChoice(StrategyArguments call, List<Integer> axes, String expected) {
    static final String OPTION = "output";

    OutputChoice {
        axes = List.copyOf(axes);
    }

    /**
     * The original's output.
     *
     * @throws InvalidInputException if there is none, or more than one
     */
    NetworkOutput in(MetricBatch batch) {
        String wanted = call.options().get(OPTION);
        if (wanted == null) {
            List<NetworkOutput> fitting = batch.original().values().stream()
                    .filter(output -> fits(output, batch))
                    .toList();
            if (fitting.size() == 1) {
                return fitting.get(0);
            }
            throw call.refuse("the model has %s; %s"
                    .formatted(
                            fitting.isEmpty()
                                    ? "no floating-point output %s but %s".formatted(expected, names(batch))
                                    : "several outputs %s: %s"
                                            .formatted(
                                                    expected,
                                                    fitting.stream()
                                                            .map(NetworkOutput::describe)
                                                            .collect(Collectors.joining(", "))),
                            fitting.isEmpty() ? "this metric is for others" : "choose one with output=NAME"));
        }
        NetworkOutput output = Optional.ofNullable(batch.original().get(wanted))
                .orElseThrow(() -> call.refuse(
                        "the model has no floating-point output `%s`; it has %s".formatted(wanted, names(batch))));
        if (!fits(output, batch)) {
            throw call.refuse("output %s was found where %s was expected, of %d samples"
                    .formatted(output.describe(), expected, batch.samples()));
        }
        return output;
    }

    private boolean fits(NetworkOutput output, MetricBatch batch) {
        return axes.contains(output.shape().size()) && output.shape().get(0) == batch.samples() && output.size() > 0;
    }

    private static String names(MetricBatch batch) {
        return batch.original().isEmpty()
                ? "none"
                : batch.original().values().stream()
                        .map(NetworkOutput::describe)
                        .collect(Collectors.joining(", "));
    }
}
