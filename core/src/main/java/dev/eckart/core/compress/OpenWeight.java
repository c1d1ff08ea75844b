package dev.eckart.core.compress;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A weight that is worked on, in one thread: its decomposition, as far as it was asked for.
 *
 * <p>Of the matrices that a weight can be read as, it is the one that needs the fewest numbers for most of its energy.
 */
final class OpenWeight implements AutoCloseable {
    /** What part of its energy readings of a weight are compared at. */
    private static final double MOST_ENERGY = 0.95;

    private final Decomposer decomposer;
    private final LinearWeight weight;
    private final Accuracy accuracy;
    private final Decomposition decomposition;
    private @Nullable WeightSpectrum spectrum;

    private OpenWeight(Decomposer decomposer, LinearWeight weight, Accuracy accuracy, Decomposition decomposition) {
        this.decomposer = decomposer;
        this.weight = weight;
        this.accuracy = accuracy;
        this.decomposition = decomposition;
    }

    /** @throws InvalidInputException if the weight holds a NaN or an infinity */
    static OpenWeight open(Decomposer decomposer, LinearWeight weight, Accuracy wanted) {
        OpenWeight best = openReading(decomposer, weight, wanted);
        for (LinearWeight reading : weight.otherReadings()) {
            OpenWeight other = openReading(decomposer, reading, wanted);
            boolean better = other.numbersForMost() < best.numbersForMost();
            (better ? best : other).close();
            best = better ? other : best;
        }
        return best;
    }

    /** Again, for what was planned: the reading that was chosen. */
    static OpenWeight open(Decomposer decomposer, PlannedWeight planned) {
        return openReading(decomposer, planned.weight(), accuracy(planned));
    }

    private static Accuracy accuracy(PlannedWeight planned) {
        return planned.spectrum().orElseThrow().accuracy();
    }

    private static OpenWeight openReading(Decomposer decomposer, LinearWeight weight, Accuracy wanted) {
        Accuracy accuracy = accuracy(weight, wanted);
        try {
            return new OpenWeight(decomposer, weight, accuracy, decomposer.decompose(weight.values(), accuracy));
        } catch (NonFiniteValueException e) {
            throw new InvalidInputException(
                    "%s holds %s; only finite numbers can be decomposed (--exclude leaves a weight out)"
                            .formatted(weight.describe(), e.getMessage()),
                    e);
        }
    }

    /** The Gram matrix of doubles, in double, loses what tells them from narrower types. */
    private static Accuracy accuracy(LinearWeight weight, Accuracy wanted) {
        return weight.type() == ElementType.FLOAT64 ? Accuracy.FULL : wanted;
    }

    /** Bytes that a weight takes while it is open and a pair for it is made. */
    static long bytes(Decomposer decomposer, LinearWeight weight, Accuracy wanted) {
        long decompositions = readings(weight)
                .mapToLong(reading -> decomposer.bytes(reading.rows(), reading.columns(), accuracy(reading, wanted)))
                .sum();
        // A pair below break-even, and the vectors that it is made of.
        return decompositions + 2 * Double.BYTES * weight.parameters();
    }

    /** As {@link #bytes(Decomposer, LinearWeight, Accuracy)}, of what was planned. */
    static long bytes(Decomposer decomposer, PlannedWeight planned) {
        LinearWeight weight = planned.weight();
        return decomposer.bytes(weight.rows(), weight.columns(), accuracy(planned))
                + 2 * Double.BYTES * weight.parameters();
    }

    private static Stream<LinearWeight> readings(LinearWeight weight) {
        return Stream.concat(Stream.of(weight), weight.otherReadings().stream());
    }

    private long numbersForMost() {
        return BreakEven.pairParameters(
                weight.rows(), weight.columns(), spectrum().spectrum().rankAtEnergy(MOST_ENERGY));
    }

    LinearWeight weight() {
        return weight;
    }

    /** What the singular values add up to, where that is known before they are. */
    Optional<EnergyMoments> moments() {
        return decomposition.moments();
    }

    WeightSpectrum spectrum() {
        if (spectrum == null) {
            spectrum = new WeightSpectrum(weight, Spectrum.of(decomposition.singularValues()), accuracy);
        }
        return spectrum;
    }

    /** The pair of a rank from 1 to the weight's smaller side. */
    Replacement factor(int rank, FactorPair.Balance balance) {
        return new Replacement(
                weight,
                FactorPair.of(decomposer.truncated(weight.values(), decomposition, rank), balance, weight.type()));
    }

    @Override
    public void close() {
        decomposition.close();
    }
}
