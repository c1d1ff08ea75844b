package dev.eckart.core.metric;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.plugin.Kind;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.rank.StrategyArguments;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The metrics to be had, by name: those built in and those of plug-ins. */
public final class TaskMetrics {
    private static final String AS = "as";

    private final Providers<TaskMetricProvider> providers;

    private TaskMetrics(Providers<TaskMetricProvider> providers) {
        this.providers = providers;
    }

    /**
     * The metrics that a class loader finds, and those of plug-ins.
     *
     * @param plugins a loader for each, named after its jar
     * @throws InvalidInputException if two have the same name, one has none that can be written, or cannot be loaded
     */
    public static TaskMetrics load(ClassLoader loader, ClassLoader... plugins) {
        return new TaskMetrics(Providers.load(Kind.METRIC, TaskMetricProvider.class, loader, plugins));
    }

    /** All of them, by name. */
    public Collection<TaskMetricProvider> all() {
        return providers.all();
    }

    /**
     * The metric that a text such as {@code top-k:5} asks for.
     *
     * @throws InvalidInputException if no metric has that name, or it refuses its arguments
     */
    public RequestedMetric select(String text) {
        StrategyArguments written = StrategyArguments.parse(Kind.METRIC, text);
        TaskMetricProvider provider = providers.get(written.name());
        Map<String, String> options = new HashMap<>(written.options());
        String wanted = options.remove(AS);
        StrategyArguments arguments =
                new StrategyArguments(Kind.METRIC, text, written.name(), written.value(), options);
        String about = "`%s`".formatted(text);
        TaskMetric metric = Providers.answer(Kind.METRIC, provider, about, () -> provider.create(arguments));
        String name = wanted == null ? Providers.answer(Kind.METRIC, metric, about, metric::name) : wanted;
        if (!name.matches("[a-z0-9-]+")) {
            throw written.refuse(
                    "`%s` is not a valid name for a metric; expected lower-case letters, digits and hyphens"
                            .formatted(name));
        }
        // Limits ask for it, too: whether it can say so at all shows here.
        Providers.answer(Kind.METRIC, metric, about, metric::judgement);
        return new RequestedMetric(name, metric);
    }

    /**
     * Refuses metrics of one name, which no limit could tell apart.
     *
     * @throws InvalidInputException if there are such
     */
    public static void requireDistinct(List<RequestedMetric> metrics) {
        Set<String> names = new TreeSet<>();
        for (RequestedMetric metric : metrics) {
            if (!names.add(metric.name())) {
                throw new InvalidInputException(
                        "two metrics are named `%s`; rename one with the option as=NAME".formatted(metric.name()));
            }
        }
    }
}
