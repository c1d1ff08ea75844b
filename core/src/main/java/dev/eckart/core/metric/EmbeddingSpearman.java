package dev.eckart.core.metric;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.verify.Judgement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code embedding-spearman}: Spearman's rank correlation, over all pairs of samples, of how similar the original and the
 * compressed network find them, by the cosine of their embeddings. Of more than {@value #MOST_SAMPLES} samples as many are
 * taken at even distances.
 */
record EmbeddingSpearman(Embeddings embeddings) implements TaskMetric {
    /** Pairs grow by the square: these are 499,500. */
    static final int MOST_SAMPLES = 1000;

    private static final String NAME = "embedding-spearman";

    /** Makes it. */
    public static final class Provider implements TaskMetricProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String summary() {
            return "rank correlation of the similarities of all pairs; judged by its value";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    NAME, "the only embedding output", NAME + Embeddings.options(), "pooled over unmasked positions");
        }

        @Override
        public TaskMetric create(StrategyArguments arguments) {
            return new EmbeddingSpearman(Embeddings.of(arguments));
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
        return new Collecting(embeddings, samples);
    }

    private static final class Collecting implements Measurement {
        private final Embeddings embeddings;
        private final long samples;
        private final List<double[]> original = new ArrayList<>();
        private final List<double[]> compressed = new ArrayList<>();
        private long next;

        Collecting(Embeddings embeddings, long samples) {
            this.embeddings = embeddings;
            this.samples = samples;
        }

        @Override
        public void add(MetricBatch batch) {
            Embeddings.Pair pair = embeddings.of(batch);
            for (int i = 0; i < batch.samples(); i++, next++) {
                if (isTaken(next)) {
                    requireWidth(pair.original().get(i).length);
                    original.add(pair.original().get(i));
                    compressed.add(pair.compressed().get(i));
                }
            }
        }

        private boolean isTaken(long sample) {
            return samples <= MOST_SAMPLES
                    || Math.floorDiv(sample * MOST_SAMPLES, samples)
                            != Math.floorDiv((sample - 1) * MOST_SAMPLES, samples);
        }

        private void requireWidth(int width) {
            if (!original.isEmpty() && original.get(0).length != width) {
                throw refuse("expected embeddings of one width but found %d and %d numbers"
                        .formatted(original.get(0).length, width));
            }
        }

        private InvalidInputException refuse(String sentence) {
            return embeddings.output().call().refuse(sentence);
        }

        @Override
        public Reading result() {
            if (original.size() < 3) {
                throw refuse(
                        "expected at least 3 samples, to rank their pairs, but was: %d".formatted(original.size()));
            }
            int pairs = original.size() * (original.size() - 1) / 2;
            String taken = "on %d pairs of %d samples%s"
                    .formatted(
                            pairs,
                            original.size(),
                            original.size() < samples ? ", evenly spaced among %d".formatted(samples) : "");
            double[] before = similarities(original);
            double[] after = similarities(compressed);
            // A sum of so many products is off by as much.
            double rounding = original.get(0).length * Math.ulp(1.0);
            for (double[] similarities : List.of(before, after)) {
                if (SpearmanCorrelation.spread(similarities) <= rounding) {
                    return new Reading.Comparison(
                            Double.NaN,
                            "%s, all equally similar in the %s network: there is nothing to rank"
                                    .formatted(taken, similarities == before ? "original" : "compressed"));
                }
            }
            return new Reading.Comparison(SpearmanCorrelation.of(before, after), taken);
        }
    }

    private static double[] similarities(List<double[]> vectors) {
        double[] similarities = new double[vectors.size() * (vectors.size() - 1) / 2];
        int next = 0;
        for (int i = 0; i < vectors.size(); i++) {
            for (int j = 0; j < i; j++) {
                similarities[next++] = Embeddings.cosine(vectors.get(i), vectors.get(j));
            }
        }
        return similarities;
    }
}
