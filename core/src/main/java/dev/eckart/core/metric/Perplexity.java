package dev.eckart.core.metric;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.verify.Judgement;
import java.util.List;
import java.util.Map;

/**
 * {@code perplexity}: exp of the mean of −log p(target) over positions, p being the softmax of a position's scores, in double.
 *
 * <p>Targets are the labels {@code [samples×positions]}, of which negative ones do not count, or else, as for networks
 * that foretell the next token, an input's tokens one position on.
 */
record Perplexity(SequenceLogits logits) implements TaskMetric {
    private static final String NAME = "perplexity";
    private static final String TARGETS = "targets";
    private static final String USUAL_TOKENS = "input_ids";

    /** Makes it. */
    public static final class Provider implements TaskMetricProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String summary() {
            return "exp of the mean −log p(target token); judged by compressed / original";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    NAME,
                    "targets: --labels, or input_ids shifted by 1",
                    NAME + ",output=NAME,mask=INPUT,targets=INPUT",
                    "unmasked positions; targets: INPUT shifted by 1");
        }

        @Override
        public TaskMetric create(StrategyArguments arguments) {
            return new Perplexity(
                    SequenceLogits.of(arguments.withoutValue().allowing(OutputChoice.OPTION, Padding.OPTION, TARGETS)));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Judgement judgement() {
        return Judgement.RATIO;
    }

    /**
     * What should score highest.
     *
     * @param shift by how many positions a target stands after the scores for it
     */
    private record Targets(String name, NpyArray tokens, int shift) {}

    private Targets targets(MetricBatch batch, int positions) {
        StrategyArguments call = logits.output().call();
        String wanted = call.options().get(TARGETS);
        Targets targets;
        if (wanted == null && batch.labels().isPresent()) {
            targets = new Targets("labels", batch.labels().get(), 0);
        } else {
            String input = wanted == null ? USUAL_TOKENS : wanted;
            NpyArray tokens = batch.inputs().get(input);
            if (tokens == null) {
                throw call.refuse(
                        "the model has no input `%s` to take targets from; give --labels, or name an input with targets=INPUT: %s"
                                .formatted(
                                        input, String.join(", ", batch.inputs().keySet())));
            }
            targets = new Targets("input `%s`".formatted(input), tokens, 1);
        }
        if (!targets.tokens.type().isInteger() || !targets.tokens.shape().equals(List.of(batch.samples(), positions))) {
            throw call.refuse("the targets (%s) are %s; expected whole numbers [%d, %d], samples and positions"
                    .formatted(targets.name, targets.tokens.describe(), batch.samples(), positions));
        }
        return targets;
    }

    @Override
    public Measurement begin(long samples) {
        return new Summing(this);
    }

    private static final class Summing implements Measurement {
        private final Perplexity metric;
        private double original;
        private double compressed;
        private long positions;

        Summing(Perplexity metric) {
            this.metric = metric;
        }

        @Override
        public void add(MetricBatch batch) {
            SequenceLogits.Pair pair = metric.logits.of(batch);
            Targets targets = metric.targets(batch, pair.positions());
            for (int row = 0; row < pair.rows(); row++) {
                boolean last = row % pair.positions() >= pair.positions() - targets.shift;
                if (last || !pair.counted().test(row) || !pair.counted().test(row + targets.shift)) {
                    continue;
                }
                long target = targets.tokens.longAt(row + targets.shift);
                if (target < 0 && targets.shift == 0) {
                    continue;
                }
                if (target < 0 || target >= pair.original().lastAxis()) {
                    throw metric.logits
                            .output()
                            .call()
                            .refuse("target %d (%s) is no token; expected a whole number from 0 to %d"
                                    .formatted(
                                            target,
                                            targets.name,
                                            pair.original().lastAxis() - 1));
                }
                original += loss(pair.original(), row, (int) target);
                compressed += loss(pair.compressed(), row, (int) target);
                positions++;
            }
        }

        @Override
        public Reading result() {
            if (positions == 0) {
                throw metric.logits
                        .output()
                        .call()
                        .refuse(
                                "no position has a target; expected samples of at least 2 positions that the mask does not exclude");
            }
            return new Reading.Numbers(
                    Math.exp(original / positions),
                    Math.exp(compressed / positions),
                    "on %d positions".formatted(positions));
        }
    }

    /** −log of the target's share in the softmax. */
    private static double loss(NetworkOutput scores, int row, int target) {
        int width = scores.lastAxis();
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < width; j++) {
            largest = Math.max(largest, scores.at(row * width + j));
        }
        double sum = 0;
        for (int j = 0; j < width; j++) {
            sum += Math.exp(scores.at(row * width + j) - largest);
        }
        return Math.log(sum) + largest - scores.at(row * width + target);
    }
}
