package dev.eckart.core.metric;

import dev.eckart.core.rank.StrategyArguments;
import java.util.List;
import java.util.function.IntPredicate;

/** Scores of tokens, {@code [samples×positions×vocabulary]}, at the positions that are no padding. */
record SequenceLogits(OutputChoice output, Padding padding) {

    static SequenceLogits of(StrategyArguments arguments) {
        return new SequenceLogits(
                new OutputChoice(arguments, List.of(3), "[samples×positions×vocabulary]"), new Padding(arguments));
    }

    /**
     * A batch's scores by both networks; a row is a position.
     *
     * @param positions of each sample
     * @param counted whether a row counts
     */
    record Pair(NetworkOutput original, NetworkOutput compressed, int positions, IntPredicate counted) {
        int rows() {
            return original.shape().get(0) * positions;
        }
    }

    /** @throws dev.eckart.core.InvalidInputException if the network has no such output, or no mask that fits it */
    Pair of(MetricBatch batch) {
        NetworkOutput original = output.in(batch);
        int positions = original.shape().get(1);
        return new Pair(original, batch.counterpart(original), positions, padding.counted(batch, positions));
    }
}
