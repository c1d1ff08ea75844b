package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.onnx.run.Output;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How much was lost, batch after batch: comparisons of every output, and correct classifications. */
final class LossComparison {
    private final Optional<Labels> labels;
    private final Map<String, OutputTally> tallies = new LinkedHashMap<>();
    private long correctInOriginal;
    private long correctInCompressed;
    private long disputed;

    LossComparison(Optional<Labels> labels) {
        this.labels = labels.filter(Labels::areClasses);
    }

    void add(Map<String, Output> before, Map<String, Output> after, int from, int batch) {
        for (Output output : comparable(before.values())) {
            tallies.computeIfAbsent(output.name(), OutputTally::new).add(output, counterpart(output, after), batch);
        }
        labels.ifPresent(classes -> {
            Output original = Labels.classifying(before.values(), batch);
            Output compressed = counterpart(original, after);
            for (int i = 0; i < batch; i++) {
                boolean one = classes.isCorrect(original, i, from);
                boolean other = classes.isCorrect(compressed, i, from);
                correctInOriginal += one ? 1 : 0;
                correctInCompressed += other ? 1 : 0;
                disputed += one == other ? 0 : 1;
            }
        });
    }

    List<OutputComparison> comparisons() {
        return tallies.values().stream().map(OutputTally::result).toList();
    }

    Optional<LabelAccuracy> accuracy(long samples) {
        return labels.map(classes -> new LabelAccuracy(
                (double) correctInOriginal / samples, (double) correctInCompressed / samples, samples, disputed));
    }

    Loss loss(long samples) {
        return new Loss(comparisons(), accuracy(samples));
    }

    private static Output counterpart(Output output, Map<String, Output> after) {
        Output other = after.get(output.name());
        if (other == null) {
            throw new InvalidInputException(
                    "the compressed model has no output `%s`, which the original has".formatted(output.name()));
        }
        return other;
    }

    /** The floating-point outputs; those of integers only where there are no others. */
    private static List<Output> comparable(Collection<Output> outputs) {
        List<Output> floating = outputs.stream().filter(Output::floating).toList();
        if (outputs.isEmpty()) {
            throw new InvalidInputException(
                    "the model has no output of numbers to compare; --no-verify writes without comparing");
        }
        return floating.isEmpty() ? List.copyOf(outputs) : floating;
    }
}
