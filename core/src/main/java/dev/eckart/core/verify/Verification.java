package dev.eckart.core.verify;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Two networks' outputs beside each other.
 *
 * @param inputs where the inputs came from, for people
 * @param samples how many were compared
 * @param proof empty where the compressed network does not say what was replaced in it, or has no floating-point output
 * @param outputs those that can be compared: every output of numbers
 * @param accuracy present where there were labels
 * @param metrics of the task, that the user asked for
 * @param fusions those that the runtime makes in the original, and no longer in the compressed network
 * @param bindings at other sizes of dynamic axes, that the user asked for
 * @param memory present where it was measured
 */
public record Verification(
        String inputs,
        long samples,
        Optional<RewriteProof> proof,
        List<OutputComparison> outputs,
        Optional<LabelAccuracy> accuracy,
        Latency latency,
        List<MetricResult> metrics,
        List<LostFusion> fusions,
        List<BindingCheck> bindings,
        Optional<Memory> memory) {
    public Verification {
        outputs = List.copyOf(outputs);
        metrics = List.copyOf(metrics);
        fusions = List.copyOf(fusions);
        bindings = List.copyOf(bindings);
    }

    /** Without metrics of the task. */
    public Verification(
            String inputs,
            long samples,
            Optional<RewriteProof> proof,
            List<OutputComparison> outputs,
            Optional<LabelAccuracy> accuracy,
            Latency latency) {
        this(inputs, samples, proof, outputs, accuracy, latency, List.of());
    }

    /** With all fusions that there were, at the inputs' own sizes, without what sessions take. */
    public Verification(
            String inputs,
            long samples,
            Optional<RewriteProof> proof,
            List<OutputComparison> outputs,
            Optional<LabelAccuracy> accuracy,
            Latency latency,
            List<MetricResult> metrics) {
        this(inputs, samples, proof, outputs, accuracy, latency, metrics, List.of(), List.of(), Optional.empty());
    }

    /** This one, with what the networks' sessions take. */
    public Verification with(Memory measured) {
        return new Verification(
                inputs, samples, proof, outputs, accuracy, latency, metrics, fusions, bindings, Optional.of(measured));
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
