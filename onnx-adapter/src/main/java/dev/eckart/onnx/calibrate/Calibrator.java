package dev.eckart.onnx.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LayerStatistics;
import dev.eckart.core.calibrate.UncalibratedReason;
import dev.eckart.core.calibrate.UncalibratedWeight;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.RowSums;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.scan.Inventory;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.rewrite.ModelPart;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.PaddingMask;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.TemporaryModel;
import dev.eckart.onnx.scan.LinearSite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds out what the inputs x of a model's linear layers are like.
 *
 * <p>A copy of the model whose outputs are those values is run in ONNX Runtime on all samples, some at a time. Each
 * value is summed over and dropped: what is in memory is the statistics, two matrices {@code [in × in]} for each
 * different x at most, and the values of one batch. Samples add nothing to it.
 *
 * <p>Vectors of padding do not count, see {@link CalibrationInputs#mask}. The statistics depend on the samples and their
 * order; on how many are run at a time, only as far as the runtime's rounding does.
 */
public final class Calibrator {
    /** √2³¹: a larger covariance is no array. */
    static final int MOST_INPUTS = 46_340;

    private static final int MEGABYTE = 1 << 20;

    private final Decomposer decomposer;
    private final int threads;
    private final long memory;
    private final Path temporary;
    private final Progress progress;

    /**
     * A calibrator.
     *
     * @param decomposer that sums
     * @param threads of ONNX Runtime, and sums that are worked on at a time
     * @param memory bytes that statistics may take, and the values of a batch with them; where those of the smallest
     *     batch take more, that is run
     * @param temporary a folder for the copy of the model
     */
    public Calibrator(Decomposer decomposer, int threads, long memory, Path temporary, Progress progress) {
        this.decomposer = decomposer;
        this.threads = threads;
        this.memory = memory;
        this.temporary = temporary;
        this.progress = progress;
    }

    /**
     * Runs a model on all samples.
     *
     * @param path the model's file, for messages
     * @param network the same, read
     * @param inventory what of its weights to calibrate; joint ones are their members
     * @param tempered whether vectors that are longer than usual count less, as {@link RowSums#tempered} says
     * @return of no samples, if there is no weight that could be calibrated
     * @throws InvalidInputException if the inputs do not fit the model, it fails on them, they hold a NaN or an infinity
     *     that reaches a layer, there is no such mask, nothing is left by it, or the statistics need more memory
     */
    public LayerStatistics calibrate(
            Path path, OnnxNetwork network, Inventory inventory, CalibrationInputs calibration, boolean tempered) {
        List<UncalibratedWeight> uncalibrated = new ArrayList<>();
        Map<List<LayerInput>, List<LinearWeight>> layers = layers(network, inventory, uncalibrated);
        if (layers.isEmpty()) {
            return new LayerStatistics(0, Map.of(), uncalibrated, List.of());
        }
        long room = room(
                path,
                layers.values().stream().map(weights -> weights.get(0).rows()).toList());
        List<LayerInput> values = layers.keySet().stream().flatMap(List::stream).toList();
        try (TemporaryModel exposed = expose(network, values, path)) {
            CalibrationRun run = run(Runs.of(exposed.session()), exposed.session(), network, calibration, room);
            LayerStatistics found = run.sum(
                    layers,
                    1,
                    size -> tempered ? decomposer.rowSums(size).tempered() : decomposer.rowSums(size),
                    progress);
            uncalibrated.addAll(found.uncalibrated());
            Map<String, InputStatistics> finite = new LinkedHashMap<>();
            aboutZero(found.byWeight(), network).forEach((weight, statistics) -> {
                if (statistics.isFinite()) {
                    finite.put(weight, statistics);
                } else {
                    uncalibrated.add(new UncalibratedWeight(weight, UncalibratedReason.NOT_FINITE));
                }
            });
            return new LayerStatistics(found.samples(), finite, uncalibrated, found.notes())
                    .withWarnings(run.inputs().notes())
                    .withLookUps(new TableLookUps(network, run.inputs(), run.mask()).count());
        } catch (IOException | UncheckedIOException e) {
            throw unwritable(e);
        }
    }

    /** Where products have no place for a shift, what is lost of the mean counts as all else. */
    private static Map<String, InputStatistics> aboutZero(Map<String, InputStatistics> byWeight, OnnxNetwork network) {
        IdentityHashMap<InputStatistics, InputStatistics> shared = new IdentityHashMap<>();
        Map<String, InputStatistics> all = new LinkedHashMap<>(byWeight);
        network.sites().stream()
                .filter(site -> !network.takesShift(site))
                .map(site -> site.weight().name())
                .forEach(name -> all.computeIfPresent(
                        name, (unused, statistics) -> shared.computeIfAbsent(statistics, InputStatistics::aboutZero)));
        return all;
    }

    /**
     * A run on the calibration inputs.
     *
     * @param session any of the models that are run
     * @param network the model that it was made from
     * @param room bytes that the values of a batch may take
     */
    CalibrationRun run(Runs runs, Session session, OnnxNetwork network, CalibrationInputs calibration, long room) {
        InputSet inputs = calibration.read(session.givingLast(), network.model());
        Optional<String> mask = PaddingMask.input(calibration.mask(), session.inputs());
        String origin = calibration.origin();
        mask.ifPresent(name -> PaddingMask.requirePositions(name, inputs, origin));
        return new CalibrationRun(runs, inputs, mask, origin, threads, room);
    }

    InvalidInputException unwritable(Exception e) {
        return Unwritable.temporary("the model for the calibration", temporary, e);
    }

    /**
     * Looks at a model's layers in networks that are made from it, on the same samples.
     *
     * @param path the model's file, for messages
     * @param network the same, read
     */
    public LayerComparison beside(Path path, OnnxNetwork network, CalibrationInputs calibration) {
        return new LayerComparison(this, path, network, calibration);
    }

    Decomposer decomposer() {
        return decomposer;
    }

    Progress progress() {
        return progress;
    }

    /** A copy of a model that gives out values, and nothing else. */
    TemporaryModel expose(OnnxNetwork network, Collection<LayerInput> values, Path path) throws IOException {
        return TemporaryModel.open(
                ModelPart.giving(
                        network.model(), values.stream().map(LayerInput::value).toList()),
                path,
                threads,
                temporary,
                "eckart-calibration.onnx");
    }

    /** The weights by what they are multiplied by. */
    private static Map<List<LayerInput>, List<LinearWeight>> layers(
            OnnxNetwork network, Inventory inventory, List<UncalibratedWeight> uncalibrated) {
        Set<String> wanted = inventory.linear().stream()
                .flatMap(weight ->
                        weight.joint().map(joint -> joint.members().stream()).orElse(Stream.of(weight)))
                .map(LinearWeight::name)
                .collect(Collectors.toSet());
        Map<List<LayerInput>, List<LinearWeight>> layers = new LinkedHashMap<>();
        for (LinearSite site : network.sites()) {
            LinearWeight weight = site.weight();
            if (!wanted.contains(weight.name())) {
                continue;
            }
            LayerInput.Found found = LayerInput.of(site, network.index());
            if (found.obstacle().isPresent()) {
                uncalibrated.add(
                        new UncalibratedWeight(weight.name(), found.obstacle().get()));
            } else if (weight.rows() > MOST_INPUTS) {
                uncalibrated.add(new UncalibratedWeight(weight.name(), UncalibratedReason.WIDE));
            } else {
                layers.computeIfAbsent(found.inputs(), unused -> new ArrayList<>())
                        .add(weight);
            }
        }
        return layers;
    }

    /**
     * Bytes that statistics leave for the values of a batch.
     *
     * @param sizes of the vectors that are summed over
     * @throws InvalidInputException if the statistics alone take more than there are
     */
    long room(Path path, Collection<Integer> sizes) {
        long sums = 0;
        long largest = 0;
        for (int size : sizes) {
            sums += RowSums.bytes(size);
            // Statistics take the place of sums, one after the other.
            largest = Math.max(largest, (long) Double.BYTES * size * size);
        }
        long needed = sums + largest;
        if (needed > memory) {
            throw new InvalidInputException(
                    "the calibration of %d layers of `%s` needs %d MB of memory, but %d MB are available; raise the limit with ECKART_OPTS=-Xmx, or calibrate fewer weights with --exclude"
                            .formatted(sizes.size(), path, needed / MEGABYTE + 1, memory / MEGABYTE));
        }
        return memory - needed;
    }
}
