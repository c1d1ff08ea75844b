package dev.eckart.core.compress;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.scan.Inventory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A chain of linear layers that can be run: the smallest network there is. */
record InMemoryNetwork(List<Layer> layers, List<SkippedWeight> skipped, Optional<Provenance> provenance)
        implements Network<InMemoryNetwork> {

    /** x·W, or (x·B)·A + shift where it is replaced. */
    record Layer(LinearWeight weight, Optional<Replacement> replacement) {
        Matrix run(Matrix x) {
            return replacement.map(by -> run(x, by)).orElseGet(() -> x.times(Matrix.copyOf(weight.values())));
        }

        private static Matrix run(Matrix x, Replacement by) {
            Matrix product = x.times(Matrix.copyOf(by.pair().orElseThrow().b()))
                    .times(Matrix.copyOf(by.pair().orElseThrow().a()));
            double[] minusOnes = new double[x.rows()];
            Arrays.fill(minusOnes, -1);
            return by.biasShift()
                    .map(shift ->
                            product.minus(Matrix.of(x.rows(), 1, minusOnes).times(Matrix.copyOf(shift))))
                    .orElse(product);
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
            rewritten.put(weight.name(), new Layer(weight, Optional.of(replacement)));
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
        layers.forEach(layer -> layer.replacement()
                .ifPresent(by -> pairs.put(layer.weight().name(), by.pair().orElseThrow())));
        return pairs;
    }

    /** The pair that stands for a weight. */
    FactorPair pair(String name) {
        return Optional.ofNullable(pairs().get(name)).orElseThrow();
    }
}
