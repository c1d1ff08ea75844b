package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.PaddingMask;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How much was lost, batch after batch: comparisons of every output, and correct classifications. */
final class LossComparison {
    private final Optional<Labels> labels;
    private final OutputAxes axes;
    private final Map<String, OutputTally> tallies = new LinkedHashMap<>();
    private long correctInOriginal;
    private long correctInCompressed;
    private long disputed;

    LossComparison(Optional<Labels> labels, OutputAxes axes) {
        this.labels = labels.filter(Labels::areClasses);
        this.axes = axes;
    }

    /**
     * What a comparison on some samples will have numbers of, as the loss of the original beside itself.
     *
     * @param first what it gives for the first sample, or the first few if it takes no fewer
     * @param batch how many these are
     * @param samples how many there will be
     */
    static Loss rehearsal(OutputAxes axes, Map<String, Output> first, int batch, long samples) {
        LossComparison loss = new LossComparison(Optional.empty(), axes);
        // The first sample stands for the others: more than these do not make a part have numbers enough.
        for (long i = 0; i < Math.min(samples / batch, AxisSums.LEAST_NUMBERS); i++) {
            loss.add(first, first, 0, batch, Optional.empty());
        }
        return loss.loss(samples);
    }

    /**
     * Adds what two networks gave for samples.
     *
     * @param from the place of the first one among all
     * @param batch how many these are
     * @param padding which positions of them are compared
     */
    void add(
            Map<String, Output> before, Map<String, Output> after, int from, int batch, Optional<PaddingMask> padding) {
        if (before.isEmpty()) {
            throw new InvalidInputException(
                    "the model has no output of numbers to compare; --no-verify writes without comparing");
        }
        for (Output output : before.values()) {
            tallies.computeIfAbsent(output.name(), name -> new OutputTally(name, axes))
                    .add(output, counterpart(output, after), batch, Padding.counted(padding, output));
        }
        labels.ifPresent(classes -> {
            Output original = Labels.classifying(
                    axes.batches().samplesFirst(before, batch).values(), batch);
            Output compressed = counterpart(original, axes.batches().samplesFirst(after, batch));
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
}
