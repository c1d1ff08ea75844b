package dev.eckart.core.encode;

import dev.eckart.core.model.LinearWeight;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * An encoding without a number of bits, such as {@code bits}: where a size is to be kept to, each weight gets as many as that allows
 * it, and else the most.
 *
 * @param variants from the most bits to the fewest; none serves a weight that the first does not
 */
record AnyBits(String name, List<Encoding> variants) implements Encoding {
    AnyBits {
        variants = List.copyOf(variants);
    }

    /** All numbers of bits between two. */
    static AnyBits of(String name, int most, int fewest, IntFunction<Encoding> encoding) {
        return new AnyBits(
                name,
                IntStream.iterate(most, bits -> bits >= fewest, bits -> bits - 1)
                        .mapToObj(encoding)
                        .toList());
    }

    @Override
    public Optional<String> obstacle(LinearWeight weight) {
        return variants.get(0).obstacle(weight);
    }

    @Override
    public boolean roundsInputs() {
        return variants.get(0).roundsInputs();
    }

    @Override
    public Optional<Encoding> finer() {
        return variants.get(0).finer();
    }

    @Override
    public Draft draft(WeightView view) {
        return variants.get(0).draft(view);
    }
}
