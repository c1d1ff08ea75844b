package dev.eckart.onnx.run;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/** A model, loaded in ONNX Runtime on the CPU. */
public final class Session implements RunnableModel, AutoCloseable {
    /**
     * Bytes of stack to start the runtime on. It takes the process's command line apart by recursion, some hundred bytes for
     * each character, and ends the process where that is too long for the stack: class paths and lists of weights are.
     * What is not used of it takes no memory.
     */
    private static final long START_STACK = 256L << 20;

    /** How far ONNX Runtime may rearrange the graph. */
    public enum Optimization {
        NONE(OrtSession.SessionOptions.OptLevel.NO_OPT),
        BASIC(OrtSession.SessionOptions.OptLevel.BASIC_OPT),
        /** ONNX Runtime's default. */
        ALL(OrtSession.SessionOptions.OptLevel.ALL_OPT);

        private final OrtSession.SessionOptions.OptLevel level;

        Optimization(OrtSession.SessionOptions.OptLevel level) {
            this.level = level;
        }
    }

    /** What the runtime says of operators, and versions of operator sets and of the format, that it does not know. */
    private static final Pattern UNSUPPORTED = Pattern.compile(
            "is not a registered function/op|No Op registered for|No opset import for domain|is under development|Unsupported model IR version");

    /** A buffer has no more bytes than an int can count. */
    private static final long MOST_NUMBERS = Integer.MAX_VALUE / Double.BYTES;

    private final Path path;
    private final OrtSession session;

    private final Set<String> tensorOutputs;

    /** Empty where nobody is to be told of operators. */
    private final Optional<OperatorLog> log;

    private Session(Path path, OrtSession session, Set<String> tensorOutputs, Optional<OperatorLog> log) {
        this.path = path;
        this.session = session;
        this.tensorOutputs = tensorOutputs;
        this.log = log;
    }

    /**
     * Loads a model.
     *
     * @throws InvalidInputException if ONNX Runtime refuses it
     * @throws TimeLimitException if that, or a run of it later on, exceeds this process's time limit
     */
    public static Session open(Path path, Optimization optimization, int threads) {
        return open(path, path, optimization, threads);
    }

    /**
     * As {@link #open(Path, Optimization, int)}, of a file that was made from another.
     *
     * @param origin the file that messages speak of
     */
    public static Session open(Path path, Path origin, Optimization optimization, int threads) {
        return open(path, origin, optimization, threads, Optional.empty());
    }

    /**
     * As {@link #open(Path, Optimization, int)} with all optimizations, and able to tell of {@link #operators}.
     *
     * @param temporary a folder for what the runtime writes down
     */
    public static Session openLogged(Path path, int threads, Path temporary) {
        OperatorLog log = OperatorLog.in(temporary);
        try {
            return open(path, path, Optimization.ALL, threads, Optional.of(log));
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private static Session open(
            Path path, Path origin, Optimization optimization, int threads, Optional<OperatorLog> log) {
        OrtEnvironment environment = environment();
        try (PlainPath plain = PlainPath.to(path);
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            if (log.isPresent()) {
                log.get().ask(options);
            }
            options.setOptimizationLevel(optimization.level);
            options.setIntraOpNumThreads(threads);
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            OrtSession session = create(environment, plain.path(), origin, options);
            return new Session(origin, session, tensorOutputs(session), log);
        } catch (OrtException e) {
            throw new InvalidInputException("ONNX Runtime cannot load `%s`: %s".formatted(origin, oneLine(e)), e);
        }
    }

    /** A load cannot be interrupted, and ends in its own time or not at all. */
    private static OrtSession create(
            OrtEnvironment environment, Path path, Path origin, OrtSession.SessionOptions options) throws OrtException {
        try (RunWatchdog.Watched watched = RunWatchdog.current().begin(ModelWork.loading(origin))) {
            OrtSession session = environment.createSession(path.toString(), options);
            Optional<TimeLimitException> exceeded = watched.exceeded();
            if (exceeded.isPresent()) {
                session.close();
                throw exceeded.get();
            }
            return session;
        }
    }

    /**
     * Whether the runtime refused a model because it has not learnt an operator, an operator set or a version of the format
     * yet, or never will: the model may be right all the same.
     */
    public static boolean isUnsupported(InvalidInputException refused) {
        return refused.getCause() instanceof OrtException cause
                && (cause.getCode() == OrtException.OrtErrorCode.ORT_NOT_IMPLEMENTED
                        || UNSUPPORTED
                                .matcher(String.valueOf(cause.getMessage()))
                                .find());
    }

    /** The runtime is asked for these alone: it crashes on handing some others over, such as empty optionals. */
    private static Set<String> tensorOutputs(OrtSession session) throws OrtException {
        Set<String> names = new LinkedHashSet<>();
        for (NodeInfo info : session.getOutputInfo().values()) {
            if (info.getInfo() instanceof TensorInfo) {
                names.add(info.getName());
            }
        }
        return names;
    }

    /** @throws InvalidInputException if its libraries cannot be unpacked or loaded */
    static OrtEnvironment environment() {
        try {
            return Started.ENVIRONMENT.join();
        } catch (CompletionException e) {
            throw UnpackedLibraries.refusal(e);
        }
    }

    private static final class Started {
        static final CompletableFuture<OrtEnvironment> ENVIRONMENT = start();
    }

    private static CompletableFuture<OrtEnvironment> start() {
        // What goes wrong arrives as an exception; the runtime's own log would only repeat it.
        CompletableFuture<OrtEnvironment> started = new CompletableFuture<>();
        Runnable starting = () -> {
            try {
                UnpackedLibraries.silence();
                UnpackedLibraries.removeLeftovers(UnpackedLibraries.temporary());
                OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
                UnpackedLibraries.removeOwnAtExit(UnpackedLibraries.temporary());
                started.complete(environment);
            } catch (RuntimeException | Error e) {
                started.completeExceptionally(e);
            }
        };
        new Thread(null, starting, "onnxruntime-start", START_STACK).start();
        return started;
    }

    private static String oneLine(OrtException e) {
        return String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /**
     * The inputs that a run must be given, in the model's order.
     *
     * @throws InvalidInputException if ONNX Runtime's Java binding has no word for the type of one
     */
    @Override
    public List<ModelInput> inputs() {
        try {
            List<ModelInput> inputs = new ArrayList<>();
            for (NodeInfo info : session.getInputInfo().values()) {
                inputs.add(input(info));
            }
            return inputs;
        } catch (OrtException e) {
            throw new InvalidInputException(
                    "`%s` has inputs of a type that cannot be passed to ONNX Runtime (%s); --no-verify writes without running the model"
                            .formatted(path, oneLine(e)),
                    e);
        }
    }

    private static ModelInput input(NodeInfo info) {
        return info.getInfo() instanceof TensorInfo tensor
                ? new ModelInput(info.getName(), tensor.type, dims(tensor))
                : new ModelInput(info.getName(), OnnxJavaType.UNKNOWN, List.of());
    }

    private static List<ModelInput.Dim> dims(TensorInfo tensor) {
        List<ModelInput.Dim> dims = new ArrayList<>();
        long[] shape = tensor.getShape();
        String[] symbols = tensor.getDimensionNames();
        for (int i = 0; i < shape.length; i++) {
            dims.add(new ModelInput.Dim(shape[i], symbols[i]));
        }
        return dims;
    }

    /**
     * Runs the model once, and returns those of its outputs that are tensors of numbers or flags.
     *
     * @throws InvalidInputException if the model fails on these inputs
     */
    @Override
    public Map<String, Output> run(Map<String, NpyArray> inputs) {
        return run(inputs, Map.of());
    }

    /**
     * As {@link #run(Map)}, for a model some of whose inputs stay from one run to the next.
     *
     * @param prepared further inputs, which are left open
     * @throws InvalidInputException if the model fails on these inputs
     */
    public Map<String, Output> run(Map<String, NpyArray> inputs, Map<String, PreparedTensor> prepared) {
        try (LimitedRun run = new LimitedRun(ModelWork.running(path, inputs))) {
            return run(run, inputs, prepared);
        }
    }

    private Map<String, Output> run(
            LimitedRun run, Map<String, NpyArray> inputs, Map<String, PreparedTensor> prepared) {
        if (tensorOutputs.isEmpty()) {
            return Map.of();
        }
        try (Outputs given = outputs(run, inputs, prepared)) {
            Map<String, Output> outputs = new LinkedHashMap<>();
            for (String name : tensorOutputs) {
                given.get(name).ifPresent(output -> outputs.put(name, output));
            }
            return outputs;
        }
    }

    /**
     * This session, to be asked for some of its outputs alone. It is closed by closing this one.
     *
     * @param outputs by name; those that it does not have, or that are no tensors, are left out
     */
    public Session giving(Collection<String> outputs) {
        Set<String> wanted = new LinkedHashSet<>(tensorOutputs);
        wanted.retainAll(outputs);
        return new Session(path, session, wanted, log);
    }

    /**
     * As {@link #run}, where the outputs may be too large to be on the heap all at once. There must be one.
     *
     * @throws InvalidInputException if the model fails on these inputs
     */
    public Outputs outputs(Map<String, NpyArray> inputs) {
        try (LimitedRun run = new LimitedRun(ModelWork.running(path, inputs))) {
            return outputs(run, inputs, Map.of());
        }
    }

    private Outputs outputs(LimitedRun run, Map<String, NpyArray> inputs, Map<String, PreparedTensor> prepared) {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, NpyArray> input : inputs.entrySet()) {
                tensors.put(input.getKey(), tensor(input.getValue()));
            }
            Map<String, OnnxTensor> all = new LinkedHashMap<>(tensors);
            prepared.forEach((name, tensor) -> all.put(name, tensor.tensor()));
            return new Outputs(tensors.values(), run.outputs(all));
        } catch (OrtException e) {
            tensors.values().forEach(OnnxTensor::close);
            throw new InvalidInputException(
                    "`%s` fails in ONNX Runtime on the given inputs: %s".formatted(path, oneLine(e)), e);
        } catch (RuntimeException e) {
            tensors.values().forEach(OnnxTensor::close);
            throw e;
        }
    }

    /** One run within this process's time limit: the runtime ends it between two nodes, those of graphs inside too. */
    private final class LimitedRun implements AutoCloseable {
        private final OrtSession.RunOptions options;
        private final RunWatchdog.Watched watched;

        LimitedRun(ModelWork work) {
            try {
                this.options = new OrtSession.RunOptions();
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime has no options for a run", e);
            }
            this.watched = RunWatchdog.current().begin(work, this::end);
        }

        private void end() {
            try {
                options.setTerminate(true);
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime does not end a run", e);
            }
        }

        OrtSession.Result outputs(Map<String, OnnxTensor> tensors) throws OrtException {
            try {
                OrtSession.Result outputs = session.run(tensors, tensorOutputs, options);
                Optional<TimeLimitException> exceeded = watched.exceeded();
                if (exceeded.isPresent()) {
                    outputs.close();
                    throw exceeded.get();
                }
                return outputs;
            } catch (OrtException e) {
                Optional<TimeLimitException> exceeded = watched.exceeded();
                if (exceeded.isPresent()) {
                    throw exceeded.get();
                }
                throw e;
            }
        }

        @Override
        public void close() {
            // First: from then on nothing asks for what the options are needed for.
            watched.close();
            options.close();
        }
    }

    /** This model without its outputs but the last one, where all of them may be too large to be on the heap at once. */
    public RunnableModel givingLast() {
        String last = List.copyOf(tensorOutputs).get(tensorOutputs.size() - 1);
        return new RunnableModel() {
            @Override
            public List<ModelInput> inputs() {
                return Session.this.inputs();
            }

            @Override
            public Map<String, Output> run(Map<String, NpyArray> inputs) {
                try (Outputs given = outputs(inputs)) {
                    return given.get(last).map(output -> Map.of(last, output)).orElse(Map.of());
                }
            }
        };
    }

    /** What a run gave, in ONNX Runtime's memory until it is closed. May be read by several threads. */
    public static final class Outputs implements AutoCloseable {
        /** An output that is an input may be in the same memory. */
        private final Collection<OnnxTensor> inputs;

        private final OrtSession.Result result;

        private Outputs(Collection<OnnxTensor> inputs, OrtSession.Result result) {
            this.inputs = inputs;
            this.result = result;
        }

        /** A copy of an output on the heap; empty if it is no tensor of numbers or flags. */
        public Optional<Output> get(String name) {
            return result.get(name).flatMap(value -> output(name, value));
        }

        @Override
        public void close() {
            result.close();
            inputs.forEach(OnnxTensor::close);
        }
    }

    /** The types of the outputs that are tensors, by name: those that they will have, without a run. */
    public Map<String, OnnxJavaType> outputTypes() {
        try {
            Map<String, OnnxJavaType> types = new LinkedHashMap<>();
            for (NodeInfo info : session.getOutputInfo().values()) {
                if (info.getInfo() instanceof TensorInfo tensor) {
                    types.put(info.getName(), tensor.type);
                }
            }
            return types;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not tell of outputs", e);
        }
    }

    /** The dimensions of the outputs that are tensors, by name, as the graph has them: without a run. */
    public Map<String, List<ModelInput.Dim>> outputDims() {
        try {
            Map<String, List<ModelInput.Dim>> dims = new LinkedHashMap<>();
            for (NodeInfo info : session.getOutputInfo().values()) {
                if (info.getInfo() instanceof TensorInfo tensor) {
                    dims.put(info.getName(), dims(tensor));
                }
            }
            return dims;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not tell of outputs", e);
        }
    }

    /**
     * How many nodes of each operator the runtime has run so far, in the graph that it made of the model; a node that was
     * run more than once is counted once. From then on nothing is written down, so that this is to be asked once, after a
     * run or two.
     *
     * @throws IllegalStateException if the session was not opened for it
     */
    public Map<String, Integer> operators() {
        if (log.isEmpty()) {
            throw new IllegalStateException("Expected a session that was opened to tell of its operators");
        }
        try {
            return OperatorLog.operators(Path.of(session.endProfiling()));
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not tell of operators", e);
        }
    }

    /** Inputs, to be run many times over. */
    public PreparedRun prepare(Map<String, NpyArray> inputs) {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, NpyArray> input : inputs.entrySet()) {
                tensors.put(input.getKey(), tensor(input.getValue()));
            }
            return new PreparedRun(ModelWork.running(path, inputs), tensors);
        } catch (OrtException e) {
            tensors.values().forEach(OnnxTensor::close);
            throw new IllegalStateException("ONNX Runtime does not take over inputs", e);
        }
    }

    /** A run whose inputs are in ONNX Runtime's memory already, and whose outputs stay there, for timing. */
    public final class PreparedRun implements LatencyMeter.Timed, AutoCloseable {
        private final ModelWork work;
        private final Map<String, OnnxTensor> inputs;

        private PreparedRun(ModelWork work, Map<String, OnnxTensor> inputs) {
            this.work = work;
            this.inputs = inputs;
        }

        @Override
        public long nanoseconds() {
            try (LimitedRun run = new LimitedRun(work)) {
                long start = System.nanoTime();
                OrtSession.Result outputs = run.outputs(inputs);
                long end = System.nanoTime();
                outputs.close();
                return end - start;
            } catch (OrtException e) {
                throw new InvalidInputException(
                        "`%s` fails in ONNX Runtime on the given inputs: %s".formatted(path, oneLine(e)), e);
            }
        }

        @Override
        public void close() {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    /** Runs the model once and drops what it gives, for timing. */
    long nanoseconds(Map<String, NpyArray> inputs) {
        try (LimitedRun run = new LimitedRun(ModelWork.running(path, inputs))) {
            long start = System.nanoTime();
            run(run, inputs, Map.of());
            return System.nanoTime() - start;
        }
    }

    private static OnnxTensor tensor(NpyArray array) throws OrtException {
        long[] shape = array.shape().stream().mapToLong(Integer::longValue).toArray();
        ByteBuffer bytes = array.bytes();
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining())
                .order(ByteOrder.nativeOrder())
                .put(bytes)
                .flip();
        OrtEnvironment environment = environment();
        return switch (array.type()) {
            case FLOAT32 -> OnnxTensor.createTensor(environment, direct.asFloatBuffer(), shape);
            case FLOAT64 -> OnnxTensor.createTensor(environment, direct.asDoubleBuffer(), shape);
            case INT32 -> OnnxTensor.createTensor(environment, direct.asIntBuffer(), shape);
            case INT64 -> OnnxTensor.createTensor(environment, direct.asLongBuffer(), shape);
            case INT16 -> OnnxTensor.createTensor(environment, direct.asShortBuffer(), shape);
            case FLOAT16 -> OnnxTensor.createTensor(environment, direct, shape, OnnxJavaType.FLOAT16);
            case BFLOAT16 -> OnnxTensor.createTensor(environment, direct, shape, OnnxJavaType.BFLOAT16);
            case INT8 -> OnnxTensor.createTensor(environment, direct, shape, OnnxJavaType.INT8);
            case UINT8 -> OnnxTensor.createTensor(environment, direct, shape, OnnxJavaType.UINT8);
            case BOOL -> OnnxTensor.createTensor(environment, direct, shape, OnnxJavaType.BOOL);
            case UINT16, UINT32, UINT64 ->
                throw new InvalidInputException("ONNX Runtime's Java binding has no inputs of type "
                        + array.type().label());
        };
    }

    private static Optional<Output> output(String name, OnnxValue value) {
        if (!(value instanceof OnnxTensor tensor)) {
            return Optional.empty();
        }
        TensorInfo info = tensor.getInfo();
        List<Long> shape = Arrays.stream(info.getShape()).boxed().toList();
        long numbers = shape.stream().reduce(1L, Math::multiplyExact);
        if (numbers > MOST_NUMBERS) {
            throw new InvalidInputException("output `%s` has %s numbers; expected at most %d"
                    .formatted(name, Tensors.shape(shape), MOST_NUMBERS));
        }
        int size = (int) numbers;
        return switch (info.type) {
            case FLOAT, FLOAT16, BFLOAT16 -> {
                FloatBuffer floats = tensor.getFloatBuffer();
                yield Optional.of(new Output(name, shape, true, size, floats::get));
            }
            case DOUBLE -> {
                DoubleBuffer doubles = tensor.getDoubleBuffer();
                yield Optional.of(new Output(name, shape, true, size, doubles::get));
            }
            case INT64 -> {
                LongBuffer longs = tensor.getLongBuffer();
                yield Optional.of(new Output(name, shape, false, size, longs::get));
            }
            case INT32 -> {
                IntBuffer ints = tensor.getIntBuffer();
                yield Optional.of(new Output(name, shape, false, size, ints::get));
            }
            case INT16 -> {
                ShortBuffer shorts = tensor.getShortBuffer();
                yield Optional.of(new Output(name, shape, false, size, shorts::get));
            }
            case INT8, BOOL -> {
                ByteBuffer bytes = tensor.getByteBuffer();
                yield Optional.of(new Output(name, shape, false, size, bytes::get));
            }
            case UINT8 -> {
                ByteBuffer bytes = tensor.getByteBuffer();
                yield Optional.of(new Output(name, shape, false, size, i -> bytes.get(i) & 0xff));
            }
            case STRING, UNKNOWN -> Optional.empty();
        };
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not close a session", e);
        } finally {
            log.ifPresent(OperatorLog::close);
        }
    }
}
