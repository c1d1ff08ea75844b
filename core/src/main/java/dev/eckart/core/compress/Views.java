package dev.eckart.core.compress;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.encode.CalibratedInputs;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.scan.Inventory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What encodings are shown of constants: with the inputs of those that are linear weights, read the same way, of which a
 * calibration knows these. The inputs are taken about zero, since a constant's operator may have no bias for a shift to go into.
 *
 * <p>What follows from the inputs of several constants is computed once, and gone when the last of these is done with.
 */
final class Views {
    private final WeightOpener opener;

    /** By the constant's name. */
    private final Map<String, InputStatistics> statistics = new HashMap<>();

    private final IdentityHashMap<InputStatistics, Shared> underWay = new IdentityHashMap<>();

    /** All weights of the network on the same inputs, whichever of them are looked at. */
    private final IdentityHashMap<InputStatistics, List<MatrixSource>> layers = new IdentityHashMap<>();

    /** Inputs, and how many constants they are still wanted for. */
    private static final class Shared {
        private int wanted;
        private Optional<CalibratedInputs> inputs = Optional.empty();
    }

    /**
     * The views of some constants, each to be looked at once.
     *
     * @param linear weights of the same network
     */
    Views(WeightOpener opener, Inventory linear, List<LinearWeight> constants) {
        this.opener = opener;
        Map<String, LinearWeight> byName = new HashMap<>();
        linear.linear().forEach(weight -> {
            byName.put(weight.name(), weight);
            opener.calibration()
                    .inputsOf(weight)
                    .ifPresent(found -> layers.computeIfAbsent(found, unused -> new ArrayList<>())
                            .add(weight.values()));
        });
        for (LinearWeight constant : constants) {
            Optional.ofNullable(byName.get(constant.name()))
                    .flatMap(weight -> inputs(weight, constant))
                    .ifPresent(found -> {
                        statistics.put(constant.name(), found);
                        underWay.computeIfAbsent(found, unused -> new Shared()).wanted++;
                    });
        }
    }

    private Optional<InputStatistics> inputs(LinearWeight weight, LinearWeight constant) {
        return Stream.concat(Stream.of(weight), weight.otherReadings().stream())
                .filter(reading -> isSame(reading, constant))
                .flatMap(reading -> opener.calibration().inputsOf(reading).stream())
                .findFirst();
    }

    /** Whether both are read from the numbers of one tensor in the same order, of which a row and a column tell. */
    private static boolean isSame(LinearWeight reading, LinearWeight constant) {
        if (reading.rows() != constant.rows() || reading.columns() != constant.columns()) {
            return false;
        }
        return Arrays.equals(corner(reading, 1, reading.columns()), corner(constant, 1, constant.columns()))
                && Arrays.equals(corner(reading, reading.rows(), 1), corner(constant, constant.rows(), 1));
    }

    private static double[] corner(LinearWeight weight, int rows, int columns) {
        double[] numbers = new double[rows * columns];
        double[] row = new double[columns];
        for (int i = 0; i < rows; i++) {
            weight.values().read(i, 0, 1, columns, row);
            System.arraycopy(row, 0, numbers, i * columns, columns);
        }
        return numbers;
    }

    /**
     * Shows a constant's view.
     *
     * @param accuracy of singular values, should they be asked for
     */
    <R> R show(LinearWeight constant, Accuracy accuracy, Function<WeightView, R> use) {
        Optional<InputStatistics> found = Optional.ofNullable(statistics.get(constant.name()));
        Optional<CalibratedInputs> inputs = found.map(this::shared);
        try (OpenMatrices matrices =
                new OpenMatrices(opener, constant, inputs.map(CalibratedInputs::statistics), accuracy)) {
            return use.apply(new WeightView(
                    constant, inputs, matrices, opener.calibration().lookUpsOf(constant)));
        } finally {
            found.ifPresent(this::release);
        }
    }

    private CalibratedInputs shared(InputStatistics found) {
        synchronized (underWay) {
            Shared shared = underWay.computeIfAbsent(found, unused -> new Shared());
            if (shared.inputs.isEmpty()) {
                shared.inputs = Optional.of(new CalibratedInputs(
                        found.aboutZero(), opener::decomposer, layers.getOrDefault(found, List.of())));
            }
            return shared.inputs.get();
        }
    }

    private void release(InputStatistics found) {
        synchronized (underWay) {
            underWay.computeIfPresent(found, (unused, shared) -> --shared.wanted > 0 ? shared : null);
        }
    }

    /** Bytes that encoding a constant takes. */
    long bytes(LinearWeight constant) {
        return Decider.bytes(constant)
                + Optional.ofNullable(statistics.get(constant.name()))
                        .map(inputs -> CalibratedInputs.bytes(inputs.size()))
                        .orElse(0L);
    }
}
