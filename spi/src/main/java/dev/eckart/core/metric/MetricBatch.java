package dev.eckart.core.metric;

import dev.eckart.core.npy.NpyArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Samples that were run together.
 *
 * @param samples how many they are
 * @param inputs of the networks, by name; the first axis is samples, where the network takes several at a time: an axis of
 *     samples that is another one in the network is moved to the front
 * @param original the original's floating-point outputs, by name, in its order; with samples first likewise
 * @param compressed the compressed network's, of the same names and shapes
 * @param labels of these samples, the first axis being samples, if the user gave any
 */
public record MetricBatch(
        int samples,
        Map<String, NpyArray> inputs,
        Map<String, NetworkOutput> original,
        Map<String, NetworkOutput> compressed,
        Optional<NpyArray> labels) {
    public MetricBatch {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        original = Collections.unmodifiableMap(new LinkedHashMap<>(original));
        compressed = Collections.unmodifiableMap(new LinkedHashMap<>(compressed));
    }

    /** The same output of the compressed network. */
    public NetworkOutput counterpart(NetworkOutput ofOriginal) {
        NetworkOutput other = compressed.get(ofOriginal.name());
        if (other == null) {
            throw new IllegalArgumentException("Expected one of the original's outputs but was: " + ofOriginal.name());
        }
        return other;
    }
}
