package dev.eckart.cli.render;

import dev.eckart.core.report.BaselineEntry;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.report.WeightEntry.Outcome;
import dev.eckart.core.verify.BindingCheck;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.MetricResult;
import dev.eckart.core.verify.NoProof;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.PartComparison;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.StoredForms;
import dev.eckart.core.verify.Verification;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables that show to people what a run came to, in whatever form: sizes, outputs, checks, and what was tried. */
final class ReportTables {
    private ReportTables() {}

    /** Sizes, before and after. */
    static Optional<Table> sizes(Report report) {
        return report.networks().output().map(output -> {
            Report.ModelEntry model = report.networks().model();
            Table sizes = new Table("", "before", "after", "ratio")
                    .row(
                            "file",
                            Numbers.bytes(model.bytes()),
                            Numbers.bytes(output.bytes()),
                            Numbers.percent((double) output.bytes() / model.bytes()))
                    .row(
                            "parameters",
                            Numbers.count(model.parameters()),
                            Numbers.count(output.parameters()),
                            ratio(output.parameters(), model.parameters()))
                    .row(
                            "of linear weights",
                            Numbers.count(model.linearParameters()),
                            Numbers.count(output.linearParameters()),
                            ratio(output.linearParameters(), model.linearParameters()));
            Table all = WeightTables.count(report, Outcome.ENCODED) == 0
                    ? sizes
                    : sizes.row(
                            "linear weights",
                            Numbers.bytes(model.linearBytes()),
                            Numbers.bytes(output.linearBytes()),
                            ratio(output.linearBytes(), model.linearBytes()));
            return output.fastGelu() == 0
                    ? all
                    : all.row("FastGelu for Gelu", places(model.fastGelu()), places(output.fastGelu()), "");
        });
    }

    private static String places(int count) {
        return "%d place%s".formatted(count, count == 1 ? "" : "s");
    }

    /** Where the compressed network's tensors are, if they are not in its own file. */
    static Optional<String> dataFiles(Report report) {
        return report.networks()
                .output()
                .filter(output -> !output.dataFiles().isEmpty())
                .map(output -> "`%s` has tensors in %s: copy the files together"
                        .formatted(
                                output.path(),
                                output.dataFiles().stream()
                                        .map("`%s`"::formatted)
                                        .collect(Collectors.joining(", "))));
    }

    /** What was lost, output by output: of what outputs have in common and of what some have. */
    static Optional<Table> outputs(Report report) {
        return report.checks().verification().map(ReportTables::outputs);
    }

    /** The same of a verification. */
    static Table outputs(Verification verification) {
        List<OutputMeasure> measures = OutputMeasure.ALL.stream()
                .filter(measure -> verification.outputs().stream()
                        .anyMatch(output -> measure.of(output).isPresent()))
                .toList();
        Table table = new Table(cells("output", measures, OutputMeasure::heading));
        for (OutputComparison output : verification.outputs()) {
            table.row(cells(output.name(), measures, measure -> measure.text(output)));
        }
        return table;
    }

    private static String[] cells(String first, List<OutputMeasure> measures, Function<OutputMeasure, String> cell) {
        return Stream.concat(Stream.of(first), measures.stream().map(cell)).toArray(String[]::new);
    }

    /** What is lost of an output, in a line, with the part that its other numbers hide. */
    static String outputNumbers(OutputComparison output) {
        return OutputMeasure.ALL.stream()
                        .filter(measure -> measure.of(output).isPresent())
                        .map(measure -> measure.heading() + " " + measure.text(output))
                        .collect(Collectors.joining(", "))
                + output.hiddenPart()
                        .map(part -> "; its worst part: %s, %s".formatted(partPlace(part), partNumbers(part)))
                        .orElse("");
    }

    private static String partPlace(PartComparison part) {
        return "axis %d, index %d".formatted(part.axis(), part.index());
    }

    private static String partNumbers(PartComparison part) {
        return "relative error %s, cosine %s"
                .formatted(Numbers.error(part.relativeError()), Numbers.closeToOne(part.cosine()));
    }

    /** A part beside the whole output, whose numbers hide it. */
    private static String besideWhole(OutputComparison output, PartComparison part) {
        OptionalDouble cosine = output.cosine();
        return "of `%s`: %s; the whole output: %s%s"
                .formatted(
                        output.name(),
                        partNumbers(part),
                        Numbers.error(output.relativeError()),
                        cosine.isPresent() ? ", " + Numbers.closeToOne(cosine.getAsDouble()) : "");
    }

    /** The other measurements and judgements, a line each. */
    static Optional<Table> findings(Report report) {
        Table table = new Table("check", "result", "");
        int rows = 0;
        for (Verification verification : report.checks().verification().stream().toList()) {
            for (var proof : verification.proof().stream().toList()) {
                table.row("rewrite", proof.holds() ? "proved" : "WRONG", rewrite(proof));
                rows++;
                if (proof.holds()) {
                    table.row("stored", "as recorded", storedForms(proof.forms()));
                    rows++;
                }
            }
            for (NoProof none : verification.noProof().stream().toList()) {
                table.row("rewrite", "no proof", none.sentence());
                rows++;
            }
            for (OutputComparison output : verification.outputs()) {
                for (PartComparison part : output.hiddenPart().stream().toList()) {
                    table.row("worst part", partPlace(part), besideWhole(output, part));
                    rows++;
                }
            }
            for (var accuracy : verification.accuracy().stream().toList()) {
                table.row(
                        "accuracy",
                        Numbers.accuracy(accuracy.original()) + " → " + Numbers.accuracy(accuracy.compressed()),
                        "on %s samples: %s lost (95 %% confidence: %s to %s%s)"
                                .formatted(
                                        Numbers.count(accuracy.samples()),
                                        Numbers.points(accuracy.drop()),
                                        Numbers.points(accuracy.dropLow()),
                                        Numbers.points(accuracy.dropHigh()),
                                        accuracy.isDropCertain() ? "" : "; not statistically significant"));
                rows++;
            }
            for (MetricResult metric : verification.metrics()) {
                table.row(metric.name(), metricNumbers(metric), metricMeaning(metric));
                rows++;
            }
            for (Latency latency : verification.latency().stream().toList()) {
                table.row(
                        "latency",
                        Numbers.times(latency.ratio()),
                        "a run of %s sample%s takes %s; half of the turns from %s to %s"
                                .formatted(
                                        Numbers.count(latency.samples()),
                                        latency.samples() == 1 ? "" : "s",
                                        Numbers.milliseconds(latency.originalMs(), latency.compressedMs()),
                                        Numbers.times(latency.ratioLow()),
                                        Numbers.times(latency.ratioHigh())));
                rows++;
            }
            if (!verification.fusions().isEmpty()) {
                table.row("fusions", "fewer", fusions(verification));
                rows++;
            }
            for (Memory memory : verification.memory().stream().toList()) {
                table.row(
                        "memory",
                        Numbers.times(memory.ratio()),
                        "a session takes %s → %s at its peak, and %s → %s once loaded"
                                .formatted(
                                        Numbers.bytes(memory.original().peak()),
                                        Numbers.bytes(memory.compressed().peak()),
                                        Numbers.bytes(memory.original().loaded()),
                                        Numbers.bytes(memory.compressed().loaded())));
                rows++;
            }
            for (BindingCheck binding : verification.bindings()) {
                table.row("at " + binding.sizes(), bindingResult(binding), bindingNumbers(binding));
                rows++;
            }
        }
        for (Limit.Outcome limit : report.checks().limits()) {
            table.row(
                    limit.name(),
                    limit.kept() ? "met" : "EXCEEDED",
                    "measured %s, limit %s".formatted(Numbers.plain(limit.value()), Numbers.plain(limit.limit())));
            rows++;
        }
        for (BaselineEntry baseline : report.checks().baseline().stream().toList()) {
            table.row(
                    "baseline",
                    baseline.kept() ? "met" : "WORSE",
                    "`%s`: %s"
                            .formatted(baseline.path(), changes(baseline.moved().size())));
            rows++;
            for (BaselineEntry.Moved moved : baseline.moved()) {
                table.row(moved.name(), moved.kept() ? "changed" : "WORSE", movement(moved));
            }
        }
        return rows == 0 ? Optional.empty() : Optional.of(table);
    }

    /** What makes the numbers less certain than they look, a line each. */
    static Optional<Table> warnings(Report report) {
        Table table = new Table("warning");
        report.remarks().warnings().forEach(table::row);
        return report.remarks().warnings().isEmpty() ? Optional.empty() : Optional.of(table);
    }

    /** What was found of a rewrite, but for the verdict. */
    static String rewrite(RewriteProof proof) {
        String found = Double.isNaN(proof.error())
                ? ""
                : "differs by %s, allowed %s".formatted(Numbers.error(proof.error()), Numbers.error(proof.tolerance()));
        String fault = proof.fault().orElse("");
        return proof.holds()
                ? "correct: " + found
                : Stream.of(fault, found).filter(part -> !part.isEmpty()).collect(Collectors.joining(", it "));
    }

    /** What was found of stored forms that are as they were recorded. */
    static String storedForms(StoredForms forms) {
        return "%s, with relative errors up to %s (‖W − W'‖ / ‖W‖ from both files)"
                .formatted(
                        forms.weights() == 1 ? "1 weight" : Numbers.count(forms.weights()) + " weights",
                        Numbers.error(forms.largestError()));
    }

    private static String bindingResult(BindingCheck binding) {
        return !binding.loss().finite()
                ? "NOT FINITE"
                : binding.proof()
                        .map(proof -> proof.holds() ? "proved" : "WRONG")
                        .orElse("compared");
    }

    /** The numbers that were found at a binding. */
    static String bindingNumbers(BindingCheck binding) {
        String rewrite = binding.proof()
                .map(ReportTables::rewrite)
                .or(() -> binding.noProof().map(none -> "no proof: " + none.sentence()))
                .map(found -> found + "; ")
                .orElse("");
        OptionalDouble cosine = binding.loss().cosine();
        String parts = binding.outputs().stream()
                .flatMap(output -> output.hiddenPart().stream()
                        .map(part -> "; worst part %s %s".formatted(partPlace(part), besideWhole(output, part))))
                .collect(Collectors.joining());
        String latency = binding.latency()
                .map(found -> "; latency %s, a run takes %s"
                        .formatted(
                                Numbers.times(found.ratio()),
                                Numbers.milliseconds(found.originalMs(), found.compressedMs())))
                .orElse("");
        return "%srelative error %s%s%s%s"
                .formatted(
                        rewrite,
                        Numbers.error(binding.loss().relativeError()),
                        cosine.isPresent() ? ", cosine " + Numbers.closeToOne(cosine.getAsDouble()) : "",
                        parts,
                        latency);
    }

    /** The value of a metric, or of each network where each has its own. */
    static String metricNumbers(MetricResult metric) {
        return metric.networks()
                .map(networks ->
                        "%s → %s".formatted(Numbers.plain(networks.original()), Numbers.plain(networks.compressed())))
                .orElseGet(() -> Numbers.plain(metric.value()));
    }

    /** The number of a metric that is judged, and what it was measured on. */
    static String metricMeaning(MetricResult metric) {
        String judged = metric.networks().isEmpty()
                ? ""
                : "%s %s%s"
                        .formatted(
                                metric.judgement().label(),
                                Numbers.plain(metric.value()),
                                metric.interval()
                                        .map(interval -> " (95 %% confidence: %s to %s)"
                                                .formatted(
                                                        Numbers.plain(interval.low()), Numbers.plain(interval.high())))
                                        .orElse(""));
        String better = "%s is better".formatted(metric.judgement().higherIsBetter() ? "higher" : "lower");
        return Stream.of(judged, better, metric.note())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private static String fusions(Verification verification) {
        int lost = verification.fusions().stream()
                .mapToInt(fusion -> fusion.original() - fusion.compressed())
                .sum();
        return "ONNX Runtime fuses %d fewer operator%s than in the original: %s"
                .formatted(
                        lost,
                        lost == 1 ? "" : "s",
                        verification.fusions().stream()
                                .map(fusion -> "%s %d → %d"
                                        .formatted(fusion.operator(), fusion.original(), fusion.compressed()))
                                .collect(Collectors.joining(", ")));
    }

    /** How many numbers are not what they were. */
    static String changes(int count) {
        return count == 0 ? "no number changed" : "%d number%s changed".formatted(count, count == 1 ? "" : "s");
    }

    /** How a number changed, by how much, and how much it may be worse; or how a rank changed. */
    static String movement(BaselineEntry.Moved moved) {
        if (moved.tolerance().isEmpty()) {
            return "%s → %s".formatted(rank(moved.before()), rank(moved.now()));
        }
        double by = moved.now() - moved.before();
        return "%s → %s, by %s; tolerance %s"
                .formatted(
                        Numbers.plain(moved.before()),
                        Numbers.plain(moved.now()),
                        (by > 0 ? "+" : "") + Numbers.plain(by),
                        Numbers.plain(moved.tolerance().getAsDouble()));
    }

    /** Of a baseline, in which 0 stands for a weight that is not replaced. */
    private static String rank(double rank) {
        return rank == 0 ? "unchanged" : Numbers.plain(rank);
    }

    /** The settings that a search tried, in order. */
    static Optional<Table> search(Report report) {
        return report.basis().search().map(search -> {
            // Where no strategy chose ranks, models of sizes were tried.
            String setting = report.settings().rank().isEmpty() ? "--size" : "--rank";
            Table table = new Table(setting, "of the size", search.compared(), "limits", "");
            for (SearchEntry.Tried tried : search.tried()) {
                table.row(
                        tried.rank(),
                        Numbers.percent(tried.sizeRatio()),
                        Numbers.plain(tried.values().getOrDefault(search.compared(), tried.value())),
                        tried.kept() ? "met" : "exceeded",
                        tried.remembered() ? "measured by an earlier run" : "");
            }
            return table;
        });
    }

    /** How much was lost, by the worst output. */
    static String loss(Loss loss) {
        OptionalDouble cosine = loss.cosine();
        String hidden = loss.outputs().stream()
                .flatMap(output -> output.hiddenPart().stream())
                .max(Comparator.comparingDouble(PartComparison::relativeError))
                .map(part -> "; worst part: " + partNumbers(part))
                .orElse("");
        return "%srelative error %s%s"
                .formatted(
                        cosine.isPresent() ? "cosine %s, ".formatted(Numbers.closeToOne(cosine.getAsDouble())) : "",
                        Numbers.error(loss.relativeError()),
                        hidden);
    }

    private static String ratio(long after, long before) {
        return before == 0 ? "" : Numbers.percent((double) after / before);
    }
}
