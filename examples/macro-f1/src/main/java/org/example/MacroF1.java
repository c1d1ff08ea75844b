package org.example;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.MetricBatch;
import dev.eckart.core.metric.NetworkOutput;
import dev.eckart.core.metric.Reading;
import dev.eckart.core.metric.TaskMetric;
import dev.eckart.core.metric.TaskMetricProvider;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.verify.Judgement;
import java.util.Map;

/** {@code macro-f1}: the mean of the F1 scores of all classes that occur, 2·right / (found + there). */
public final class MacroF1 implements TaskMetricProvider {
    @Override
    public String name() {
        return "macro-f1";
    }

    @Override
    public String summary() {
        return "the mean of the classes' F1 scores; judged by its drop";
    }

    @Override
    public Map<String, String> usage() {
        return Map.of("macro-f1", "of the model's first output [samples×classes]; takes --labels [samples]");
    }

    @Override
    public TaskMetric create(StrategyArguments arguments) {
        arguments.withoutValue().allowing();
        return new Metric();
    }

    private record Metric() implements TaskMetric {
        @Override
        public String name() {
            return "macro-f1";
        }

        @Override
        public Judgement judgement() {
            return Judgement.DROP;
        }

        @Override
        public boolean needsLabels() {
            return true;
        }

        @Override
        public Measurement begin(long samples) {
            return new Counting();
        }
    }

    private static final class Counting implements TaskMetric.Measurement {
        private Counts original = new Counts(0);
        private Counts compressed = new Counts(0);

        @Override
        public void add(MetricBatch batch) {
            NetworkOutput scores = batch.original().values().stream()
                    .filter(output ->
                            output.shape().size() == 2 && output.shape().get(0) == batch.samples())
                    .findFirst()
                    .orElseThrow(() -> new InvalidInputException(
                            "metric `macro-f1`: expected an output [samples×classes] but the model has "
                                    + batch.original().keySet()));
            if (original.right.length == 0) {
                original = new Counts(scores.lastAxis());
                compressed = new Counts(scores.lastAxis());
            }
            NpyArray labels = batch.labels().orElseThrow();
            for (int sample = 0; sample < batch.samples(); sample++) {
                int label = Math.toIntExact(labels.longAt(sample));
                original.add(label, scores.argmax(sample));
                compressed.add(label, batch.counterpart(scores).argmax(sample));
            }
        }

        @Override
        public Reading result() {
            return new Reading.Numbers(original.score(), compressed.score(), "over the classes that occur");
        }
    }

    /** By class: how often it was found rightly, was found, and was there. */
    private static final class Counts {
        private final long[] right;
        private final long[] found;
        private final long[] there;

        Counts(int classes) {
            right = new long[classes];
            found = new long[classes];
            there = new long[classes];
        }

        void add(int label, int best) {
            there[label]++;
            // −1 where a score is not a number: nothing was found.
            if (best >= 0) {
                found[best]++;
                right[best] += best == label ? 1 : 0;
            }
        }

        double score() {
            double sum = 0;
            int classes = 0;
            for (int i = 0; i < right.length; i++) {
                if (found[i] + there[i] > 0) {
                    sum += 2.0 * right[i] / (found[i] + there[i]);
                    classes++;
                }
            }
            return sum / classes;
        }
    }
}
