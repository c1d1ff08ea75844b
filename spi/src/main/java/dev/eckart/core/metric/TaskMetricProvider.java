package dev.eckart.core.metric;

import dev.eckart.core.plugin.Provider;
import dev.eckart.core.rank.StrategyArguments;

/**
 * Makes a metric out of what the user wrote, {@code name[:value][,key=value…]}.
 *
 * <p>Found by {@link java.util.ServiceLoader}: a jar names its providers in
 * {@code META-INF/services/dev.eckart.core.metric.TaskMetricProvider}. The option {@code as=NAME}, which gives a metric
 * another name in reports and limits, is every metric's, and is not among the arguments.
 */
public interface TaskMetricProvider extends Provider {

    /**
     * The metric with these arguments.
     *
     * @throws dev.eckart.core.InvalidInputException if an argument is missing, malformed or out of range
     */
    TaskMetric create(StrategyArguments arguments);
}
