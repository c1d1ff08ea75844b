package dev.eckart.core.verify;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Two networks' outputs beside each other.
 *
 * @param inputs what was compared on
 * @param samples how many were compared
 * @param proof whether the rewrite is right; empty where that cannot be told
 * @param outputs those that can be compared: every output of numbers
 * @param accuracy present where there were labels
 * @param latency empty where both networks do the same work, because nothing was replaced
 * @param metrics of the task, that the user asked for
 * @param fusions those that the runtime makes in the original, and no longer in the compressed network
 * @param bindings at other sizes of dynamic axes, that the user asked for
 * @param memory present where it was measured
 * @param noProof why there is no proof, if there is none
 */
public record Verification(
        EvaluationInputs inputs,
        long samples,
        Optional<RewriteProof> proof,
        List<OutputComparison> outputs,
        Optional<LabelAccuracy> accuracy,
        Optional<Latency> latency,
        List<MetricResult> metrics,
        List<LostFusion> fusions,
        List<BindingCheck> bindings,
        Optional<Memory> memory,
        Optional<NoProof> noProof) {
    public Verification {
        outputs = List.copyOf(outputs);
        metrics = List.copyOf(metrics);
        fusions = List.copyOf(fusions);
        bindings = List.copyOf(bindings);
    }

    /** Without metrics of the task. */
    public Verification(
            EvaluationInputs inputs,
            long samples,
            Optional<RewriteProof> proof,
            List<OutputComparison> outputs,
            Optional<LabelAccuracy> accuracy,
            Latency latency) {
        this(inputs, samples, proof, outputs, accuracy, latency, List.of());
    }

    /** With all fusions that there were, at the inputs' own sizes, without what sessions take. */
    public Verification(
            EvaluationInputs inputs,
            long samples,
            Optional<RewriteProof> proof,
            List<OutputComparison> outputs,
            Optional<LabelAccuracy> accuracy,
            Latency latency,
            List<MetricResult> metrics) {
        this(
                inputs,
                samples,
                proof,
                outputs,
                accuracy,
                Optional.of(latency),
                metrics,
                List.of(),
                List.of(),
                Optional.empty());
    }

    /** Without a reason for there being no proof. */
    public Verification(
            EvaluationInputs inputs,
            long samples,
            Optional<RewriteProof> proof,
            List<OutputComparison> outputs,
            Optional<LabelAccuracy> accuracy,
            Optional<Latency> latency,
            List<MetricResult> metrics,
            List<LostFusion> fusions,
            List<BindingCheck> bindings,
            Optional<Memory> memory) {
        this(inputs, samples, proof, outputs, accuracy, latency, metrics, fusions, bindings, memory, Optional.empty());
    }

    /** This one, with what the networks' sessions take. */
    public Verification with(Memory measured) {
        return new Verification(
                inputs,
                samples,
                proof,
                outputs,
                accuracy,
                latency,
                metrics,
                fusions,
                bindings,
                Optional.of(measured),
                noProof);
    }

    /** This one, with what was found about the rewrite. */
    public Verification with(RewriteCheck check) {
        return new Verification(
                inputs,
                samples,
                check instanceof RewriteProof found ? Optional.of(found) : Optional.empty(),
                outputs,
                accuracy,
                latency,
                metrics,
                fusions,
                bindings,
                memory,
                check instanceof NoProof none ? Optional.of(none) : Optional.empty());
    }

    /** Whether all that was compared is finite, each proof that there is holds, and each metric has a value. */
    public boolean sound() {
        return proof.map(RewriteProof::holds).orElse(true)
                && loss().finite()
                && metrics.stream().allMatch(MetricResult::isFinite)
                && bindings.stream().allMatch(BindingCheck::sound);
    }

    /** The answer to how much was lost. */
    public Loss loss() {
        return new Loss(outputs, accuracy);
    }

    /** The largest relative error of an output. */
    public double relativeError() {
        return loss().relativeError();
    }

    /** The smallest mean cosine of an output; empty where no output has one. */
    public OptionalDouble cosine() {
        return loss().cosine();
    }
}
