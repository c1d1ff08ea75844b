package dev.eckart.onnx.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.file.Scratch;
import dev.eckart.onnx.rewrite.OpenConstants;
import dev.eckart.onnx.rewrite.OpenOperands;
import dev.eckart.onnx.rewrite.OpenOperands.Offset;
import dev.eckart.onnx.rewrite.OpenOperands.Operand;
import dev.eckart.onnx.run.Batch;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.PaddingMask;
import dev.eckart.onnx.run.PreparedTensor;
import dev.eckart.onnx.run.RunnableModel;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Tries what a network loses when linear weights of it are replaced by other matrices of the same shape. No model is
 * written or loaded for each: there is one, of which those weights are inputs ({@link OpenOperands}).
 *
 * <p>The loss is the mean, over the network's floating-point outputs, of ‖y − y'‖² / ‖y‖², both taken over all samples.
 * What the padding mask says of the vectors along an output's last axis goes for them as for the inputs of layers. y is
 * what the same model gives with the network's own weights, so that the loss of these is 0, and rounding no part of
 * any. It is infinite where an output was all zeros and no longer is, and not a number where an output is not.
 *
 * <p>Weights that are quantized are real numbers here, as their factors would be: the runtime does not fuse their products
 * with {@code DequantizeLinear}, which would round the other operand.
 *
 * <p>The weights that are tried are in a temporary file that the process maps, each at one place. A replacement is
 * written over it there, and what {@linkplain #rest rests} there, at first the weight itself, again when another is
 * tried. So the heap holds none of them. For one thread at a time.
 */
public final class WeightTrial implements AutoCloseable {
    /** Numbers of an output that are put away at a time. */
    private static final int CHUNK = 1 << 13;

    private final PendingFile file;
    private final Session session;
    private final Set<String> tooLarge;
    private final String advice;

    /** By the weight's name. */
    private final Map<String, List<Place>> places = new HashMap<>();

    /** By the input's name; they show what the places hold. */
    private final Map<String, PreparedTensor> tensors = new LinkedHashMap<>();

    private final List<Unchanged> unchanged = new ArrayList<>();

    /** Weights whose places may hold other numbers than those that rest there. */
    private final Set<String> replaced = new HashSet<>();

    /**
     * What to run the network on.
     *
     * @param sets for the network's own inputs
     * @param mask the one of these that says what is padding
     */
    public record Samples(List<InputSet> sets, Optional<String> mask) {
        public Samples {
            sets = List.copyOf(sets);
        }
    }

    /**
     * Where numbers are that follow from what stands in for a weight.
     *
     * @param bytes what the network is given
     * @param resting a copy of what these are when nothing is tried
     */
    private record Place(
            ElementType type, Function<Substitute, TensorView> numbers, ByteBuffer bytes, ByteBuffer resting) {

        void write(Substitute substitute) {
            write(substitute, bytes.duplicate());
        }

        void rest(Substitute substitute) {
            write(substitute, resting.duplicate());
            restore();
        }

        void restore() {
            bytes.duplicate().put(resting.duplicate());
        }

        private void write(Substitute substitute, ByteBuffer target) {
            Tensors.encode(numbers.apply(substitute), type, substitute.weight().name(), target::put);
        }
    }

    /**
     * The floating-point outputs of a batch, as the network gives them; their numbers are in the temporary file.
     *
     * @param padding of the batch's samples, if there is a mask
     */
    private record Unchanged(Batch batch, List<Output> outputs, Optional<PaddingMask> padding) {}

    /**
     * A matrix in the place of a weight.
     *
     * @param weight one of the network's linear ones, in any of its readings, or several that are factored jointly
     * @param values {@code [in × out]} as the weight itself
     * @param shift {@code [1 × out]}, added to the products, where these have a place for it
     */
    public record Substitute(LinearWeight weight, MatrixSource values, Optional<MatrixSource> shift) {
        public Substitute {
            if (values.rows() != weight.rows() || values.columns() != weight.columns()) {
                throw new IllegalArgumentException("%s: expected a matrix of its shape but was: [%d×%d]"
                        .formatted(weight.describe(), values.rows(), values.columns()));
            }
        }

        /** With nothing added. */
        public Substitute(LinearWeight weight, MatrixSource values) {
            this(weight, values, Optional.empty());
        }

        /** A weight itself. */
        static Substitute none(LinearWeight weight) {
            return new Substitute(weight, weight.values());
        }

        private Stream<Substitute> single() {
            return weight.joint()
                    .map(blocks -> IntStream.range(0, blocks.members().size())
                            .mapToObj(i -> new Substitute(
                                    blocks.members().get(i),
                                    blocks.factor(values, i),
                                    shift.map(row -> blocks.factor(row, i)))))
                    .orElseGet(() -> Stream.of(this));
        }

        private MatrixSource row() {
            return shift.orElseGet(() -> Matrix.of(1, weight.columns(), new double[weight.columns()]));
        }
    }

    private WeightTrial(PendingFile file, Session session, Set<String> tooLarge, String advice) {
        this.file = file;
        this.session = session;
        this.tooLarge = tooLarge;
        this.advice = advice;
    }

    /**
     * Loads a network so that weights of it can be tried, and runs it once on all samples.
     *
     * @param samples for the network's own inputs, which it may be run on
     * @param weights to be tried: some of the network's linear ones, or several that are factored jointly
     * @param temporary a folder for a copy of the network, which is gone when this is closed
     * @throws IllegalArgumentException if a weight is not among the network's linear ones
     * @throws InvalidInputException if the copy cannot be written, ONNX Runtime refuses it or fails on the samples, or
     *     no output is of a floating-point type
     */
    public static WeightTrial open(
            OnnxNetwork network,
            Function<RunnableModel, Samples> samples,
            Collection<LinearWeight> weights,
            int threads,
            Path temporary) {
        return open(network, samples, weights, threads, temporary, Integer.MAX_VALUE);
    }

    /**
     * As the other.
     *
     * @param mostBytes of what a node multiplies by: a buffer has no more than an int can count
     */
    static WeightTrial open(
            OnnxNetwork network,
            Function<RunnableModel, Samples> samples,
            Collection<LinearWeight> weights,
            int threads,
            Path temporary,
            int mostBytes) {
        List<LinearWeight> single =
                weights.stream().flatMap(WeightTrial::single).toList();
        Set<String> tooLarge = network.open(single).operands().stream()
                .filter(operand -> bytes(operand) > mostBytes)
                .map(WeightTrial::name)
                .collect(Collectors.toUnmodifiableSet());
        OpenOperands open = network.open(single.stream()
                .filter(weight -> !tooLarge.contains(weight.name()))
                .toList());
        return open(
                open.model(),
                (trial, scratch) -> {
                    open.operands().forEach(operand -> trial.place(operand, scratch));
                    open.offsets().forEach(offset -> trial.place(offset, scratch));
                },
                samples,
                tooLarge,
                "; choose a strategy without sensitivities, such as ratio:0.5",
                threads,
                temporary);
    }

    /**
     * As {@link #open(OnnxNetwork, Function, Collection, int, Path)}, with constants of the network, whatever operators take
     * them, in the place of its linear weights.
     */
    public static WeightTrial openConstants(
            OpenConstants open, Function<RunnableModel, Samples> samples, int threads, Path temporary) {
        return open(
                open.model(),
                (trial, scratch) -> open.given().forEach(given -> trial.place(given, scratch)),
                samples,
                Set.of(),
                "",
                threads,
                temporary);
    }

    private static WeightTrial open(
            OnnxModel model,
            BiConsumer<WeightTrial, Scratch> places,
            Function<RunnableModel, Samples> samples,
            Set<String> tooLarge,
            String advice,
            int threads,
            Path temporary) {
        // Never put in place; but what a killed run leaves of it, the next one removes.
        PendingFile file = PendingFile.temporary(temporary, "eckart-trial.onnx");
        try (Scratch scratch = Scratch.in(file.directory())) {
            OnnxWriter.write(model, file.path());
            WeightTrial trial =
                    new WeightTrial(file, Session.open(file.path(), Optimization.ALL, threads), tooLarge, advice);
            try {
                places.accept(trial, scratch);
                Samples given = samples.apply(trial.own());
                given.sets().forEach(set -> trial.run(set, given.mask(), scratch));
                return trial;
            } catch (RuntimeException e) {
                trial.unload();
                throw e;
            }
        } catch (IOException | UncheckedIOException e) {
            remove(file, e);
            throw Unwritable.temporary("the model for measuring sensitivities", temporary, e);
        } catch (RuntimeException e) {
            remove(file, e);
            throw e;
        }
    }

    private static void remove(PendingFile file, Exception because) {
        try {
            file.close();
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    private static Stream<LinearWeight> single(LinearWeight weight) {
        return weight.joint().map(JointBlocks::members).orElse(List.of(weight)).stream();
    }

    private static String name(Operand operand) {
        return operand.site().weight().name();
    }

    private static long bytes(Operand operand) {
        return operand.dims().stream().reduce((long) operand.type().bytes(), Math::multiplyExact);
    }

    private void place(Operand operand, Scratch scratch) {
        place(
                operand.site().weight(),
                operand.input(),
                operand.type(),
                operand.dims(),
                substitute -> operand.holding(substitute.weight(), substitute.values()),
                scratch);
    }

    private void place(OpenConstants.Given given, Scratch scratch) {
        ConstantSite site = given.site();
        place(
                site.weight(),
                given.input(),
                given.type(),
                site.dims(),
                substitute -> site.tensor(substitute.values()),
                scratch);
    }

    private void place(Offset offset, Scratch scratch) {
        place(
                offset.site().weight(),
                offset.input(),
                offset.type(),
                offset.dims(),
                substitute -> offset.holding(substitute.row()),
                scratch);
    }

    private void place(
            LinearWeight weight,
            String input,
            ElementType type,
            List<Long> dims,
            Function<Substitute, TensorView> numbers,
            Scratch scratch) {
        TensorView own = numbers.apply(Substitute.none(weight));
        ByteBuffer bytes = Tensors.storeMapped(own, type, weight.name(), scratch);
        ByteBuffer resting = Tensors.storeMapped(own, type, weight.name(), scratch);
        places.computeIfAbsent(weight.name(), unused -> new ArrayList<>())
                .add(new Place(type, numbers, bytes, resting));
        tensors.put(input, PreparedTensor.of(type, dims, bytes));
    }

    /** The network itself: with its own inputs, and its own weights. */
    private RunnableModel own() {
        return new RunnableModel() {
            @Override
            public List<ModelInput> inputs() {
                return session.inputs().stream()
                        .filter(input -> !tensors.containsKey(input.name()))
                        .toList();
            }

            @Override
            public Map<String, Output> run(Map<String, NpyArray> inputs) {
                return session.run(inputs, tensors);
            }
        };
    }

    private void run(InputSet set, Optional<String> mask, Scratch scratch) {
        int size = Batch.size(set, this::outputs);
        for (Batch batch : Batch.of(set, set.samples(), size)) {
            List<Output> outputs = outputs(batch).values().stream()
                    .filter(Output::floating)
                    .map(output -> putAway(output, scratch))
                    .toList();
            if (outputs.isEmpty()) {
                throw new InvalidInputException(
                        "the model has no floating-point output, which measuring losses needs" + advice);
            }
            unchanged.add(new Unchanged(
                    batch,
                    outputs,
                    mask.map(name ->
                            PaddingMask.of(name, batch.inputs(), batch.set().axes()))));
        }
    }

    private Map<String, Output> outputs(Batch batch) {
        return session.run(batch.inputs(), tensors);
    }

    /** The same, with its numbers in a temporary file. */
    private static Output putAway(Output output, Scratch scratch) {
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Iterator<ByteBuffer> chunks = IntStream.iterate(0, from -> from < output.size(), from -> from + CHUNK)
                .mapToObj(from -> {
                    bytes.clear();
                    for (int i = from; i < Math.min(output.size(), from + CHUNK); i++) {
                        bytes.putDouble(output.at(i));
                    }
                    return bytes.flip();
                })
                .iterator();
        DoubleBuffer numbers = scratch.storeMapped(Math.multiplyExact(output.size(), Double.BYTES), chunks)
                .asDoubleBuffer();
        return new Output(output.name(), output.shape(), true, output.size(), numbers::get);
    }

    /**
     * Why a weight cannot be tried; empty if it can.
     *
     * @throws IllegalArgumentException if it is none of those that this was opened with
     */
    public Optional<String> obstacle(LinearWeight weight) {
        for (LinearWeight member : single(weight).toList()) {
            if (tooLarge.contains(member.name())) {
                return Optional.of(
                        "%s is too large to be passed to ONNX Runtime as an input".formatted(member.describe()));
            }
            if (!places.containsKey(member.name())) {
                throw new IllegalArgumentException(member.describe() + " is none of those that were to be tried");
            }
        }
        return Optional.empty();
    }

    /**
     * Leaves a matrix in the place of a weight, until another is left there: from now on, the network has it while others
     * are tried. What the network gave with its own weights remains what losses are measured against.
     *
     * @throws IllegalArgumentException if the weight cannot be tried
     * @throws InvalidInputException if a number is too large for the weight's type
     */
    public void rest(Substitute substitute) {
        substitute.single().forEach(single -> {
            requireTriable(single.weight());
            replaced.remove(single.weight().name());
            placesOf(single.weight().name()).forEach(place -> place.rest(single));
        });
    }

    private void requireTriable(LinearWeight weight) {
        obstacle(weight).ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
    }

    /**
     * What the network loses with one weight replaced.
     *
     * @param replacement {@code [in × out]} as the weight itself
     * @throws IllegalArgumentException as {@link #loss(List)}
     * @throws InvalidInputException as {@link #loss(List)}
     */
    public double loss(LinearWeight weight, MatrixSource replacement) {
        return loss(List.of(new Substitute(weight, replacement)));
    }

    /**
     * What the network loses with some weights replaced, all at once, and all others as they rest.
     *
     * @throws IllegalArgumentException if there are two for one weight, or a weight cannot be tried
     * @throws InvalidInputException if a number is too large for the weight's type, or the shape of an output depends on
     *     the weights
     */
    public double loss(List<Substitute> substitutes) {
        List<Substitute> single =
                substitutes.stream().flatMap(Substitute::single).toList();
        Set<String> names = new HashSet<>();
        for (Substitute substitute : single) {
            requireTriable(substitute.weight());
            if (!names.add(substitute.weight().name())) {
                throw new IllegalArgumentException("Expected one matrix for %s but was: two"
                        .formatted(substitute.weight().describe()));
            }
        }
        for (String name : List.copyOf(replaced)) {
            if (!names.contains(name)) {
                placesOf(name).forEach(Place::restore);
                replaced.remove(name);
            }
        }
        single.forEach(this::replace);
        Map<String, Difference> differences = new LinkedHashMap<>();
        for (Unchanged before : unchanged) {
            Map<String, Output> after = outputs(before.batch());
            for (Output output : before.outputs()) {
                differences
                        .computeIfAbsent(output.name(), unused -> new Difference())
                        .add(output, Objects.requireNonNull(after.get(output.name())), before.padding(), advice);
            }
        }
        return differences.values().stream()
                .mapToDouble(Difference::relative)
                .average()
                .orElseThrow(() -> new IllegalArgumentException("Expected samples to run on but was: none"));
    }

    private void replace(Substitute substitute) {
        LinearWeight weight = substitute.weight();
        replaced.add(weight.name());
        placesOf(weight.name()).forEach(place -> place.write(substitute));
    }

    private List<Place> placesOf(String name) {
        return places.getOrDefault(name, List.of());
    }

    /** Sums over all samples for one output. */
    private static final class Difference {
        private double squaredError;
        private double squared;

        void add(Output before, Output after, Optional<PaddingMask> padding, String advice) {
            if (!before.shape().equals(after.shape())) {
                throw new InvalidInputException(
                        "output `%s` is %s with a replaced weight but %s without, so its loss cannot be measured%s"
                                .formatted(
                                        before.name(),
                                        Tensors.shape(after.shape()),
                                        Tensors.shape(before.shape()),
                                        advice));
            }
            int length = before.shape().isEmpty()
                    ? 1
                    : Math.toIntExact(before.shape().get(before.shape().size() - 1));
            IntPredicate counted = counted(before, padding);
            for (int i = 0; i < before.size(); i++) {
                if (counted.test(i / length)) {
                    double y = before.at(i);
                    double error = y - after.at(i);
                    squaredError += error * error;
                    squared += y * y;
                }
            }
        }

        /** Which vectors along the last axis count. */
        private static IntPredicate counted(Output output, Optional<PaddingMask> padding) {
            if (padding.isEmpty() || output.shape().isEmpty()) {
                return vector -> true;
            }
            List<Long> axes = output.shape().subList(0, output.shape().size() - 1);
            int vectors = axes.stream().mapToInt(Math::toIntExact).reduce(1, Math::multiplyExact);
            return padding.get().counted(padding.get().rows(axes), vectors);
        }

        double relative() {
            return squaredError == 0 ? 0 : squaredError / squared;
        }
    }

    private void unload() {
        session.close();
        tensors.values().forEach(PreparedTensor::close);
    }

    /** @throws UncheckedIOException if the temporary files cannot be removed */
    @Override
    public void close() {
        unload();
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
