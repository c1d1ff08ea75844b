package dev.eckart.onnx.verify;

import ai.onnxruntime.OnnxJavaType;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.RewriteCheck;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.StoredForms;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.file.Scratch;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.rewrite.NudgedProducts;
import dev.eckart.onnx.rewrite.Reference;
import dev.eckart.onnx.rewrite.Reference.Products;
import dev.eckart.onnx.rewrite.Widened;
import dev.eckart.onnx.run.Batch;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.InputTypes;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.run.Session.Optimization;
import dev.eckart.onnx.verify.OutputSketches.Feed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a compressed model computes what the original would with each replaced W set to the matrix that its stored form stands for: the
 * reference. Both are compared in two ways.
 *
 * <ol>
 *   <li><b>In detail</b>, on a few samples: by their outputs and by what each replaced product gives, so that a mistake shows
 *       however deep the network is. The runtime fuses nothing, and what is computed in 16 bits is computed in float32 by
 *       both ({@link Widened}), so that a right rewrite differs by next to nothing.
 *   <li><b>As they run</b>, on more samples: by their outputs, fully optimized and in the models' own types.
 * </ol>
 *
 * <p>Where a compressed model rounds the inputs of products while it runs, so does the reference. Two models that differ by the last bit of
 * such an input may round it to different integers, and what follows differs by more than a mistake would make. So the reference is given
 * what the compressed model rounds, product by product, and what lies between two products is compared as everywhere. Both ways
 * take the few samples then, and the second one is asked of all products, too.
 *
 * <p>Each output has a tolerance of its own: a multiple of how much the reference differs from itself at other optimization
 * levels, and on inputs that differ in their last bits. It never exceeds {@link #CAP}, which a mistake of 1 % does. Where
 * rounding does, too, nothing is proved, and that is what the answer says.
 */
final class RewriteProver {
    /** The largest relative error of an output that may count as rounding. */
    static final double CAP = 0.002;

    /** Different orders of summation differ from each other as much as optimization levels do; this many times. */
    private static final double MARGIN = 10;

    private final OnnxNetwork original;
    private final int threads;
    private final Path temporary;
    private final Supplier<Decomposer> backend;

    /**
     * For one original.
     *
     * @param temporary a folder for the models that are made for the proof
     * @param backend asked for where factors are multiplied
     */
    RewriteProver(OnnxNetwork original, int threads, Path temporary, Supplier<Decomposer> backend) {
        this.original = original;
        this.threads = threads;
        this.temporary = temporary;
        this.backend = backend;
    }

    /**
     * Samples to prove a rewrite on.
     *
     * @param batches on which the models are compared as they run
     * @param outputs what the compressed model gave on these
     * @param few on which they are compared in detail
     */
    record Samples(List<Batch> batches, OutputSketches outputs, List<Batch> few) {
        Samples {
            batches = List.copyOf(batches);
            few = List.copyOf(few);
        }

        /**
         * These, and the first of the few once more with all flags turned round that the model takes, so that branches are
         * compared that no sample enters.
         *
         * @param session of a model that may fail on such flags; then the samples stay as they are
         */
        Samples withFlagsTurned(Session session) {
            Map<String, NpyArray> arrays = new LinkedHashMap<>(few.get(0).inputs());
            List<String> flags = session.inputs().stream()
                    .filter(input -> input.type() == OnnxJavaType.BOOL)
                    .map(ModelInput::name)
                    .filter(name -> arrays.containsKey(name)
                            && Objects.requireNonNull(arrays.get(name)).size() == 1)
                    .toList();
            if (flags.isEmpty()) {
                return this;
            }
            flags.forEach(flag -> arrays.computeIfPresent(flag, (name, array) -> turned(array)));
            InputSet set = few.get(0).set().with(session.inputs(), arrays, "the samples with flags turned round");
            try {
                session.outputs(set.batch(0, set.samples())).close();
            } catch (InvalidInputException e) {
                return this;
            }
            List<Batch> more = new ArrayList<>(few);
            more.add(new Batch(set, 0, set.samples()));
            return new Samples(batches, outputs, more);
        }

        private static NpyArray turned(NpyArray flag) {
            byte value = (byte) (flag.longAt(0) == 0 ? 1 : 0);
            return NpyArray.of(NpyType.BOOL, flag.shape(), ByteBuffer.wrap(new byte[] {value}));
        }

        /** With what a compressed model gives, which is run on the batches. */
        static Samples of(Session session, List<Batch> batches, List<Batch> few) {
            return new Samples(
                    batches,
                    OutputSketches.of(
                            session,
                            batches.stream().map(Feed::new).toList(),
                            session.outputTypes().keySet()),
                    few);
        }
    }

    /**
     * Proves a rewrite on each of some groups of samples. Models are loaded one after the other.
     *
     * @return an answer for each group
     * @throws InvalidInputException if the temporary folder cannot be written to
     */
    List<RewriteCheck> prove(OnnxNetwork compressed, List<Samples> groups) {
        // Never put in place; but what a killed run leaves of it, the next one removes.
        try (PendingFile file = PendingFile.temporary(temporary, "eckart-reference.onnx");
                Scratch scratch = Scratch.in(file.directory())) {
            Reference reference = original.withScratch(scratch).reference(compressed, backend, true);
            if (reference instanceof Reference.None none) {
                return Collections.nCopies(groups.size(), none.reason());
            }
            if (groups.stream().allMatch(group -> group.outputs().names().isEmpty())) {
                return Collections.nCopies(
                        groups.size(),
                        new NoProof(
                                NoProof.Cause.NO_FLOATING_OUTPUT,
                                "no output is of a floating-point type, and whole numbers do not tell rounding from a mistake"));
            }
            Products products = (Products) reference;
            List<String> faults = Stream.concat(
                            products.faults().stream(), FastGeluCheck.fault(original, compressed, temporary).stream())
                    .toList();
            if (!faults.isEmpty()) {
                // What the factors that were written would give, nobody can tell.
                return Collections.nCopies(
                        groups.size(),
                        new RewriteProof(
                                Double.NaN, Double.NaN, CAP, products.forms(), Optional.of(String.join("; ", faults))));
            }
            return new Comparison(compressed.withScratch(scratch).model(), products, file.path(), groups)
                    .answers(() -> original.withScratch(scratch).reference(compressed, backend, false));
        } catch (IOException | UncheckedIOException e) {
            throw Unwritable.temporary("the model to prove the rewrite against", temporary, e);
        }
    }

    /**
     * How an output compares.
     *
     * @param tolerance the largest error that counts as rounding
     * @param rounding what the tolerance would be without a cap
     */
    private record Compared(String output, double error, double noise, double tolerance, double rounding) {

        /** @param least what counts as noise even if less was measured */
        static Compared of(String output, double error, double noise, double least) {
            double rounding = MARGIN * Math.max(noise, least);
            return new Compared(output, error, noise, Math.min(CAP, rounding), rounding);
        }

        boolean isRight() {
            return error <= tolerance;
        }

        /** Whether it differs no more than the reference from itself, which is too much to prove anything by. */
        boolean isHidden() {
            return !isRight() && error <= rounding;
        }

        boolean isWrong() {
            return !isRight() && !isHidden();
        }

        /** How much of its tolerance it takes. */
        double share() {
            return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error / tolerance;
        }

        RewriteProof proof(StoredForms forms, Optional<String> fault) {
            return new RewriteProof(error, noise, tolerance, forms, fault);
        }
    }

    /**
     * Each output of a model beside that of its reference.
     *
     * @param activated values that an activation may have made, whose small numbers are rounded as 1 is
     */
    private List<Compared> compare(
            OutputSketches own,
            OutputSketches reference,
            List<OutputSketches> otherwise,
            double least,
            Set<String> activated) {
        return own.names().stream()
                .map(name -> Compared.of(
                        name,
                        own.relativeError(name, reference),
                        otherwise.stream()
                                .filter(other -> other.names().contains(name))
                                .mapToDouble(other -> other.relativeError(name, reference))
                                .max()
                                .orElse(0),
                        activated.contains(name)
                                ? Math.max(least, reference.relative(name, original.epsilon()))
                                : least))
                .toList();
    }

    /**
     * What a reference gave, for each group of samples.
     *
     * @param at optimization levels
     * @param nudged without optimizations, on inputs that are a little different
     * @param nudgedProducts without optimizations, with the results of products that are a little different; may be empty
     */
    private record Repeated(
            Map<Optimization, List<OutputSketches>> at,
            List<OutputSketches> nudged,
            List<OutputSketches> nudgedProducts) {
        OutputSketches at(Optimization level, int group) {
            return Objects.requireNonNull(at.get(level)).get(group);
        }

        List<OutputSketches> all(int group) {
            return Stream.concat(at.values().stream(), Stream.of(nudged, nudgedProducts))
                    .filter(sketches -> group < sketches.size())
                    .map(sketches -> sketches.get(group))
                    .toList();
        }
    }

    /**
     * What the models that compute in float32 and give out their products gave.
     *
     * @param compressed without optimizations, on few samples, for each group
     * @param optimized fully optimized, on the same, where inputs of products are rounded; else empty
     * @param few the reference on the same
     * @param many the reference on all samples to prove the rewrite on; where inputs are rounded, on few, and on what {@code optimized} rounded
     */
    private record Wide(List<OutputSketches> compressed, List<OutputSketches> optimized, Repeated few, Repeated many) {}

    /** Of one compressed model with its reference. */
    private final class Comparison {
        private final OnnxModel compressed;
        private final Products reference;
        private final Path file;
        private final List<Samples> groups;
        private final Set<String> outputs;

        Comparison(OnnxModel compressed, Products reference, Path file, List<Samples> groups) {
            this.compressed = compressed;
            this.reference = reference;
            this.file = file;
            this.groups = groups;
            this.outputs = groups.stream()
                    .flatMap(group -> group.outputs().names().stream())
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        }

        /** @param narrow the reference in the types of the original, asked for where the original computes in 16 bits */
        List<RewriteCheck> answers(Supplier<Reference> narrow) throws IOException {
            OnnxModel widened = Widened.of(compressed);
            boolean in16Bits = !widened.message().equals(compressed.message());
            Optional<Wide> wide = wide(widened);
            Optional<Repeated> asItRuns = wide.map(Wide::many);
            if (((in16Bits && reference.given().isEmpty()) || wide.isEmpty())
                    && narrow.get() instanceof Products products) {
                OnnxWriter.write(products.model(), file);
                asItRuns = Optional.of(repeated(List.of(asked(groups, Samples::batches, outputs)))
                        .get(0));
            }
            Repeated run = asItRuns.orElseThrow();
            double least =
                    !in16Bits ? original.rounding() : wide.isPresent() ? CAP / MARGIN : ElementType.BFLOAT16.epsilon();
            List<RewriteCheck> answers = new ArrayList<>();
            for (int i = 0; i < groups.size(); i++) {
                int group = i;
                List<OutputSketches> otherwise = new ArrayList<>(run.all(i));
                wide.ifPresent(found -> otherwise.add(found.many().at(Optimization.NONE, group)));
                OutputSketches running = wide.filter(found -> !found.optimized().isEmpty())
                        .map(found -> found.optimized().get(group))
                        .orElseGet(() -> groups.get(group).outputs());
                List<Compared> asTheyRun = compare(running, run.at(Optimization.ALL, i), otherwise, least, outputs);
                List<Compared> inDetail = wide.map(found -> compare(
                                found.compressed().get(group),
                                found.few().at(Optimization.NONE, group),
                                found.few().all(group),
                                original.rounding(),
                                outputs))
                        .orElse(List.of());
                answers.add(answer(inDetail, asTheyRun, in16Bits));
            }
            return answers;
        }

        private RewriteCheck answer(List<Compared> inDetail, List<Compared> asTheyRun, boolean in16Bits) {
            List<Compared> all = Stream.of(inDetail, asTheyRun)
                    .flatMap(List::stream)
                    .sorted(Comparator.comparingDouble(Compared::share).reversed())
                    .toList();
            // What follows a mistake is wrong, too.
            Optional<Compared> wrong = Stream.of(inDetail, asTheyRun)
                    .flatMap(List::stream)
                    .filter(Compared::isWrong)
                    .findFirst();
            if (wrong.isPresent()) {
                return wrong.get()
                        .proof(
                                reference.forms(),
                                Optional.of("value `%s` is wrong"
                                        .formatted(wrong.get().output())));
            }
            // Where the models were compared in detail, how they run in fewer bits proves no more.
            List<Compared> proving = inDetail.isEmpty() ? asTheyRun : inDetail;
            Optional<Compared> hidden =
                    proving.stream().filter(Compared::isHidden).max(Comparator.comparingDouble(Compared::noise));
            if (hidden.isPresent()) {
                return new NoProof(
                        NoProof.Cause.HIDDEN_BY_ROUNDING,
                        String.format(
                                Locale.ROOT,
                                "rounding hides mistakes in this model: its value `%s` differs by %.1e, and with each weight set to the product of its factors the original differs from itself by %.1e",
                                hidden.get().output(),
                                hidden.get().error(),
                                hidden.get().noise()));
            }
            Compared closest = all.stream()
                    .filter(Compared::isRight)
                    .filter(one -> !in16Bits || proving.contains(one))
                    .findFirst()
                    .orElseThrow();
            return closest.proof(reference.forms(), Optional.empty());
        }

        /** Empty where the runtime cannot run such models, as it lacks a kernel for float32 or for an inner value. */
        private Optional<Wide> wide(OnnxModel widened) throws IOException {
            Set<String> products = new LinkedHashSet<>(reference.products());
            products.addAll(reference.given().keySet());
            products.retainAll(made(widened));
            products.retainAll(made(reference.model()));
            // In the order in which the network computes them.
            Set<String> all = new LinkedHashSet<>(products);
            all.addAll(outputs);
            try {
                OnnxWriter.write(giving(widened, products), file);
                List<OutputSketches> own;
                Asked few;
                Asked asked;
                Map<String, OnnxJavaType> types;
                try (Session session = Session.open(file, Optimization.NONE, threads)) {
                    few = asked(
                            groups.stream()
                                    .map(group -> group.withFlagsTurned(session))
                                    .toList(),
                            Samples::few,
                            all);
                    own = few.of(session);
                    types = session.outputTypes();
                    asked = given(session, few);
                }
                Asked run = asked(groups, Samples::batches, outputs);
                List<OutputSketches> ran = List.of();
                if (!reference.given().isEmpty()) {
                    try (Session session = Session.open(file, Optimization.ALL, threads)) {
                        ran = few.of(session);
                        run = given(session, few);
                    }
                }
                OnnxWriter.write(giving(reference.model(), products), file);
                List<Asked> questions = List.of(asked, run);
                List<Repeated> references = repeated(questions);
                types.keySet().retainAll(products);
                OnnxWriter.write(giving(NudgedProducts.of(reference.model(), types), products), file);
                try (Session session = Session.open(file, Optimization.NONE, threads)) {
                    for (int i = 0; i < questions.size(); i++) {
                        references
                                .get(i)
                                .nudgedProducts()
                                .addAll(questions.get(i).of(session));
                    }
                }
                return Optional.of(new Wide(own, ran, references.get(0), references.get(1)));
            } catch (InvalidInputException e) {
                return Optional.empty();
            }
        }

        /** With the values that the reference is given, as a compressed model makes them on the same samples. */
        private Asked given(Session session, Asked asked) {
            return reference.given().isEmpty()
                    ? asked
                    : new Asked(
                            asked.feeds().stream()
                                    .map(group -> group.stream()
                                            .map(feed -> given(session, feed))
                                            .toList())
                                    .toList(),
                            asked.names());
        }

        private Feed given(Session session, Feed feed) {
            Map<String, NpyArray> values = new LinkedHashMap<>();
            Session asked = session.giving(reference.given().keySet());
            try (Session.Outputs made =
                    asked.outputs(InputTypes.fit(session.inputs(), feed.batch().inputs()))) {
                reference
                        .given()
                        .forEach((value, input) -> made.get(value).ifPresent(output -> {
                            float[] numbers = new float[output.size()];
                            for (int i = 0; i < numbers.length; i++) {
                                numbers[i] = (float) output.at(i);
                            }
                            values.put(
                                    input,
                                    NpyArray.ofFloats(
                                            output.shape().stream()
                                                    .map(Math::toIntExact)
                                                    .toList(),
                                            numbers));
                        }));
            }
            return new Feed(feed.batch(), values);
        }

        private static Asked asked(List<Samples> of, Function<Samples, List<Batch>> batches, Set<String> names) {
            return new Asked(
                    of.stream()
                            .map(batches)
                            .map(group -> group.stream().map(Feed::new).toList())
                            .toList(),
                    names);
        }

        /** Runs the model in the file, loaded once for each level, on all that is asked. */
        private List<Repeated> repeated(List<Asked> asked) {
            List<Repeated> repeated = asked.stream()
                    .map(any -> new Repeated(new EnumMap<>(Optimization.class), new ArrayList<>(), new ArrayList<>()))
                    .toList();
            for (Optimization level : Optimization.values()) {
                try (Session session = Session.open(file, level, threads)) {
                    for (int i = 0; i < asked.size(); i++) {
                        Asked one = asked.get(i);
                        repeated.get(i).at().put(level, one.of(session));
                        if (level == Optimization.NONE) {
                            one.feeds().stream()
                                    .map(feeds -> OutputSketches.nudged(session, feeds, one.names()))
                                    .forEach(repeated.get(i).nudged()::add);
                        }
                    }
                }
            }
            return repeated;
        }
    }

    /** Outputs that are asked for, on each of some groups of samples. */
    private record Asked(List<List<Feed>> feeds, Set<String> names) {
        List<OutputSketches> of(Session session) {
            return feeds.stream()
                    .map(group -> OutputSketches.of(session, group, names))
                    .toList();
        }
    }

    /** The values that a model's nodes make in its main graph. */
    private static Set<String> made(OnnxModel model) {
        return model.message().getGraph().getNodeList().stream()
                .flatMap(node -> node.getOutputList().stream())
                .collect(Collectors.toSet());
    }

    /** A model that gives out further values; the runtime knows their types. */
    private static OnnxModel giving(OnnxModel model, Collection<String> values) {
        GraphProto.Builder graph = model.message().getGraph().toBuilder();
        Set<String> known =
                graph.getOutputList().stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
        values.stream()
                .filter(value -> !known.contains(value))
                .forEach(value -> graph.addOutput(ValueInfoProto.newBuilder().setName(value)));
        return new OnnxModel(model.message().toBuilder().setGraph(graph).build(), model.payloads());
    }
}
