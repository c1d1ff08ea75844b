package dev.eckart.onnx.timing;

import static java.util.Objects.requireNonNull;

import ai.onnxruntime.OnnxJavaType;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.compress.PairTimer;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.PairTiming;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.verify.Latency;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.Scratch;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.TensorShapeProto;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.rewrite.ModelPart;
import dev.eckart.onnx.rewrite.ValueShapes;
import dev.eckart.onnx.run.InputFiles;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.LatencyMeter;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.TemporaryModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Times layers of a model by themselves in ONNX Runtime, each beside what the rewrite makes of it, on inputs of the shapes
 * and types that they have in the model.
 *
 * <p>The numbers in inputs and factors are made up. Integers are row numbers where rows of a table are gathered, and ones
 * elsewhere.
 *
 * <p>A pair that does not win is timed again, in sessions of its own, and the better turn counts: where a session's memory
 * happens to lie makes a difference that no number of turns in it evens out.
 */
public final class LayerTimer implements PairTimer {
    /** Of the turns of one layer; there are others. */
    private static final long NANOSECONDS = 250_000_000L;

    private static final long SEED = 0;

    private final Path path;
    private final OnnxNetwork network;
    private final Map<String, ValueInfoProto> values;
    private final int threads;
    private final Path temporary;

    private LayerTimer(
            Path path, OnnxNetwork network, Map<String, ValueInfoProto> values, int threads, Path temporary) {
        this.path = path;
        this.network = network;
        this.values = values;
        this.threads = threads;
        this.temporary = temporary;
    }

    /**
     * Runs a model once, on as many of the first samples as where two models' times are compared, for the shapes of what
     * weights are multiplied by.
     *
     * @param path the model's file, for messages
     * @param network the same, read
     * @param plan of whose pairs the timer is to be asked
     * @param inputs where to read inputs from; if empty, they are made up
     * @param seed for made-up inputs
     * @param temporary a folder for models that are run
     * @throws InvalidInputException if the inputs do not fit the model, it fails on them, or the folder cannot be written
     */
    public static LayerTimer open(
            Path path,
            OnnxNetwork network,
            CompressionPlan plan,
            Optional<Path> inputs,
            long seed,
            int threads,
            Path temporary) {
        Set<String> needed = new LinkedHashSet<>();
        plan.factored().stream()
                .map(planned -> LayerAlone.of(network, planned.weight()))
                .filter(LayerAlone::inMain)
                .forEach(layer -> needed.addAll(layer.given()));
        Map<String, ValueInfoProto> values = needed.isEmpty()
                ? Map.of()
                : declarations(
                        path, network, ValueShapes.of(network.model(), needed), inputs, seed, threads, temporary);
        return new LayerTimer(path, network, values, threads, temporary);
    }

    private static Map<String, ValueInfoProto> declarations(
            Path path,
            OnnxNetwork network,
            ValueShapes shapes,
            Optional<Path> inputs,
            long seed,
            int threads,
            Path temporary) {
        try (TemporaryModel model =
                TemporaryModel.open(shapes.model(), path, threads, temporary, "eckart-shapes.onnx")) {
            Session session = model.session();
            InputSet set = inputs.map(from -> InputFiles.read(from, session, network.model()))
                    .orElseGet(() -> MadeUpInputs.forModel(session, network.model(), seed)
                            .get(0));
            Map<String, Output> found = session.run(set.batch(0, set.batchSize(LatencyMeter.SAMPLES)));
            Map<String, OnnxJavaType> types = session.outputTypes();
            Map<String, ValueInfoProto> values = new HashMap<>();
            shapes.shapes()
                    .forEach(shape -> values.put(
                            shape.value(),
                            declaration(
                                    shape.value(),
                                    requireNonNull(types.get(shape.nothing())),
                                    requireNonNull(found.get(shape.shape())))));
            return values;
        } catch (IOException | UncheckedIOException e) {
            throw unwritable(temporary, e);
        }
    }

    private static ValueInfoProto declaration(String name, OnnxJavaType type, Output shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        LongStream.range(0, shape.size())
                .map(axis -> (long) shape.at((int) axis))
                .forEach(size ->
                        dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size)));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(dataType(type))
                                .setShape(dims)))
                .build();
    }

    private static int dataType(OnnxJavaType type) {
        return switch (type) {
            case FLOAT -> DataType.FLOAT_VALUE;
            case DOUBLE -> DataType.DOUBLE_VALUE;
            case FLOAT16 -> DataType.FLOAT16_VALUE;
            case BFLOAT16 -> DataType.BFLOAT16_VALUE;
            case INT8 -> DataType.INT8_VALUE;
            case INT16 -> DataType.INT16_VALUE;
            case INT32 -> DataType.INT32_VALUE;
            case INT64 -> DataType.INT64_VALUE;
            case UINT8 -> DataType.UINT8_VALUE;
            case BOOL -> DataType.BOOL_VALUE;
            case STRING -> DataType.STRING_VALUE;
            // No layer takes it, and the runtime will say so.
            case UNKNOWN -> DataType.UNDEFINED_VALUE;
        };
    }

    private static InvalidInputException unwritable(Path temporary, Exception e) {
        return Unwritable.temporary("the model for timing a layer", temporary, e);
    }

    @Override
    public PairTiming time(PlannedWeight factored) {
        LayerAlone layer = LayerAlone.of(network, factored.weight());
        if (!layer.inMain()) {
            return new PairTiming.Unknown("the weight is used inside a branch or a loop");
        }
        List<ValueInfoProto> given = layer.given().stream()
                .map(name -> requireNonNull(values.get(name)))
                .toList();
        try (Scratch scratch = Scratch.in(temporary)) {
            OnnxModel dense = ModelPart.between(network.model(), given, layer.results());
            OnnxModel pair = ModelPart.between(
                    network.withScratch(scratch)
                            .rewrite(List.of(standIn(factored)), new Provenance("", ""))
                            .model(),
                    given,
                    layer.results());
            PairTiming.Measured first = measure(dense, pair);
            if (first.wins()) {
                return first;
            }
            PairTiming.Measured second = measure(dense, pair);
            return second.ratio() < first.ratio() ? second : first;
        } catch (IOException | UncheckedIOException e) {
            throw unwritable(temporary, e);
        } catch (InvalidInputException e) {
            return new PairTiming.Unknown(String.valueOf(e.getMessage()));
        }
    }

    private PairTiming.Measured measure(OnnxModel dense, OnnxModel pair) throws IOException {
        try (TemporaryModel before = TemporaryModel.open(dense, path, threads, temporary, "eckart-dense.onnx");
                TemporaryModel after = TemporaryModel.open(pair, path, threads, temporary, "eckart-pair.onnx")) {
            return measure(before.session(), after.session(), dense);
        }
    }

    private static PairTiming.Measured measure(Session before, Session after, OnnxModel dense) {
        InputSet set = MadeUpInputs.forModel(before, dense, SEED).get(0);
        try (Session.PreparedRun one = before.prepare(set.batch(0, set.samples()));
                Session.PreparedRun other = after.prepare(set.batch(0, set.samples()))) {
            Latency latency = LatencyMeter.measure(one, other, set.samples(), NANOSECONDS);
            return new PairTiming.Measured(latency.originalMs(), latency.compressedMs(), latency.ratio());
        }
    }

    /** With other numbers than there will be, but as many of them, and in the same places. */
    private static Replacement standIn(PlannedWeight factored) {
        LinearWeight weight = factored.weight();
        Optional<MatrixSource> shift =
                factored.calibrated() ? Optional.of(new Noise(1, weight.columns())) : Optional.empty();
        return new Replacement(
                weight,
                new FactorPair(new Noise(weight.rows(), factored.rank()), new Noise(factored.rank(), weight.columns())),
                shift);
    }
}
