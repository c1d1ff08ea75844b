package dev.eckart.core.metric;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.Limit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a metric is held to, {@code NAME>=BOUND} or {@code NAME<=BOUND}.
 *
 * @param atLeast whether it may be no less, or else no more
 */
public record MetricLimit(String metric, boolean atLeast, double bound) {
    private static final Pattern FORM = Pattern.compile("\\s*([a-z0-9-]+)\\s*(>=|<=)\\s*(\\S+)\\s*");

    /**
     * Reads a limit.
     *
     * @throws InvalidInputException if it is not of that form, or the bound is no finite number
     */
    public static MetricLimit parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (matcher.matches()) {
            try {
                double bound = Double.parseDouble(matcher.group(3));
                if (Double.isFinite(bound)) {
                    return new MetricLimit(matcher.group(1), matcher.group(2).equals(">="), bound);
                }
            } catch (NumberFormatException e) {
                throw malformed(text);
            }
        }
        throw malformed(text);
    }

    private static InvalidInputException malformed(String text) {
        return new InvalidInputException(
                "limit `%s`: expected NAME>=NUMBER or NAME<=NUMBER, such as embedding-cosine>=0.98".formatted(text));
    }

    /**
     * Refuses to hold anything but one of these metrics, or one of them from its good side.
     *
     * @throws InvalidInputException if this would
     */
    public void requireAmong(List<RequestedMetric> metrics) {
        RequestedMetric asked = metrics.stream()
                .filter(each -> each.name().equals(metric))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("limit `%s`: no metric with this name is measured; %s"
                        .formatted(
                                this,
                                metrics.isEmpty()
                                        ? "request it with --metric"
                                        : "measured metrics: "
                                                + String.join(
                                                        ", ",
                                                        metrics.stream()
                                                                .map(RequestedMetric::name)
                                                                .toList()))));
        Judgement judgement = asked.metric().judgement();
        if (judgement.higherIsBetter() != atLeast) {
            throw new InvalidInputException("limit `%s`: the %s of `%s` is better the %s it is; expected %s%s"
                    .formatted(
                            this,
                            judgement.label(),
                            metric,
                            judgement.higherIsBetter() ? "higher" : "lower",
                            judgement.higherIsBetter() ? ">=" : "<=",
                            bound));
        }
    }

    /** The verdict on a measured value; one that is not a number keeps nothing. */
    public Limit.Outcome judge(double value) {
        return new Limit.Outcome(metric, bound, value, atLeast ? value >= bound : value <= bound);
    }

    /** As users write it. */
    @Override
    public String toString() {
        return metric + (atLeast ? ">=" : "<=") + bound;
    }
}
