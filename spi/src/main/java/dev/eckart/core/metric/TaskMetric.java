package dev.eckart.core.metric;

import dev.eckart.core.verify.Judgement;

/** What a task makes of a network's outputs. An immutable value: what is counted is in a {@link Measurement}. */
public interface TaskMetric {

    /** What it is called in reports and limits: lower-case letters, digits and hyphens. */
    String name();

    /** What its limits, and later runs, judge it by. */
    Judgement judgement();

    /** Whether it can be measured with labels only; then every batch has some. */
    default boolean needsLabels() {
        return false;
    }

    /**
     * Begins to measure two networks. Before a network is compressed, a measurement is begun and given its first sample, so
     * that what does not fit shows early; it is dropped then.
     *
     * @param samples how many there will be, in all batches together
     */
    Measurement begin(long samples);

    /** What is counted, one batch after the other. Keeps what it needs to, and no batch. */
    interface Measurement {

        /**
         * Adds the samples that come next.
         *
         * @throws dev.eckart.core.InvalidInputException if the metric has nothing to say on such inputs, outputs or labels
         */
        void add(MetricBatch batch);

        /**
         * What all samples come to; asked once, at the end.
         *
         * @throws dev.eckart.core.InvalidInputException if they are too few to measure anything on
         */
        Reading result();
    }
}
