package dev.eckart.core.compress;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The engine: from a network to a plan, and from the plan to the compressed network.
 *
 * <p>Weights are worked on side by side, each by one thread; the result does not depend on how many there are.
 */
public final class Compressor {
    /** What part of its energy readings of a weight are compared at. */
    private static final double MOST_ENERGY = 0.95;

    private final Decomposer decomposer;
    private final int threads;
    private final long memory;
    private final Progress progress;

    /**
     * An engine that works on up to {@code threads} weights at a time.
     *
     * @param memory bytes that the weights under way may take; where one alone takes more, it is the only one
     */
    public Compressor(Decomposer decomposer, int threads, long memory, Progress progress) {
        this.decomposer = decomposer;
        this.threads = threads;
        this.memory = memory;
        this.progress = progress;
    }

    /** The compressed network, in one go: {@link #plan}, then {@link #apply}. */
    public <N extends Network<N>> N compress(
            N network, WeightFilter filter, RankSelector selector, FactorPair.Balance balance, Provenance provenance) {
        return apply(plan(network, filter, selector), network, balance, provenance);
    }

    /**
     * Decides on every weight of a network.
     *
     * @throws InvalidInputException if a weight holds a NaN or an infinity, or the strategy's choices are not feasible
     */
    public CompressionPlan plan(Network<?> network, WeightFilter filter, RankSelector selector) {
        return plan(filter.apply(network.inventory()), selector);
    }

    /** As {@link #plan(Network, WeightFilter, RankSelector)}, for an inventory that is filtered already. */
    public CompressionPlan plan(Inventory inventory, RankSelector selector) {
        List<WeightSpectrum> spectra = decompose(inventory.linear(), selector.accuracy());
        RankPlan ranks = selector.select(spectra);
        try {
            return CompressionPlan.of(spectra, ranks, inventory.skipped());
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                    "strategy %s chose badly: %s".formatted(selector.getClass().getName(), e.getMessage()), e);
        }
    }

    /** Carries a plan out on the network that it was made for. */
    public <N extends Network<N>> N apply(
            CompressionPlan plan, N network, FactorPair.Balance balance, Provenance provenance) {
        List<PlannedWeight> factored = plan.factored();
        try (Progress.Task task = progress.start("Factoring", factored.size());
                OrderedWork<Replacement> replacements = OrderedWork.start(
                        factored,
                        threads,
                        memory,
                        weight -> bytes(weight.weight(), weight.rank()),
                        weight -> stepping(task, () -> factor(weight, balance)))) {
            return network.rewrite(replacements, provenance);
        }
    }

    private List<WeightSpectrum> decompose(List<LinearWeight> weights, Accuracy wanted) {
        try (Progress.Task task = progress.start("Decomposing", weights.size());
                OrderedWork<WeightSpectrum> spectra = OrderedWork.start(
                        weights,
                        threads,
                        memory,
                        Compressor::bytesOfAnyReading,
                        weight -> stepping(task, () -> bestReading(weight, wanted)))) {
            return spectra.toList();
        }
    }

    /** Memory for decomposing a weight, and for as many vectors: some squares of its shorter side, some of its longer. */
    private static long bytes(LinearWeight weight, int vectors) {
        long shorter = Math.min(weight.rows(), weight.columns());
        long longer = Math.max(weight.rows(), weight.columns());
        long numbers = 6 * shorter * shorter + 2L * vectors * (shorter + longer);
        // A true decomposition, which doubles are given, works on the whole.
        return Double.BYTES * (weight.type() == ElementType.FLOAT64 ? numbers + 2 * shorter * longer : numbers);
    }

    /** Readings are decomposed one after the other. */
    private static long bytesOfAnyReading(LinearWeight weight) {
        return Stream.concat(Stream.of(weight), weight.otherReadings().stream())
                .mapToLong(reading -> bytes(reading, 0))
                .max()
                .orElseThrow();
    }

    /** Of the matrices that a weight can be read as, the one that needs the fewest numbers for most of its energy. */
    private WeightSpectrum bestReading(LinearWeight weight, Accuracy wanted) {
        WeightSpectrum best = spectrum(weight, wanted);
        for (LinearWeight reading : weight.otherReadings()) {
            WeightSpectrum other = spectrum(reading, wanted);
            if (numbersForMost(other) < numbersForMost(best)) {
                best = other;
            }
        }
        return best;
    }

    private static long numbersForMost(WeightSpectrum spectrum) {
        return BreakEven.pairParameters(
                spectrum.weight().rows(),
                spectrum.weight().columns(),
                spectrum.spectrum().rankAtEnergy(MOST_ENERGY));
    }

    private WeightSpectrum spectrum(LinearWeight weight, Accuracy wanted) {
        // The Gram matrix of doubles, in double, loses what tells them from narrower types.
        Accuracy accuracy = weight.type() == ElementType.FLOAT64 ? Accuracy.FULL : wanted;
        try {
            return new WeightSpectrum(
                    weight, Spectrum.of(decomposer.singularValues(weight.values(), accuracy)), accuracy);
        } catch (NonFiniteValueException e) {
            throw new InvalidInputException(
                    "%s holds %s; only finite numbers can be decomposed (--exclude leaves a weight out)"
                            .formatted(weight.describe(), e.getMessage()),
                    e);
        }
    }

    private Replacement factor(PlannedWeight planned, FactorPair.Balance balance) {
        LinearWeight weight = planned.weight();
        return new Replacement(
                weight,
                FactorPair.of(
                        decomposer.truncated(
                                weight.values(),
                                planned.rank(),
                                planned.spectrum().accuracy()),
                        balance,
                        weight.type()));
    }

    private static <R> R stepping(Progress.Task task, Supplier<R> work) {
        R result = work.get();
        task.step(1);
        return result;
    }
}
