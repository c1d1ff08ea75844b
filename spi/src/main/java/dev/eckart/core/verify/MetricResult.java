package dev.eckart.core.verify;

import java.util.Optional;

/**
 * What was measured of a metric of the user's task.
 *
 * @param name as limits call it
 * @param judgement what {@code value} is
 * @param networks the number of each network, where each has one
 * @param value what is judged
 * @param interval of {@code value}, where it is known
 * @param note a sentence for people, or an empty text
 */
public record MetricResult(
        String name,
        Judgement judgement,
        Optional<Networks> networks,
        double value,
        Optional<Interval> interval,
        String note) {

    /** A number of each of the two networks. */
    public record Networks(double original, double compressed) {}

    /** What holds, with a confidence of 95 %, what the value would be on samples without end. */
    public record Interval(double low, double high) {}

    /** Whether there is a value; what has none is nothing to pass by. */
    public boolean isFinite() {
        return Double.isFinite(value);
    }
}
