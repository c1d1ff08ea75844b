package dev.eckart.core.metric;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.LabelAccuracy;
import java.util.List;
import java.util.Map;

/**
 * {@code top-k:5}: the share of samples whose label is among the k classes of highest score. Of equal scores those of lower
 * numbers are taken first.
 */
record TopKAccuracy(int k, OutputChoice output) implements TaskMetric {

    /** Makes it. */
    public static final class Provider implements TaskMetricProvider {
        @Override
        public String name() {
            return "top-k";
        }

        @Override
        public String summary() {
            return "share of samples with the label among the k top scores; judged by its drop";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    "top-k:5", "top-5-accuracy; needs --labels [samples]",
                    "top-k:5,output=NAME", "output NAME [samples×classes]");
        }

        @Override
        public TaskMetric create(StrategyArguments arguments) {
            arguments.allowing(OutputChoice.OPTION);
            return new TopKAccuracy(
                    arguments.wholeNumber(), new OutputChoice(arguments, List.of(2), "[samples×classes]"));
        }
    }

    @Override
    public String name() {
        return "top-%d-accuracy".formatted(k);
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
        return new Counting(this);
    }

    private static final class Counting implements Measurement {
        private final TopKAccuracy metric;
        private long samples;
        private long correctInOriginal;
        private long correctInCompressed;
        private long disputed;

        Counting(TopKAccuracy metric) {
            this.metric = metric;
        }

        @Override
        public void add(MetricBatch batch) {
            NetworkOutput original = metric.output.in(batch);
            NetworkOutput compressed = batch.counterpart(original);
            NpyArray labels = labels(batch);
            int classes = original.lastAxis();
            if (metric.k >= classes) {
                throw metric.refuse(
                        "expected a number below %d, the number of classes: every label is among that many scores"
                                .formatted(classes));
            }
            for (int i = 0; i < batch.samples(); i++) {
                long label = labels.longAt(i);
                if (label < 0 || label >= classes) {
                    throw metric.refuse(
                            "label %d is no class; expected a whole number from 0 to %d".formatted(label, classes - 1));
                }
                boolean one = metric.isAmong(original, i, (int) label);
                boolean other = metric.isAmong(compressed, i, (int) label);
                correctInOriginal += one ? 1 : 0;
                correctInCompressed += other ? 1 : 0;
                disputed += one == other ? 0 : 1;
            }
            samples += batch.samples();
        }

        private NpyArray labels(MetricBatch batch) {
            NpyArray labels = batch.labels().orElseThrow();
            if (!labels.type().isInteger() || labels.size() != batch.samples()) {
                throw metric.refuse("the labels are %s for %d samples; expected one whole number for each sample"
                        .formatted(labels.describe(), batch.samples()));
            }
            return labels;
        }

        @Override
        public Reading result() {
            return new Reading.Shares(
                    new LabelAccuracy(
                            (double) correctInOriginal / samples,
                            (double) correctInCompressed / samples,
                            samples,
                            disputed),
                    "on %d samples".formatted(samples));
        }
    }

    private InvalidInputException refuse(String sentence) {
        return output.call().refuse(sentence);
    }

    /** Never where its score, or one that it is compared with, is not a number. */
    private boolean isAmong(NetworkOutput scores, int sample, int label) {
        int classes = scores.lastAxis();
        double own = scores.at(sample * classes + label);
        int better = 0;
        for (int j = 0; j < classes; j++) {
            double score = scores.at(sample * classes + j);
            if (Double.isNaN(score)) {
                return false;
            }
            better += score > own || (score == own && j < label) ? 1 : 0;
        }
        return better < k;
    }
}
