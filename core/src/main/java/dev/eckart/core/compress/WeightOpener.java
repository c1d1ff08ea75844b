package dev.eckart.core.compress;

import dev.eckart.core.calibrate.CalibratedWeight;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputRoots;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.Refit;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.rank.RankSelector;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Opens weights to be worked on: as they are, or, where there is a calibration, as their inputs see them.
 *
 * <p>Of the matrices that a weight can be read as, it opens the one that needs the fewest numbers for most of its energy;
 * only those on which there is a calibration, if there are such.
 */
record WeightOpener(Decomposer decomposer, Calibration calibration, InputRoots roots) {

    /**
     * Opens a weight, works on it and closes it, or says why it cannot be opened: it holds a NaN or an infinity, which
     * shows where its numbers are first read as a whole.
     */
    <R> Worked<R> work(LinearWeight weight, RankSelector selector, Function<OpenWeight, R> work) {
        OpenWeight opened;
        try {
            opened = open(weight, selector);
        } catch (NonFiniteValueException e) {
            return Worked.skipped(SkippedWeight.of(weight, SkipReason.NOT_FINITE, place(weight, e)));
        }
        try (opened) {
            return Worked.done(work.apply(opened));
        }
    }

    /** Where the number is that is not finite: in a product with a root, it is where it spread to. */
    private String place(LinearWeight weight, NonFiniteValueException found) {
        if (readings(weight).stream().noneMatch(this::isCalibrated)) {
            return String.valueOf(found.getMessage());
        }
        try {
            decomposer.decompose(weight.values(), Accuracy.ENERGY).close();
            return "its outputs on the calibration inputs exceed the range of float64";
        } catch (NonFiniteValueException own) {
            return String.valueOf(own.getMessage());
        }
    }

    private OpenWeight open(LinearWeight weight, RankSelector selector) {
        List<LinearWeight> readings = readings(weight);
        OpenWeight best = openReading(readings.get(0), selector.accuracy(), selector.wantsPlain());
        for (LinearWeight reading : readings.subList(1, readings.size())) {
            OpenWeight other = openReading(reading, selector.accuracy(), selector.wantsPlain());
            boolean better = other.numbersForMost() < best.numbersForMost();
            (better ? best : other).close();
            best = better ? other : best;
        }
        return best;
    }

    /** Those that are compared, the first one first. */
    private List<LinearWeight> readings(LinearWeight weight) {
        List<LinearWeight> all = Stream.concat(Stream.of(weight), weight.otherReadings().stream())
                .toList();
        List<LinearWeight> calibrated = all.stream()
                .filter(reading -> calibration.inputsOf(reading).isPresent())
                .toList();
        return calibrated.isEmpty() ? all : calibrated;
    }

    private OpenWeight openReading(LinearWeight weight, Accuracy wanted, boolean wantsPlain) {
        return open(weight, calibrated(weight, calibration.inputsOf(weight)), accuracy(weight, wanted), wantsPlain);
    }

    /**
     * Again, for what was planned: the reading that was chosen, seen as it was then.
     *
     * @throws IllegalArgumentException if it was calibrated, but not on what this has
     */
    OpenWeight open(PlannedWeight planned) {
        LinearWeight weight = planned.weight();
        Optional<InputStatistics> inputs = inputs(planned);
        if (planned.calibrated() && inputs.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: expected the calibration that it was planned with".formatted(weight.describe()));
        }
        return open(weight, calibrated(weight, inputs), accuracy(planned), false);
    }

    /**
     * As {@link #open(PlannedWeight)}, fitted to what its inputs became.
     *
     * @throws NonFiniteValueException if it has outputs on these that exceed the range of double
     */
    OpenWeight open(PlannedWeight planned, Refit refit) {
        return open(planned.weight(), Optional.of(refit.of(planned.weight())), accuracy(planned), false);
    }

    private static Accuracy accuracy(PlannedWeight planned) {
        return planned.spectrum().orElseThrow().accuracy();
    }

    /** The Gram matrix of doubles, in double, loses what tells them from narrower types. */
    private static Accuracy accuracy(LinearWeight weight, Accuracy wanted) {
        return weight.type() == ElementType.FLOAT64 ? Accuracy.FULL : wanted;
    }

    /**
     * A matrix in a weight's place, on given inputs.
     *
     * @throws NonFiniteValueException if it holds a NaN or an infinity
     */
    OpenWeight open(LinearWeight weight, MatrixSource other, Optional<InputStatistics> inputs, Accuracy wanted) {
        LinearWeight instead = weight.withValues(other);
        return open(instead, calibrated(instead, inputs), accuracy(weight, wanted), false);
    }

    private Optional<CalibratedWeight> calibrated(LinearWeight weight, Optional<InputStatistics> inputs) {
        return inputs.map(statistics -> CalibratedWeight.of(weight, statistics, roots.of(statistics), decomposer));
    }

    private OpenWeight open(
            LinearWeight weight, Optional<CalibratedWeight> calibrated, Accuracy accuracy, boolean wantsPlain) {
        MatrixSource matrix = calibrated.map(CalibratedWeight::seen).orElse(weight.values());
        return new OpenWeight(
                decomposer,
                weight,
                calibrated,
                accuracy,
                decomposer.decompose(matrix, accuracy),
                calibration.sensitivityOf(weight),
                wantsPlain);
    }

    boolean isCalibrated(LinearWeight weight) {
        return calibration.inputsOf(weight).isPresent();
    }

    /** Bytes that a weight takes while it is open and a pair for it is made. */
    long bytes(LinearWeight weight, Accuracy wanted) {
        return readings(weight).stream()
                        .mapToLong(reading -> bytes(reading, accuracy(reading, wanted), isCalibrated(reading)))
                        .sum()
                + pairBytes(weight);
    }

    /** The same object for weights on one input; empty for a weight that is taken as it is. */
    Optional<InputStatistics> inputs(PlannedWeight planned) {
        return planned.calibrated() ? calibration.inputsOf(planned.weight()) : Optional.empty();
    }

    /** As {@link #bytes(LinearWeight, Accuracy)}, of what was planned. */
    long bytes(PlannedWeight planned) {
        LinearWeight weight = planned.weight();
        return bytes(weight, accuracy(planned), planned.calibrated()) + pairBytes(weight);
    }

    private long bytes(LinearWeight weight, Accuracy accuracy, boolean calibrated) {
        return decomposer.bytes(weight.rows(), weight.columns(), accuracy)
                + (calibrated ? CalibratedWeight.bytes(weight, decomposer) : 0);
    }

    /** Of a pair below break-even, and of the vectors that it is made of. */
    private static long pairBytes(LinearWeight weight) {
        return 2 * Double.BYTES * weight.parameters();
    }
}
