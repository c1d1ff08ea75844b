package dev.eckart.core.metric;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.rank.StrategyArguments;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * One vector for each sample: an output {@code [samples×width]} as it is, or one {@code [samples×positions×width]} pooled
 * over the positions that are no padding, as the option {@code pooling=mean|first|none} says.
 */
record Embeddings(OutputChoice output, Pooling pooling, Padding padding) {
    static final String POOLING = "pooling";

    private enum Pooling {
        /** Mean of the positions, where there are any. */
        AUTO,
        /** The mean over the positions that are no padding. */
        MEAN,
        /** The first position that is no padding. */
        FIRST,
        /** The output has no positions. */
        NONE
    }

    /** @throws InvalidInputException if there is no such pooling */
    static Embeddings of(StrategyArguments arguments) {
        arguments.withoutValue().allowing(OutputChoice.OPTION, POOLING, Padding.OPTION);
        Pooling pooling =
                switch (arguments.options().getOrDefault(POOLING, "auto").toLowerCase(Locale.ROOT)) {
                    case "auto" -> Pooling.AUTO;
                    case "mean" -> Pooling.MEAN;
                    case "first" -> Pooling.FIRST;
                    case "none" -> Pooling.NONE;
                    default ->
                        throw arguments.refuse("expected pooling=mean, pooling=first or pooling=none but was: "
                                + arguments.options().get(POOLING));
                };
        return new Embeddings(
                switch (pooling) {
                    case AUTO ->
                        new OutputChoice(arguments, List.of(2, 3), "[samples×width] or [samples×positions×width]");
                    case MEAN, FIRST -> new OutputChoice(arguments, List.of(3), "[samples×positions×width]");
                    case NONE -> new OutputChoice(arguments, List.of(2), "[samples×width]");
                },
                pooling,
                new Padding(arguments));
    }

    /** How it is called, for people. */
    static String options() {
        return ",output=NAME,pooling=mean|first|none,mask=INPUT";
    }

    /** A batch's embeddings by both networks, one a row. */
    record Pair(List<double[]> original, List<double[]> compressed) {}

    /** @throws InvalidInputException if the network has no such output, or no mask that fits it */
    Pair of(MetricBatch batch) {
        NetworkOutput original = output.in(batch);
        int positions = original.shape().size() == 3 ? original.shape().get(1) : 1;
        IntPredicate counted = original.shape().size() == 3 ? padding.counted(batch, positions) : position -> true;
        return new Pair(
                rows(original, batch.samples(), positions, counted),
                rows(batch.counterpart(original), batch.samples(), positions, counted));
    }

    private List<double[]> rows(NetworkOutput output, int samples, int positions, IntPredicate counted) {
        double[][] rows = new double[samples][output.lastAxis()];
        for (int sample = 0; sample < samples; sample++) {
            int pooled = 0;
            for (int position = sample * positions; position < (sample + 1) * positions; position++) {
                if (counted.test(position) && (pooled == 0 || pooling != Pooling.FIRST)) {
                    pooled++;
                    for (int j = 0; j < rows[sample].length; j++) {
                        rows[sample][j] += output.at(position * rows[sample].length + j);
                    }
                }
            }
            if (pooled == 0) {
                throw output().call()
                        .refuse(
                                "the mask marks all positions of a sample as padding, so the sample has no embedding; correct the mask, or give mask=none");
            }
            for (int j = 0; j < rows[sample].length; j++) {
                rows[sample][j] /= pooled;
            }
        }
        return List.of(rows);
    }

    /** The cosine of two vectors: 1 if both are zero, 0 if one is; not a number if one holds such. */
    static double cosine(double[] one, double[] other) {
        double dot = 0;
        double squared = 0;
        double squaredOther = 0;
        for (int j = 0; j < one.length; j++) {
            dot += one[j] * other[j];
            squared += one[j] * one[j];
            squaredOther += other[j] * other[j];
        }
        if (squared == 0 || squaredOther == 0) {
            return squared == squaredOther ? 1 : squared + squaredOther > 0 ? 0 : Double.NaN;
        }
        return Math.min(1, dot / (Math.sqrt(squared) * Math.sqrt(squaredOther)));
    }
}
