package dev.eckart.core.compress;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.scan.Inventory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A chain of linear layers that can be run: the smallest network there is. */
record InMemoryNetwork(List<Layer> layers, List<SkippedWeight> skipped, Optional<Provenance> provenance)
        implements Network<InMemoryNetwork> {

    /** x·W, or (x·B)·A where there is a pair. */
    record Layer(LinearWeight weight, Optional<FactorPair> pair) {
        Matrix run(Matrix x) {
            return pair.map(factors -> x.times(Matrix.copyOf(factors.b())).times(Matrix.copyOf(factors.a())))
                    .orElseGet(() -> x.times(Matrix.copyOf(weight.values())));
        }
    }

    InMemoryNetwork {
        layers = List.copyOf(layers);
        skipped = List.copyOf(skipped);
    }

    /** Layers called fc1, fc2 … in a type and with these weights. */
    static InMemoryNetwork of(ElementType type, Matrix... weights) {
        return new InMemoryNetwork(
                IntStream.range(0, weights.length)
                        .mapToObj(i -> new Layer(
                                new LinearWeight("fc" + (i + 1), "MatMul", type, weights[i]), Optional.empty()))
                        .toList(),
                List.of(),
                Optional.empty());
    }

    @Override
    public Inventory inventory() {
        return new Inventory(layers.stream().map(Layer::weight).toList(), skipped);
    }

    @Override
    public InMemoryNetwork rewrite(Iterable<Replacement> replacements, Provenance newProvenance) {
        Map<String, Layer> rewritten = new LinkedHashMap<>();
        layers.forEach(layer -> rewritten.put(layer.weight().name(), layer));
        for (Replacement replacement : replacements) {
            LinearWeight weight = replacement.weight();
            if (!inventory().linear().contains(weight)) {
                throw new IllegalArgumentException(weight.describe() + " is not of this network");
            }
            rewritten.put(weight.name(), new Layer(weight, Optional.of(replacement.pair())));
        }
        return new InMemoryNetwork(List.copyOf(rewritten.values()), skipped, Optional.of(newProvenance));
    }

    /** The outputs {@code [samples × out]} for inputs {@code [samples × in]}. */
    Matrix run(Matrix inputs) {
        Matrix outputs = inputs;
        for (Layer layer : layers) {
            outputs = layer.run(outputs);
        }
        return outputs;
    }

    /** The pairs that stand for weights, by name. */
    Map<String, FactorPair> pairs() {
        Map<String, FactorPair> pairs = new LinkedHashMap<>();
        layers.forEach(
                layer -> layer.pair().ifPresent(pair -> pairs.put(layer.weight().name(), pair)));
        return pairs;
    }

    /** The pair that stands for a weight. */
    FactorPair pair(String name) {
        return Optional.ofNullable(pairs().get(name)).orElseThrow();
    }
}
