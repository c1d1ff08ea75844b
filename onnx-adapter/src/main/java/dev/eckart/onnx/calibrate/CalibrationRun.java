package dev.eckart.onnx.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LayerStatistics;
import dev.eckart.core.calibrate.UncalibratedReason;
import dev.eckart.core.calibrate.UncalibratedWeight;
import dev.eckart.core.linalg.RowSums;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.PaddingMask;
import dev.eckart.onnx.run.PaddingMask.Rows;
import dev.eckart.onnx.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** One pass over all samples of a calibration set. */
final class CalibrationRun {
    private static final int LARGEST_BATCH = 64;

    /** Bytes of a batch's values beyond which larger batches are no faster. */
    private static final long MOST_BYTES = 128L << 20;

    /** A number in the runtime's memory, and its copy on the heap. */
    private static final int BYTES_EACH = 2 * Float.BYTES;

    private final Runs runs;
    private final InputSet inputs;
    private final Optional<String> mask;
    private final String origin;
    private final int threads;
    private final long room;

    /**
     * A run, not yet begun.
     *
     * @param runs of the model, or of two, that give out values of layers
     * @param mask the input that says what is padding
     * @param origin where the inputs are from, for messages
     * @param room bytes that the values of a batch may take
     */
    CalibrationRun(Runs runs, InputSet inputs, Optional<String> mask, String origin, int threads, long room) {
        this.runs = runs;
        this.inputs = inputs;
        this.mask = mask;
        this.origin = origin;
        this.threads = threads;
        this.room = room;
    }

    /** The samples. */
    InputSet inputs() {
        return inputs;
    }

    /** The input that says what is padding. */
    Optional<String> mask() {
        return mask;
    }

    /**
     * Sums over what layers are multiplied by.
     *
     * @param models whose inputs of layers are beside each other
     * @param sums of no rows, of a length
     */
    LayerStatistics sum(
            Map<List<LayerInput>, List<LinearWeight>> layers,
            int models,
            IntFunction<RowSums> sums,
            Progress progress) {
        Arrangement arrangement = arrangement(layers.keySet());
        List<UncalibratedWeight> uncalibrated = new ArrayList<>();
        List<String> notes = new ArrayList<>(arrangement.notes());
        Queue<LayerSums> open = new ArrayDeque<>();
        try (Progress.Task task = progress.start("Calibrating", inputs.samples())) {
            layers.forEach((layer, weights) -> {
                if (layer.stream().anyMatch(arrangement.withoutSamples::contains)) {
                    uncalibrated.addAll(because(UncalibratedReason.NO_SAMPLES, weights));
                } else {
                    open.add(new LayerSums(layer, weights, models, sums));
                }
            });
            if (!open.isEmpty()) {
                add(open, arrangement, task);
            }
            Map<String, InputStatistics> byWeight = new LinkedHashMap<>();
            while (!open.isEmpty()) {
                // Each is closed before the next one's statistics are made: both are of that size.
                try (LayerSums next = open.remove()) {
                    Optional<InputStatistics> statistics = next.statistics(inputs.samples());
                    statistics.ifPresentOrElse(
                            found -> next.weights().forEach(weight -> byWeight.put(weight.name(), found)),
                            () -> uncalibrated.addAll(because(next.obstacle(), next.weights())));
                    requireFiniteInput(next);
                    next.notFinite().or(next::tooLarge).ifPresent(notes::add);
                }
            }
            return new LayerStatistics(inputs.samples(), byWeight, uncalibrated, notes);
        } finally {
            open.forEach(LayerSums::close);
        }
    }

    /** Refuses an input that is not finite. What the network makes of its inputs is its own: such a layer is taken as it is. */
    private void requireFiniteInput(LayerSums sums) {
        if (sums.notFinite().isPresent()
                && sums.inputs().stream()
                        .anyMatch(layer -> inputs.batch(0, inputs.batchSize(1)).containsKey(layer.value()))) {
            throw new InvalidInputException(
                    "--calibration: input %s; expected finite numbers: calibrate on other inputs"
                            .formatted(sums.notFinite().get()));
        }
    }

    /** Sums over what some values hold. */
    void sum(Collection<? extends SampleSums> open, Progress progress) {
        try (Progress.Task task = progress.start("Comparing layers", inputs.samples())) {
            add(open, arrangement(open.stream().map(SampleSums::inputs).collect(Collectors.toSet())), task);
        }
    }

    /** Runs all samples and adds them to all sums. */
    private void add(Collection<? extends SampleSums> open, Arrangement arrangement, Progress.Task task) {
        ForkJoinPool pool = new ForkJoinPool(threads);
        try {
            for (int from = 0; from < inputs.samples(); from += arrangement.batch) {
                int to = Math.min(inputs.samples(), from + arrangement.batch);
                add(new Batch(from, to), open, arrangement, pool);
                task.step(to - from);
            }
        } finally {
            pool.shutdown();
        }
    }

    private static List<UncalibratedWeight> because(UncalibratedReason reason, List<LinearWeight> weights) {
        return weights.stream()
                .map(weight -> new UncalibratedWeight(weight.name(), reason))
                .toList();
    }

    /** Samples {@code from} to {@code to}, exclusive, as the model is fed with them. */
    private final class Batch {
        private final int from;
        private final int to;
        private final Map<String, NpyArray> arrays;
        private final Optional<PaddingMask> padding;

        Batch(int from, int to) {
            this.from = from;
            this.to = to;
            this.arrays = inputs.batch(from, to);
            this.padding = mask.map(name -> PaddingMask.of(name, arrays, inputs.axes()));
        }

        String describe() {
            return to - from == 1
                    ? "sample %d of %s".formatted(from, origin)
                    : "samples %d to %d of %s".formatted(from, to - 1, origin);
        }
    }

    /**
     * What the first samples show of the rest.
     *
     * @param batch how many samples to run at a time
     * @param withoutSamples values that are as large for two samples as for one
     * @param rows how the vectors of values go with the mask, if there is one
     */
    private record Arrangement(int batch, Set<LayerInput> withoutSamples, Map<LayerInput, Rows> rows) {

        List<String> notes() {
            List<String> others = rows.entrySet().stream()
                    .filter(entry -> entry.getValue() == Rows.OTHER && !withoutSamples.contains(entry.getKey()))
                    .map(entry -> "`%s`".formatted(entry.getKey().value()))
                    .distinct()
                    .toList();
            return others.isEmpty()
                    ? List.of()
                    : List.of("the mask does not fit the shape of %s; padding is counted there"
                            .formatted(String.join(", ", others)));
        }
    }

    /**
     * Runs one sample, and then two, for the axes that count samples and positions: with one sample alone, or a fixed
     * number of them, others might look like these.
     */
    private Arrangement arrangement(Set<List<LayerInput>> layers) {
        Set<LayerInput> all = new LinkedHashSet<>();
        layers.forEach(all::addAll);
        int one = inputs.batchSize(1);
        int two = inputs.batchSize(2);
        Look first = look(all, new Batch(0, one));
        Map<LayerInput, Rows> rows = new LinkedHashMap<>(first.rows);
        Set<LayerInput> withoutSamples = new LinkedHashSet<>();
        if (two > one) {
            Look second = look(all, new Batch(0, two));
            for (LayerInput input : all) {
                if (Objects.equals(second.axes.get(input), first.axes.get(input))) {
                    withoutSamples.add(input);
                }
                rows.computeIfPresent(input, (key, before) -> second.rows.get(key) == before ? before : Rows.OTHER);
            }
        }
        long fitting = Math.min(MOST_BYTES, room) / BYTES_EACH * one / Math.max(1, first.numbers);
        int batch = inputs.batchSize((int) Math.min(LARGEST_BATCH, fitting));
        return new Arrangement(batch, withoutSamples, rows);
    }

    /**
     * What the values of a batch look like.
     *
     * @param numbers in all of them together
     * @param axes that the vectors of each are arranged in
     * @param rows how these go with the mask, if there is one
     */
    private record Look(long numbers, Map<LayerInput, List<Long>> axes, Map<LayerInput, Rows> rows) {}

    private Look look(Set<LayerInput> all, Batch batch) {
        Map<String, Long> sizes = new HashMap<>();
        Map<LayerInput, List<Long>> axes = new HashMap<>();
        Map<LayerInput, Rows> rows = new LinkedHashMap<>();
        try (Runs.Values values = runs.run(batch.arrays)) {
            for (LayerInput input : all) {
                Output value = values.of(input);
                List<Long> own = input.rowAxes(value.shape());
                sizes.put(input.value(), (long) value.size());
                axes.put(input, own);
                batch.padding.ifPresent(padding -> rows.put(input, padding.rows(own)));
            }
        }
        long numbers = sizes.values().stream().mapToLong(Long::longValue).sum();
        return new Look(numbers, axes, rows);
    }

    /** Runs a batch and adds it to all sums, which are worked on side by side. */
    private void add(Batch batch, Collection<? extends SampleSums> open, Arrangement arrangement, ForkJoinPool pool) {
        try (Runs.Values values = runs.run(batch.arrays)) {
            List<CompletableFuture<Void>> work = open.stream()
                    .map(sums -> CompletableFuture.runAsync(() -> add(batch, values, sums, arrangement), pool))
                    .toList();
            // All of them, before what they read is closed.
            work.forEach(each -> each.exceptionally(failure -> null).join());
            work.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw e;
        }
    }

    private void add(Batch batch, Runs.Values values, SampleSums sums, Arrangement arrangement) {
        for (LayerInput input : sums.inputs()) {
            Output value = values.of(input);
            sums.add(input, value, counted(batch, input, value, arrangement), batch.describe());
        }
    }

    private static IntPredicate counted(Batch batch, LayerInput input, Output value, Arrangement arrangement) {
        if (batch.padding.isEmpty()) {
            return row -> true;
        }
        PaddingMask padding = batch.padding.get();
        List<Long> axes = input.rowAxes(value.shape());
        Rows rows = arrangement.rows.getOrDefault(input, Rows.OTHER);
        if (rows != Rows.OTHER && padding.rows(axes) != rows) {
            throw new InvalidInputException(
                    "--mask: the shape of `%s` is %s in %s, which fits the mask in another way than in the first sample; name another mask"
                            .formatted(input.value(), Tensors.shape(value.shape()), batch.describe()));
        }
        int count = axes.stream().mapToInt(Math::toIntExact).reduce(1, Math::multiplyExact);
        return padding.counted(rows, count);
    }
}
