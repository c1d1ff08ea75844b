package dev.eckart.core.metric;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.rank.StrategyArguments;
import java.util.Collection;
import java.util.List;
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
        return wanted == null ? only(batch) : named(wanted, batch);
    }

    private NetworkOutput only(MetricBatch batch) {
        List<NetworkOutput> fitting = batch.original().values().stream()
                .filter(output -> fits(output, batch))
                .toList();
        if (fitting.isEmpty()) {
            throw call.refuse(
                    "the model has no floating-point output %s, which this metric needs; its floating-point outputs: %s"
                            .formatted(expected, names(batch.original().values())));
        }
        if (fitting.size() > 1) {
            throw call.refuse("the model has several outputs %s: %s; choose one with output=NAME"
                    .formatted(expected, names(fitting)));
        }
        return fitting.get(0);
    }

    private NetworkOutput named(String wanted, MetricBatch batch) {
        NetworkOutput output = batch.original().get(wanted);
        if (output == null) {
            throw call.refuse("the model has no floating-point output `%s`; its floating-point outputs: %s"
                    .formatted(wanted, names(batch.original().values())));
        }
        if (!fits(output, batch)) {
            throw call.refuse("output %s has the wrong shape; expected %s with %d samples"
                    .formatted(output.describe(), expected, batch.samples()));
        }
        return output;
    }

    private boolean fits(NetworkOutput output, MetricBatch batch) {
        return axes.contains(output.shape().size()) && output.shape().get(0) == batch.samples() && output.size() > 0;
    }

    private static String names(Collection<NetworkOutput> outputs) {
        return outputs.isEmpty()
                ? "none"
                : outputs.stream().map(NetworkOutput::describe).collect(Collectors.joining(", "));
    }
}
