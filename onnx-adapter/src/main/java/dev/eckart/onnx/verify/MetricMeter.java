package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.MetricBatch;
import dev.eckart.core.metric.NetworkOutput;
import dev.eckart.core.metric.Reading;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.metric.TaskMetric;
import dev.eckart.core.plugin.Kind;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.onnx.run.Batch;
import dev.eckart.onnx.run.BatchAxes;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Metrics of the task, batch after batch. */
final class MetricMeter {
    private final List<Running> running;
    private final Optional<Labels> labels;

    private MetricMeter(List<Running> running, Optional<Labels> labels) {
        this.running = running;
        this.labels = labels;
    }

    private record Running(RequestedMetric requested, TaskMetric.Measurement measurement) {
        /** What a plug-in does wrong is no bug of ours. */
        <R> R answer(Supplier<R> question) {
            return MetricMeter.answer(requested, question);
        }
    }

    private static <R> R answer(RequestedMetric requested, Supplier<R> question) {
        return Providers.answer(Kind.METRIC, requested.metric(), "`%s`".formatted(requested.name()), question);
    }

    /**
     * Metrics of which nothing is measured yet.
     *
     * @param samples how many there will be
     * @throws InvalidInputException if one needs labels, and there are none
     */
    static MetricMeter begin(List<RequestedMetric> metrics, Optional<Labels> labels, long samples) {
        return new MetricMeter(
                metrics.stream()
                        .map(requested -> {
                            if (answer(requested, requested.metric()::needsLabels) && labels.isEmpty()) {
                                throw new InvalidInputException(
                                        "metric `%s` needs labels; give --labels, and the --inputs that they belong to"
                                                .formatted(requested.name()));
                            }
                            return new Running(
                                    requested,
                                    answer(requested, () -> requested.metric().begin(samples)));
                        })
                        .toList(),
                labels);
    }

    /**
     * Has metrics look at what the original gives for as few samples as it can be run on, to find what does not fit before
     * any work is done.
     *
     * @throws InvalidInputException if something does not
     */
    static void rehearse(List<RequestedMetric> metrics, Optional<Labels> labels, Session original, InputSet inputs) {
        if (metrics.isEmpty()) {
            return;
        }
        MetricMeter meter = begin(metrics, labels, inputs.samples());
        Batch batch = new Batch(inputs, 0, inputs.batchSize(1));
        Map<String, Output> outputs = original.run(batch.inputs());
        meter.add(batch, outputs, outputs);
    }

    void add(Batch batch, Map<String, Output> original, Map<String, Output> compressed) {
        if (running.isEmpty()) {
            return;
        }
        BatchAxes axes = batch.set().axes();
        MetricBatch seen = new MetricBatch(
                batch.size(),
                axes.inputsSamplesFirst(batch.inputs()),
                floating(axes.samplesFirst(original, batch.size())),
                floating(axes.samplesFirst(compressed, batch.size())),
                labels.map(all -> all.of(batch.from(), batch.to())));
        for (Running each : running) {
            each.answer(() -> {
                each.measurement.add(seen);
                return each;
            });
        }
    }

    private static Map<String, NetworkOutput> floating(Map<String, Output> outputs) {
        Map<String, NetworkOutput> floating = new LinkedHashMap<>();
        outputs.values().stream()
                .filter(Output::floating)
                .forEach(output -> floating.put(
                        output.name(),
                        new NetworkOutput(
                                output.name(),
                                output.shape().stream().map(Math::toIntExact).toList(),
                                output.values())));
        return floating;
    }

    List<MetricResult> results() {
        return running.stream()
                .map(each -> {
                    Reading reading = each.answer(each.measurement::result);
                    return each.answer(() -> reading.of(
                            each.requested.name(), each.requested.metric().judgement()));
                })
                .toList();
    }
}
