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
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;
import java.util.function.Supplier;

/**
 * The engine: from a network to a plan, and from the plan to the compressed network.
 *
 * <p>Weights are worked on side by side, each by one thread; the result does not depend on how many there are.
 */
public final class Compressor {
    private final Decomposer decomposer;
    private final int threads;
    private final Progress progress;

    /** An engine that works on up to {@code threads} weights at a time. */
    public Compressor(Decomposer decomposer, int threads, Progress progress) {
        this.decomposer = decomposer;
        this.threads = threads;
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
        Inventory inventory = filter.apply(network.inventory());
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
                OrderedWork<Replacement> replacements =
                        OrderedWork.start(factored, threads, weight -> stepping(task, () -> factor(weight, balance)))) {
            return network.rewrite(replacements, provenance);
        }
    }

    private List<WeightSpectrum> decompose(List<LinearWeight> weights, Accuracy wanted) {
        try (Progress.Task task = progress.start("Decomposing", weights.size());
                OrderedWork<WeightSpectrum> spectra =
                        OrderedWork.start(weights, threads, weight -> stepping(task, () -> spectrum(weight, wanted)))) {
            return spectra.toList();
        }
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
        return new Replacement(
                planned.weight(),
                FactorPair.of(
                        decomposer.truncated(
                                planned.weight().values(),
                                planned.rank(),
                                planned.spectrum().accuracy()),
                        balance));
    }

    private static <R> R stepping(Progress.Task task, Supplier<R> work) {
        R result = work.get();
        task.step(1);
        return result;
    }
}
