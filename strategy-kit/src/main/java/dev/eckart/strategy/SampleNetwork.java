package dev.eckart.strategy;

import dev.eckart.core.encode.PairEncoding;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.RankedForm;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A network to try a strategy on. Each time it is made, it is made of other objects.
 *
 * @param description what is special about it
 */
record SampleNetwork(String description, List<WeightSpectrum> weights) {
    /** What ranks are of. */
    static final RankedForm PAIRS = new PairEncoding(FactorPair.Balance.AUTO);

    private static final int OF_EVERY_KIND = 40;
    private static final int ORDINARY = 12;

    SampleNetwork {
        weights = List.copyOf(weights);
    }

    /** Networks of every kind of weight, usual and not. */
    static List<SampleNetwork> all() {
        return Stream.of(
                        edges().stream(),
                        ordinary().stream(),
                        IntStream.range(0, OF_EVERY_KIND).mapToObj(SampleNetwork::ofEveryKind))
                .flatMap(networks -> networks)
                .toList();
    }

    /** Networks of weights as they are met with, no two values alike, so that no choice is a matter of rounding. */
    static List<SampleNetwork> ordinary() {
        return IntStream.range(0, ORDINARY).mapToObj(SampleNetwork::ordinary).toList();
    }

    private static List<SampleNetwork> edges() {
        return List.of(
                alone("one row", Weights.of(1, 9, 2)),
                alone("one column", Weights.of(9, 1, 2)),
                alone("one number", Weights.of(1, 1, 2)),
                alone("one number, which is zero", Weights.of(1, 1)),
                alone("a zero matrix", Weights.of(40, 50)),
                alone("a matrix of rank 1", Weights.of(40, 50, 3)),
                alone("equal singular values", Weights.of(48, 48, equal(48))),
                alone("one weight", Weights.of(64, 48, falling(new Random(1), 48))),
                alone("singular values at the end of the range", Weights.of(36, 36, Double.MAX_VALUE)),
                alone("the smallest singular value there is", Weights.of(36, 36, Double.MIN_VALUE)),
                new SampleNetwork(
                        "two weights alike",
                        List.of(
                                Weights.of("a", ElementType.FLOAT32, 40, 40, falling(new Random(2), 40)),
                                Weights.of("b", ElementType.FLOAT32, 40, 40, falling(new Random(2), 40)))));
    }

    private static SampleNetwork alone(String description, WeightSpectrum weight) {
        return new SampleNetwork(description, List.of(weight));
    }

    private static double[] equal(int size) {
        double[] values = new double[size];
        Arrays.fill(values, 3);
        return values;
    }

    private static SampleNetwork ordinary(int seed) {
        Random random = new Random(seed);
        List<WeightSpectrum> weights = new ArrayList<>();
        int count = 2 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
            int rows = 8 + random.nextInt(120);
            int columns = 48 + random.nextInt(80);
            weights.add(Weights.of("layer" + i, type(random), rows, columns, falling(random, Math.min(rows, columns))));
        }
        weights.add(Weights.of("wide", ElementType.FLOAT32, 96, 80, falling(random, 80)));
        return new SampleNetwork("an ordinary network (no. %d)".formatted(seed), weights);
    }

    private static ElementType type(Random random) {
        ElementType[] types = ElementType.values();
        return types[random.nextInt(types.length)];
    }

    /** Values of some orders of magnitude. */
    private static double[] falling(Random random, int size) {
        double spread = 0.2 + 2 * random.nextDouble();
        double[] rising = random.doubles(size)
                .map(uniform -> Math.exp(spread * Math.log(uniform + 1e-3)))
                .sorted()
                .toArray();
        return IntStream.range(0, size).mapToDouble(i -> rising[size - 1 - i]).toArray();
    }

    private static SampleNetwork ofEveryKind(int seed) {
        Random random = new Random(seed);
        List<WeightSpectrum> weights = new ArrayList<>();
        weights.add(ofAnyKind(random, "first", 32 + random.nextInt(100), 32 + random.nextInt(100)));
        int more = random.nextInt(12);
        for (int i = 0; i < more; i++) {
            weights.add(ofAnyKind(random, "w" + i, side(random), side(random)));
        }
        return new SampleNetwork("a network of weights of every kind (no. %d)".formatted(seed), weights);
    }

    private static int side(Random random) {
        return random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(200);
    }

    private static WeightSpectrum ofAnyKind(Random random, String name, int rows, int columns) {
        int size = Math.min(rows, columns);
        double[] values = new double[size];
        switch (random.nextInt(7)) {
            case 0 -> {
                // The zero matrix.
            }
            case 1 -> Arrays.fill(values, 3);
            case 2 -> Arrays.setAll(values, i -> Math.pow(0.1, i));
            case 3 -> Arrays.setAll(values, i -> 1e300 / (1 + i));
            case 4 -> Arrays.setAll(values, i -> i <= size / 3 ? 1e-300 : 0);
            case 5 -> Arrays.setAll(values, i -> 1 + (size - i) * 0.01);
            default -> values = falling(random, size);
        }
        return Weights.of(name, type(random), rows, columns, values);
    }

    /** The same network with every weight multiplied by a number. */
    SampleNetwork times(double factor) {
        return new SampleNetwork(
                "%s, times %s".formatted(description, factor),
                weights.stream()
                        .map(spectrum -> {
                            LinearWeight weight = spectrum.weight();
                            double[] values = spectrum.spectrum().singularValues();
                            Arrays.setAll(values, i -> values[i] * factor);
                            return Weights.of(weight.name(), weight.type(), weight.rows(), weight.columns(), values);
                        })
                        .toList());
    }

    /** The same network, its weights the other way round. */
    SampleNetwork reversed() {
        List<WeightSpectrum> reversed = new ArrayList<>(weights);
        Collections.reverse(reversed);
        return new SampleNetwork(description + ", last weight first", reversed);
    }
}
