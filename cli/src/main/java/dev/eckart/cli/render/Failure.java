package dev.eckart.cli.render;

import dev.eckart.core.report.Report;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.verify.BindingCheck;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Why a report did not pass, in one sentence. */
public final class Failure {
    private Failure() {}

    /** Empty for one that did. */
    public static String of(Report report) {
        Optional<String> unreachable = report.basis().search().flatMap(SearchEntry::unreachable);
        if (unreachable.isPresent()) {
            return unreachable.get();
        }
        List<String> failures = new ArrayList<>();
        report.checks().verification().ifPresent(verification -> addUnsound(report, verification, failures));
        for (Limit.Outcome outcome : report.checks().limits()) {
            if (!outcome.kept()) {
                failures.add("%s %s is exceeded: measured %s"
                        .formatted(outcome.name(), Numbers.plain(outcome.limit()), Numbers.plain(outcome.value())));
            }
        }
        report.checks().baseline().stream()
                .flatMap(baseline -> baseline.moved().stream()
                        .filter(moved -> !moved.kept())
                        .map(moved -> "%s is worse than in `%s`: %s"
                                .formatted(moved.name(), baseline.path(), ReportTables.movement(moved))))
                .forEach(failures::add);
        return String.join("; ", failures);
    }

    /** The sentence on a metric without a value, by which no model can be judged. */
    static String withoutValue(MetricResult metric) {
        return "metric %s has no finite value%s"
                .formatted(metric.name(), metric.note().isEmpty() ? "" : ": " + metric.note());
    }

    private static void addUnsound(Report report, Verification verification, List<String> failures) {
        Optional<String> notFinite = notFinite(verification.outputs());
        if (notFinite.isPresent()) {
            // What is not finite proves nothing about the rewrite either.
            failures.add(notFinite.get());
            return;
        }
        verification.metrics().stream()
                .filter(metric -> !metric.isFinite())
                .map(Failure::withoutValue)
                .forEach(failures::add);
        verification.proof().flatMap(proof -> ofRewrite(report, proof)).ifPresent(failures::add);
        verification.bindings().forEach(binding -> of(report, binding).ifPresent(failures::add));
    }

    /** What is wrong at a binding, if anything is. */
    static Optional<String> of(Report report, BindingCheck binding) {
        return notFinite(binding.outputs())
                .or(() -> binding.proof().flatMap(proof -> ofRewrite(report, proof)))
                .map(failure -> "at %s %s".formatted(binding.sizes(), failure));
    }

    /** The sentence on an output that is not finite, if there is one. */
    static Optional<String> notFinite(List<OutputComparison> outputs) {
        return outputs.stream()
                .filter(output -> !Double.isFinite(output.maxAbsoluteError()))
                .map(output -> "output `%s` holds NaN or infinity, in the original or the compressed network"
                        .formatted(output.name()))
                .findFirst();
    }

    /** A run that lists weights made the model itself, and so the mistake. */
    private static Optional<String> ofRewrite(Report report, RewriteProof proof) {
        return proof.holds()
                ? Optional.empty()
                : Optional.of("%s: %s"
                        .formatted(
                                report.weights().isEmpty()
                                        ? "the rewrite is wrong: the compressed model does not compute what its metadata says"
                                        : "the rewrite is wrong, a bug in eckart",
                                ReportTables.rewrite(proof)));
    }
}
