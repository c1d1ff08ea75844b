package dev.eckart.assertions;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.OpenBlasDecomposer;
import dev.eckart.core.metric.MetricLimit;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.report.Report;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.PartComparison;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.core.verify.WorstParts;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.verify.Labels;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on a compressed model beside its original: what {@code eckart verify} measures and proves.
 *
 * <p>First say what it is compared to, and on what; then what you expect. Both models run once, when the first
 * expectation needs it, for all that follow. Each expectation throws {@link InvalidInputException} if a model, the inputs
 * or the labels cannot be worked with.
 */
public class ModelAssert extends AbstractAssert<ModelAssert, Path> {
    private @Nullable Path original;
    private Evaluation evaluation = Evaluation.onMadeUpInputs(0);
    private @Nullable Report report;

    /** Of a compressed model; {@link EckartAssertions} reads better. */
    public ModelAssert(Path compressed) {
        super(compressed, ModelAssert.class);
    }

    /** Says which model this one was made from. */
    @CheckReturnValue
    public ModelAssert comparedTo(Path original) {
        this.original = original;
        report = null;
        return myself;
    }

    /**
     * Says what both models are run on: an {@code .npz} keyed by input name, a directory of {@code NAME.npy}, or an ONNX
     * {@code test_data_set} directory. Without it inputs are made up: they show whether the rewrite is right, not what is
     * lost.
     */
    @CheckReturnValue
    public ModelAssert onInputs(Path inputs) {
        return on(new Evaluation(
                new InputSource.Given(inputs), evaluation.labels(), evaluation.seed(), evaluation.metrics()));
    }

    /**
     * Says of which class each sample of the inputs is: whole numbers in a {@code .npy} file.
     *
     * @throws InvalidInputException if there are none
     */
    @CheckReturnValue
    public ModelAssert withLabels(Path npy) {
        return withLabels(NpyFile.read(npy));
    }

    /** As {@link #withLabels(Path)}, in an array of an {@code .npz} file. */
    @CheckReturnValue
    public ModelAssert withLabels(Path npz, String name) {
        return withLabels(NpyFile.read(npz, name));
    }

    private ModelAssert withLabels(NpyArray labels) {
        return on(new Evaluation(
                evaluation.inputs(), Optional.of(new Labels(labels)), evaluation.seed(), evaluation.metrics()));
    }

    /**
     * Says which metrics of your task are measured, as after {@code --metric}: {@code top-k:5}; those on the class path are
     * found. Comes before labels that are no classes of samples.
     *
     * @throws InvalidInputException if there is no such metric, or two are called the same
     */
    @CheckReturnValue
    public ModelAssert measuring(String... metrics) {
        TaskMetrics known = TaskMetrics.load(ModelAssert.class.getClassLoader());
        return on(new Evaluation(
                evaluation.inputs(),
                evaluation.labels(),
                evaluation.seed(),
                Stream.of(metrics).map(known::select).toList()));
    }

    private ModelAssert on(Evaluation evaluation) {
        this.evaluation = evaluation;
        report = null;
        return myself;
    }

    /**
     * Expects every output to have at least this cosine: the mean over samples of the cosine between the flattened
     * outputs of both models, 1 for the same direction. Outputs of whole numbers, and of one number per sample, have none:
     * at least one output must.
     *
     * @throws IllegalStateException without inputs
     */
    public ModelAssert hasCosineAtLeast(double cosine) {
        requireInputs();
        // One that is not a number is worse than any.
        Optional<OutputComparison> worst = outputs("a cosine").stream()
                .filter(output -> output.cosine().isPresent())
                .max(Comparator.comparingDouble(output -> 1 - output.cosine().orElseThrow()));
        if (worst.isEmpty()) {
            failWithMessage(
                    "Expected a cosine that can be measured but every output of `%s` holds whole numbers or has one number per sample; expect a relative error instead",
                    actual);
        }
        return require(
                Limit.MIN_COSINE,
                worst.orElseThrow().cosine().orElseThrow(),
                cosine,
                "Expected cosine of at least: %s but was: %s in output `%s`, %s",
                worst.orElseThrow().name());
    }

    /**
     * Expects every part of an output to have at least this cosine, all its numbers in all samples as one vector. A part is
     * an index along an axis, such as one channel: what is lost there may not show in the whole output.
     *
     * @throws IllegalStateException without inputs
     */
    public ModelAssert hasPartCosineAtLeast(double cosine) {
        requireInputs();
        // One that is not a number is worse than any.
        OutputPart worst = parts(WorstParts::byCosine, part -> 1 - part.cosine());
        return require(
                Limit.MIN_PART_COSINE,
                worst.part().cosine(),
                cosine,
                "Expected part cosine of at least: %s but was: %s in %s, %s",
                worst.describe());
    }

    /**
     * Expects no part of an output to differ by more than this: ‖y − y'‖₂ / ‖y‖₂ over the part, in all samples.
     *
     * @throws IllegalStateException without inputs
     */
    public ModelAssert hasPartErrorAtMost(double error) {
        requireInputs();
        OutputPart worst = parts(WorstParts::byError, PartComparison::relativeError);
        return require(
                Limit.MAX_PART_ERROR,
                worst.part().relativeError(),
                error,
                "Expected part error of at most: %s but was: %s in %s, %s",
                worst.describe());
    }

    /**
     * Expects no output to differ by more than this: ‖y − y'‖₂ / ‖y‖₂ over all samples.
     *
     * @throws IllegalStateException without inputs
     */
    public ModelAssert hasRelativeErrorAtMost(double error) {
        requireInputs();
        OutputComparison worst = outputs("a relative error").stream()
                .max(Comparator.comparingDouble(OutputComparison::relativeError))
                .orElseThrow();
        return require(
                Limit.MAX_RELATIVE_ERROR,
                worst.relativeError(),
                error,
                "Expected relative error of at most: %s but was: %s in output `%s`, %s",
                worst.name());
    }

    /**
     * Expects the share of samples that are classified as their labels say to fall by no more than this: 0.005 is half a
     * point.
     *
     * @throws IllegalStateException without labels
     */
    public ModelAssert losesAccuracyAtMost(double drop) {
        if (evaluation.labels().isEmpty() || !areGiven()) {
            throw new IllegalStateException(
                    "measuring accuracy needs inputs and their labels; call onInputs and withLabels first");
        }
        LabelAccuracy accuracy = verification().accuracy().orElseThrow();
        return require(
                Limit.MAX_ACCURACY_DROP,
                accuracy.drop(),
                drop,
                "Expected accuracy drop of at most: %s but was: %s, %s, %s",
                "from %s to %s".formatted(accuracy.original(), accuracy.compressed()));
    }

    /**
     * Expects a limit on a metric that is measured to be kept, as after {@code --limit}: {@code top-5-accuracy<=0.01}.
     *
     * @throws InvalidInputException if it is no limit, or not on one of these metrics
     * @throws IllegalStateException without inputs
     */
    public ModelAssert keeps(String limit) {
        MetricLimit parsed = MetricLimit.parse(limit);
        parsed.requireAmong(evaluation.metrics());
        requireInputs();
        MetricResult result = verification().metrics().stream()
                .filter(metric -> metric.name().equals(parsed.metric()))
                .findFirst()
                .orElseThrow();
        if (!parsed.judge(result.value()).kept()) {
            throw failureWithActualExpected(
                    result.value(),
                    parsed.bound(),
                    "Expected %s but was: %s, the %s of the metric, %s; %s",
                    parsed,
                    result.value(),
                    result.judgement().label(),
                    result.note(),
                    comparison());
        }
        return myself;
    }

    /** Expects the model's files to have at most this share of the original's bytes, with the data files of both. */
    public ModelAssert hasSizeRatioAtMost(double ratio) {
        Report measured = report();
        long before = measured.networks().model().bytes();
        long after = measured.networks().output().orElseThrow().bytes();
        return require(
                Limit.MAX_SIZE_RATIO,
                (double) after / before,
                ratio,
                "Expected size ratio of at most: %s but was: %s, %s, %s",
                "%d of %d bytes".formatted(after, before));
    }

    /**
     * Expects the model to compute what its original would with each weight that was replaced set to the product of its
     * factors, to within rounding, which is measured; and nothing to be infinite or not a number. Of a model that eckart
     * compressed.
     */
    public ModelAssert isARightRewrite() {
        Verification verification = verification();
        Optional<RewriteProof> proof = verification.proof();
        if (proof.isEmpty()) {
            failWithMessage(
                    "Expected a rewrite that can be proved but there is no proof of `%s`: %s",
                    actual, verification.noProof().map(NoProof::sentence).orElse("it was not verified"));
        }
        proof.ifPresent(found -> {
            if (!found.holds() || !verification.loss().finite()) {
                throw failureWithActualExpected(
                        found.error(),
                        found.tolerance(),
                        "Expected a correct rewrite, which differs from the product of the factors by at most: %s but was: %s, %s",
                        found.tolerance(),
                        found.error(),
                        comparison());
            }
        });
        return myself;
    }

    /**
     * Expects the same outputs as another model's, to within a relative error as {@link #hasRelativeErrorAtMost} has it:
     * {@code isEquivalentTo(original, within(1e-4))}.
     *
     * @throws IllegalStateException without inputs
     */
    public ModelAssert isEquivalentTo(Path original, Offset<Double> error) {
        return comparedTo(original).hasRelativeErrorAtMost(error.value);
    }

    private boolean areGiven() {
        return evaluation.inputs() instanceof InputSource.Given;
    }

    /** Made-up inputs judge a rewrite, and never what is lost. */
    private void requireInputs() {
        if (!areGiven()) {
            throw new IllegalStateException(
                    "what is lost is judged on your inputs, and made-up ones do not show it; call onInputs first");
        }
    }

    private ModelAssert require(Limit limit, double value, double bound, String message, String detail) {
        if (!limit.keeps(value, bound)) {
            throw failureWithActualExpected(value, bound, message, bound, value, detail, comparison());
        }
        return myself;
    }

    /** A part of an output. */
    private record OutputPart(String output, PartComparison part) {

        String describe() {
            return "axis %d, index %d of output `%s`".formatted(part.axis(), part.index(), output);
        }
    }

    /** The worst of the outputs' worst parts, of which there must be one. */
    private OutputPart parts(Function<WorstParts, PartComparison> choice, ToDoubleFunction<PartComparison> badness) {
        Optional<OutputPart> worst = outputs("parts").stream()
                .flatMap(output ->
                        output.worstParts().stream().map(parts -> new OutputPart(output.name(), choice.apply(parts))))
                .max(Comparator.comparingDouble(each -> badness.applyAsDouble(each.part())));
        if (worst.isEmpty()) {
            failWithMessage(
                    "Expected parts that can be measured but no output of `%s` has parts of enough numbers on %d samples",
                    actual, verification().samples());
        }
        return worst.orElseThrow();
    }

    /** Those that can be compared, of which there must be some: nothing is kept by what was not measured. */
    private List<OutputComparison> outputs(String what) {
        List<OutputComparison> outputs = verification().outputs();
        if (outputs.isEmpty()) {
            failWithMessage("Expected %s that can be measured but `%s` has no output of numbers", what, actual);
        }
        return outputs;
    }

    private String comparison() {
        Verification verification = verification();
        return "`%s` compared to `%s` on %d samples, inputs: %s"
                .formatted(
                        actual,
                        original,
                        verification.samples(),
                        verification.inputs().sentence());
    }

    private Verification verification() {
        return report().checks().verification().orElseThrow();
    }

    private Report report() {
        isNotNull();
        if (original == null) {
            throw new IllegalStateException("a comparison needs the original model; call comparedTo first");
        }
        if (report == null) {
            report = new CompressionJob(engine()).verify(original, actual, evaluation, Limits.NONE);
        }
        return report;
    }

    private static Engine engine() {
        return new Engine(
                "",
                () -> OpenBlasDecomposer.load().decomposer().orElseGet(EjmlDecomposer::new),
                Runtime.getRuntime().availableProcessors(),
                Path.of(System.getProperty("java.io.tmpdir")),
                Progress.NONE);
    }
}
