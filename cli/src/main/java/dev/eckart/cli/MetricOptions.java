package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.MetricLimit;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.onnx.job.Limits;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Metrics of the user's task, and what they are held to. */
final class MetricOptions {
    @Option(
            names = "--metric",
            paramLabel = "METRIC",
            description =
                    "A metric of the task, name[:value][,key=value...], such as top-k:5 or embedding-cosine; `eckart"
                            + " strategies` lists the metrics; may be repeated.")
    private List<String> metrics = new ArrayList<>();

    @Option(
            names = "--limit",
            paramLabel = "'NAME>=X'|'NAME<=X'",
            description = "A limit on a metric, such as 'embedding-cosine>=0.98'; may be repeated.")
    private List<String> limits = new ArrayList<>();

    List<RequestedMetric> metrics(PluginOptions plugins) {
        if (metrics.isEmpty()) {
            return List.of();
        }
        TaskMetrics known = plugins.metrics();
        return metrics.stream().map(known::select).toList();
    }

    /** Further limits beside those on metrics. */
    Limits limits(Limits others) {
        return new Limits(
                others.values(), limits.stream().map(MetricLimit::parse).toList());
    }

    /** Refuses metrics where nothing is measured. */
    void requireNone() {
        if (!metrics.isEmpty()) {
            throw new InvalidInputException(
                    "--metric %s runs both models but --no-verify runs neither; give only one of these options"
                            .formatted(metrics.get(0)));
        }
    }
}
