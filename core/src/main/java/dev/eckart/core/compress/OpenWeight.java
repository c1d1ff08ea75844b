package dev.eckart.core.compress;

import dev.eckart.core.calibrate.CalibratedWeight;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.encode.LowRank;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.ShiftedPair;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EnergyMoments;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A weight that is worked on, in one thread: its decomposition, as far as it was asked for. */
final class OpenWeight implements LowRank, AutoCloseable {
    /** What part of its energy readings of a weight are compared at. */
    private static final double MOST_ENERGY = 0.95;

    private final Decomposer decomposer;
    private final LinearWeight weight;
    private final Optional<CalibratedWeight> calibrated;
    private final Accuracy accuracy;
    private final Decomposition decomposition;
    private final OptionalDouble sensitivity;
    private final boolean wantsPlain;
    private @Nullable Spectrum values;

    /**
     * A weight with the decomposition of it, or of what its inputs see of it.
     *
     * @param wantsPlain whether the values of the weight itself are wanted in either case
     */
    OpenWeight(
            Decomposer decomposer,
            LinearWeight weight,
            Optional<CalibratedWeight> calibrated,
            Accuracy accuracy,
            Decomposition decomposition,
            OptionalDouble sensitivity,
            boolean wantsPlain) {
        this.decomposer = decomposer;
        this.weight = weight;
        this.calibrated = calibrated;
        this.accuracy = accuracy;
        this.decomposition = decomposition;
        this.sensitivity = sensitivity;
        this.wantsPlain = wantsPlain;
    }

    /** Numbers of a pair that keeps most of the energy. */
    long numbersForMost() {
        return BreakEven.pairParameters(weight.rows(), weight.columns(), values().rankAtEnergy(MOST_ENERGY));
    }

    LinearWeight weight() {
        return weight;
    }

    Accuracy accuracy() {
        return accuracy;
    }

    boolean isCalibrated() {
        return calibrated.isPresent();
    }

    /** The weight as it is factored: one that stands for several may be divided otherwise by what its inputs make of it. */
    LinearWeight factoredWeight() {
        return calibrated.map(CalibratedWeight::weight).orElse(weight);
    }

    /** What it is multiplied by; empty without a calibration. */
    Optional<InputStatistics> inputs() {
        return calibrated.map(CalibratedWeight::inputs);
    }

    @Override
    public Optional<EnergyMoments> moments() {
        return decomposition.moments();
    }

    private Spectrum values() {
        if (values == null) {
            values = Spectrum.of(decomposition.singularValues());
        }
        return values;
    }

    @Override
    public WeightSpectrum spectrum() {
        return new WeightSpectrum(weight, values(), accuracy, calibrated.isPresent(), plain(), sensitivity);
    }

    private Optional<Spectrum> plain() {
        if (calibrated.isEmpty()) {
            return Optional.of(values());
        }
        return wantsPlain
                ? Optional.of(Spectrum.of(decomposer.singularValues(weight.values(), accuracy)))
                : Optional.empty();
    }

    @Override
    public ShiftedPair pair(int rank, FactorPair.Balance balance) {
        return calibrated
                .map(seen -> seen.factor(decomposer, decomposition, rank, balance))
                .orElseGet(() -> new ShiftedPair(
                        FactorPair.of(
                                decomposer.truncated(weight.values(), decomposition, rank), balance, weight.type()),
                        Optional.empty()));
    }

    /** B·A of a rank from 1 to the weight's smaller side. */
    Truncation truncate(int rank) {
        ShiftedPair shifted = pair(rank, FactorPair.Balance.PLAIN);
        FactorPair pair = shifted.factors();
        double error = values().relativeError(rank);
        return new Truncation(
                weight, rank, decomposer.times(Matrix.copyOf(pair.b()), pair.a()), shifted.biasShift(), error * error);
    }

    @Override
    public void close() {
        decomposition.close();
    }
}
