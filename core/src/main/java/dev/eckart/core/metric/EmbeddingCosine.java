package dev.eckart.core.metric;

import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.verify.Judgement;
import java.util.Locale;
import java.util.Map;

/** {@code embedding-cosine}: the mean over samples of the cosine between the two networks' embeddings. */
record EmbeddingCosine(Embeddings embeddings) implements TaskMetric {
    private static final String NAME = "embedding-cosine";

    /** Makes it. */
    public static final class Provider implements TaskMetricProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String summary() {
            return "mean cosine of the two models' embeddings; judged by its value";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    NAME, "the only embedding output", NAME + Embeddings.options(), "pooled over unmasked positions");
        }

        @Override
        public TaskMetric create(StrategyArguments arguments) {
            return new EmbeddingCosine(Embeddings.of(arguments));
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
            private double sum;
            private double least = 1;
            private long counted;

            @Override
            public void add(MetricBatch batch) {
                Embeddings.Pair pair = embeddings.of(batch);
                for (int i = 0; i < batch.samples(); i++) {
                    double cosine = Embeddings.cosine(
                            pair.original().get(i), pair.compressed().get(i));
                    sum += cosine;
                    least = Math.min(least, cosine);
                    counted++;
                }
            }

            @Override
            public Reading result() {
                return new Reading.Comparison(
                        sum / counted, String.format(Locale.ROOT, "mean of %d samples, lowest %.4f", counted, least));
            }
        };
    }
}
