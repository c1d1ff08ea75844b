package dev.eckart.core.verify;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Two networks beside each other at sizes of their dynamic axes that the user asked for, on made-up inputs.
 *
 * @param axes the size of every dynamic axis, in the order in which the network's inputs have them
 * @param proof as in {@link Verification}, at these sizes
 * @param outputs those that can be compared
 * @param latency of a run at these sizes, as in {@link Verification}
 * @param noProof why there is no proof, if there is none
 */
public record BindingCheck(
        Map<String, Long> axes,
        Optional<RewriteProof> proof,
        List<OutputComparison> outputs,
        Optional<Latency> latency,
        Optional<NoProof> noProof) {
    public BindingCheck {
        axes = Collections.unmodifiableMap(new LinkedHashMap<>(axes));
        outputs = List.copyOf(outputs);
    }

    /** Without a reason for there being no proof. */
    public BindingCheck(
            Map<String, Long> axes,
            Optional<RewriteProof> proof,
            List<OutputComparison> outputs,
            Optional<Latency> latency) {
        this(axes, proof, outputs, latency, Optional.empty());
    }

    /** This one, with what was found about the rewrite. */
    public BindingCheck with(RewriteCheck check) {
        return new BindingCheck(
                axes,
                check instanceof RewriteProof found ? Optional.of(found) : Optional.empty(),
                outputs,
                latency,
                check instanceof NoProof none ? Optional.of(none) : Optional.empty());
    }

    /** The sizes, as users write them: {@code batch=1,sequence=16}. */
    public String sizes() {
        return axes.entrySet().stream()
                .map(axis -> axis.getKey() + "=" + axis.getValue())
                .collect(Collectors.joining(","));
    }

    /** Whether all that was compared is finite, and the proof, if there is one, holds. */
    public boolean sound() {
        return proof.map(RewriteProof::holds).orElse(true) && loss().finite();
    }

    /** How much was lost at these sizes. */
    public Loss loss() {
        return new Loss(outputs, Optional.empty());
    }
}
