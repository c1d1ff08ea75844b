package dev.eckart.core.metric;

/**
 * A metric that the user asked for.
 *
 * @param name what it is called in reports and limits
 */
public record RequestedMetric(String name, TaskMetric metric) {}
