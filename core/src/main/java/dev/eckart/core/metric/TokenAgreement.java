package dev.eckart.core.metric;

import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.verify.Judgement;
import java.util.Map;

/** {@code token-agreement}: the share of positions at which both networks score the same token highest. */
record TokenAgreement(SequenceLogits logits) implements TaskMetric {
    private static final String NAME = "token-agreement";

    /** Makes it. */
    public static final class Provider implements TaskMetricProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String summary() {
            return "share of positions with the same top token; judged by its value";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    NAME,
                    "the model's only output [samples×positions×vocabulary]",
                    NAME + ",output=NAME,mask=INPUT",
                    "unmasked positions of output NAME");
        }

        @Override
        public TaskMetric create(StrategyArguments arguments) {
            return new TokenAgreement(
                    SequenceLogits.of(arguments.withoutValue().allowing(OutputChoice.OPTION, Padding.OPTION)));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Judgement judgement() {
        return Judgement.HIGHER;
    }

    @Override
    public Measurement begin(long samples) {
        return new Measurement() {
            private long positions;
            private long agreeing;
            private boolean broken;

            @Override
            public void add(MetricBatch batch) {
                SequenceLogits.Pair pair = logits.of(batch);
                for (int row = 0; row < pair.rows(); row++) {
                    if (pair.counted().test(row)) {
                        int one = pair.original().argmax(row);
                        int other = pair.compressed().argmax(row);
                        broken |= one < 0 || other < 0;
                        agreeing += one == other ? 1 : 0;
                        positions++;
                    }
                }
            }

            @Override
            public Reading result() {
                if (positions == 0) {
                    throw logits.output()
                            .call()
                            .refuse("the mask marks all positions as padding; correct the mask, or give mask=none");
                }
                return broken
                        ? new Reading.Comparison(Double.NaN, "scores hold NaN")
                        : new Reading.Comparison((double) agreeing / positions, "on %d positions".formatted(positions));
            }
        };
    }
}
