package dev.eckart.core.metric;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.verify.MetricResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What networks gave, for metrics to be measured on. */
final class Batches {
    static final TaskMetrics METRICS = TaskMetrics.load(Batches.class.getClassLoader());

    /** Which positions of four samples of three are no padding. */
    static final NpyArray MASK = whole(List.of(4, 3), 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0);

    private Batches() {}

    /** A number by its place. */
    interface Entry {
        double at(int sample, int position, int j);
    }

    static NetworkOutput output(String name, List<Integer> shape, double... numbers) {
        return new NetworkOutput(name, shape, i -> numbers[i]);
    }

    /** {@code [samples×positions×width]}. */
    static NetworkOutput states(int samples, int positions, int width, Entry entry) {
        double[] numbers = new double[samples * positions * width];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = entry.at(i / width / positions, i / width % positions, i % width);
        }
        return output("states", List.of(samples, positions, width), numbers);
    }

    /** {@code [samples×width]}. */
    static NetworkOutput vectors(int samples, int width, Entry entry) {
        return new NetworkOutput(
                "vectors",
                List.of(samples, width),
                states(samples, 1, width, entry).numbers());
    }

    static NpyArray whole(List<Integer> shape, long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long number : numbers) {
            bytes.putLong(number);
        }
        return NpyArray.of(NpyType.INT64, shape, bytes.flip());
    }

    static MetricBatch batch(NetworkOutput original, NetworkOutput compressed) {
        return batch(original, compressed, Map.of(), Optional.empty());
    }

    static MetricBatch batch(
            NetworkOutput original, NetworkOutput compressed, Map<String, NpyArray> inputs, Optional<NpyArray> labels) {
        return new MetricBatch(
                original.shape().get(0),
                new LinkedHashMap<>(inputs),
                Map.of(original.name(), original),
                Map.of(compressed.name(), compressed),
                labels);
    }

    /** What a metric comes to on some batches. */
    static MetricResult measure(String call, MetricBatch... batches) {
        RequestedMetric requested = METRICS.select(call);
        TaskMetric.Measurement measurement = requested
                .metric()
                .begin(List.of(batches).stream().mapToLong(MetricBatch::samples).sum());
        for (MetricBatch batch : batches) {
            measurement.add(batch);
        }
        return measurement.result().of(requested.name(), requested.metric().judgement());
    }
}
