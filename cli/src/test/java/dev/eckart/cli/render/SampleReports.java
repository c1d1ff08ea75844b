package dev.eckart.cli.render;

import dev.eckart.core.factor.PairTiming;
import dev.eckart.core.report.ComparisonReport;
import dev.eckart.core.report.OfferReport;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.ScanReport;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.core.report.SweepReport;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.report.WeightEntry.Outcome;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.verify.BindingCheck;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.LostFusion;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.core.verify.PartComparison;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.RunTime;
import dev.eckart.core.verify.StoredForms;
import dev.eckart.core.verify.Verification;
import dev.eckart.core.verify.WorstParts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Reports with whatever a model may call its parts. */
final class SampleReports {
    /** What somebody might call a weight who wants a page to do something, or to look like another. */
    static final List<String> HOSTILE = List.of(
            "</script><script>document.title='broken'</script>",
            "<img src=x onerror=\"document.title='broken'\">",
            "\"'` onmouseover=alert(1) {{data}} {a|b} ${x}",
            "<!--<script>",
            "]]>&lt;b&gt;",
            "line\u2028and\u2029paragraph\nand\ttab",
            "right\u202Eto left\u200F",
            "nothing\u0000at\u0007all\u001B[31m\uFFFE",
            "| a | `b` | **c** | [d](javascript:e) |",
            "\uD83D\uDE80".repeat(500));

    private static final StoredForms FORMS = new StoredForms(2, 0.31, 1e-16);

    private SampleReports() {}

    /** A report on weights of these names, with outputs of the same names, in a model of the first. */
    static Report of(List<String> weights, List<String> outputs, int values) {
        Spectrum spectrum = Spectrum.of(IntStream.range(0, values)
                .mapToDouble(i -> 10 * Math.pow(0.99, i))
                .toArray());
        List<WeightEntry> entries = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            int rank = 1 + i % (values / 2);
            entries.add(new WeightEntry(
                    new WeightEntry.Identity(
                            weights.get(i), "MatMul", "", List.of((long) values, (long) values), "float32"),
                    new WeightEntry.Decided(
                            i % 3 == 2 ? Outcome.KEPT : Outcome.FACTORED,
                            i % 3 == 2 ? "there is `" + weights.get(i) + "` in the way" : "",
                            rank,
                            values / 2,
                            i % 3 == 2 ? Optional.empty() : Optional.of("pair")),
                    new WeightEntry.Storage(
                            i % 3 == 2 ? "dense" : "product(dense, dense)",
                            (long) values * values,
                            2L * rank * values,
                            4L * values * values,
                            8L * rank * values),
                    new WeightEntry.Predicted(
                            false, spectrum.energy(rank), spectrum.relativeError(rank), Optional.of(spectrum)),
                    new WeightEntry.Measured(
                            OptionalDouble.empty(),
                            OptionalDouble.empty(),
                            Optional.of(new PairTiming.Measured(2, 1 + i % 3, (1 + i % 3) / 2.0)))));
        }
        String name = weights.get(0);
        return new Report(
                        new Report.Run("0.1.0", "compress", new Report.Seconds(1, 2, 3, 4, 10)),
                        new Report.Networks(
                                new Report.ModelEntry(
                                        "models/" + name, 4_000_000, 1_000_000, 900_000, 3_600_000, 17, List.of()),
                                Optional.of(new Report.ModelEntry(
                                        "out/" + name, 1_000_000, 250_000, 200_000, 800_000, 17, List.of(name)))),
                        new Report.Settings("energy:0.9", "pair", false, false, 0, "ejml"),
                        Report.Basis.NONE,
                        entries,
                        Report.Checks.of(
                                Optional.of(new Verification(
                                        EvaluationInputs.given(name),
                                        100,
                                        Optional.of(new RewriteProof(1e-7, 1e-7, 1e-5, FORMS)),
                                        outputs.stream()
                                                .map(SampleReports::output)
                                                .toList(),
                                        Optional.empty(),
                                        Optional.of(new Latency(2, 1, 0.5, 0.4, 0.6, 8)),
                                        List.of(),
                                        List.of(new LostFusion("FusedGemm", 12, 10)),
                                        List.of(),
                                        Optional.empty())),
                                List.of(Limit.MIN_COSINE.judge(0.999, 0.99), Limit.MAX_SIZE_RATIO.judge(0.25, 0.2))),
                        Report.Remarks.NONE)
                .with(new SearchEntry(
                        "min-cosine",
                        EvaluationInputs.given(name),
                        DoubleStream.of(0.1, 0.2, 0.3, 0.4)
                                .mapToObj(size -> new SearchEntry.Tried(
                                        "ranks," + name + "=" + size,
                                        size,
                                        0.97 + size / 10,
                                        new TreeMap<>(),
                                        size > 0.2,
                                        false))
                                .toList(),
                        Optional.empty()));
    }

    /** One of a network in which nothing was replaced, so that nothing was timed, at a binding either. */
    static Report untimed() {
        Report report = of(List.of("w"), List.of("y"), 8);
        Verification plain = report.checks().verification().orElseThrow();
        return plain(
                report,
                List.of(),
                Optional.of(new Verification(
                        plain.inputs(),
                        plain.samples(),
                        plain.proof(),
                        plain.outputs(),
                        plain.accuracy(),
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        List.of(new BindingCheck(
                                Map.of("batch", 2L), plain.proof(), plain.outputs(), Optional.empty())),
                        Optional.empty())),
                report.checks().limits());
    }

    /** One of the same run, of a setting that the user named. */
    private static Report plain(
            Report report, List<WeightEntry> weights, Optional<Verification> verification, List<Limit.Outcome> limits) {
        return new Report(
                report.run(),
                report.networks(),
                report.settings(),
                Report.Basis.NONE,
                weights,
                Report.Checks.of(verification, limits),
                Report.Remarks.NONE);
    }

    /** One that hides a part. */
    private static OutputComparison output(String name) {
        PartComparison part = new PartComparison(1, 17, 0.97, 0.06);
        return new OutputComparison(
                name,
                0.1,
                0.01,
                OptionalDouble.of(0.999),
                OptionalDouble.empty(),
                OptionalDouble.of(0.98),
                Optional.of(new WorstParts(part, part)));
    }

    /** One of a command, of two weights and two outputs, held to some limits. */
    static Report heldTo(String command, Limit.Outcome... limits) {
        Report report = of(List.of("fc1", "fc2"), List.of("logits", "pooled"), 8);
        return plain(report, report.weights(), report.checks().verification(), List.of(limits))
                .as(command, report.networks().output());
    }

    /** One whose outputs were not compared. */
    static Report unverified(Limit.Outcome... limits) {
        Report report = heldTo("compress", limits);
        return plain(report, report.weights(), Optional.empty(), report.checks().limits());
    }

    /** One at three bindings, of which the first is as it should be. */
    static Report withBindings() {
        Report report = of(List.of("w"), List.of("y"), 8);
        Verification plain = report.checks().verification().orElseThrow();
        return plain(
                report,
                report.weights(),
                Optional.of(new Verification(
                        plain.inputs(),
                        plain.samples(),
                        plain.proof(),
                        plain.outputs(),
                        plain.accuracy(),
                        plain.latency(),
                        List.of(),
                        List.of(),
                        List.of(
                                binding(plain, 1, 8, 1e-7, 0.1),
                                binding(plain, 1, 64, 0.5, 0.1),
                                binding(plain, 2, 8, Double.NaN, Double.NaN)),
                        Optional.empty())),
                report.checks().limits());
    }

    private static BindingCheck binding(Verification plain, long batch, long sequence, double proved, double lost) {
        Map<String, Long> axes = new LinkedHashMap<>();
        axes.put("batch", batch);
        axes.put("sequence", sequence);
        return new BindingCheck(
                axes,
                Optional.of(new RewriteProof(proved, 1e-7, 1e-5, FORMS)),
                List.of(new OutputComparison("y", lost, lost, 1 - lost, 1)),
                plain.latency());
    }

    /** One whose model has all the names that mean harm. */
    static Report hostile() {
        return of(HOSTILE, HOSTILE, 40);
    }

    /** A large one: 200 weights, 100 outputs, names of 1,000 characters. */
    static Report large() {
        return of(longNames(200), longNames(100), 2048);
    }

    private static List<String> longNames(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "/encoder/layer.%03d/".formatted(i) + "x".repeat(981))
                .toList();
    }

    /** A scan of weights, of which each loses more than the one before it, and the last was not measured. */
    static ScanReport scan(List<String> names) {
        List<OfferReport.Weight> weights = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            double loss = 0.001 * (i + 1);
            boolean measured = i < names.size() - 1;
            weights.add(new OfferReport.Weight(
                    i + 1,
                    names.get(i),
                    "MatMul",
                    1000L * (i + 1),
                    measured ? OptionalDouble.of(loss) : OptionalDouble.empty(),
                    List.of(
                            form("bits", "bits:8", OptionalInt.empty(), 250, loss / 100, measured),
                            form("bits", "bits:4", OptionalInt.empty(), 125, loss, measured),
                            form("pair", "pair", OptionalInt.of(3), 400, 5 * loss, measured)),
                    List.of(new OfferReport.Refusal("int8", names.get(0)))));
        }
        return new ScanReport(
                plain(of(names, List.of("y"), 8), of(names, List.of("y"), 8).weights(), Optional.empty(), List.of())
                        .as("scan", Optional.empty()),
                Optional.of(new OfferReport(
                        List.of("bits", "int8", "pair"), "bits:4", true, weights, List.of(names.get(0)))));
    }

    private static OfferReport.Form form(
            String family, String encoding, OptionalInt rank, long bytes, double loss, boolean measured) {
        return new OfferReport.Form(
                family, encoding, rank, bytes, loss, measured ? OptionalDouble.of(loss) : OptionalDouble.empty());
    }

    /** A comparison of three models: one of them is beaten by the others. */
    static ComparisonReport comparison(List<String> names) {
        List<ComparisonReport.Compared> models = new ArrayList<>();
        for (int i = 1; i < 4; i++) {
            double lost = i == 2 ? 0.5 : 0.1 / i;
            models.add(new ComparisonReport.Compared(
                    measured(names.get(i % names.size()), 200_000L * i),
                    new Verification(
                            EvaluationInputs.MADE_UP,
                            8,
                            Optional.empty(),
                            List.of(new OutputComparison(names.get(0), 1, lost, 1 - lost, 1)),
                            Optional.empty(),
                            new Latency(2, 2.0 / i, 1.0 / i, 0.9 / i, 1.1 / i, 8)),
                    List.of()));
        }
        return new ComparisonReport("0.1.0", 0, 2, measured(names.get(0), 1_000_000), models, List.of(names.get(0)), 3);
    }

    private static ComparisonReport.Measured measured(String path, long bytes) {
        return new ComparisonReport.Measured(
                path,
                bytes,
                List.of(path + ".data"),
                12.5,
                Optional.of(new RunTime(2, 1.5, 3)),
                Optional.of(new Memory.Taken(2 * bytes, 3 * bytes)));
    }

    /** A sweep over two strategies. */
    static SweepReport sweep(List<String> weights) {
        TreeMap<String, Integer> ranks = new TreeMap<>();
        weights.forEach(weight -> ranks.put(weight, 8));
        List<SweepReport.Setting> settings = new ArrayList<>();
        for (String strategy : List.of("energy", "fixed")) {
            for (int i = 1; i < 6; i++) {
                settings.add(new SweepReport.Setting(
                        strategy + ":" + i,
                        Optional.empty(),
                        ranks,
                        0,
                        100_000L * i,
                        25_000L * i,
                        20_000L * i,
                        "",
                        new Loss(List.of(new OutputComparison("y", 1, 0.5 / i, 1 - 0.1 / i, 1)), Optional.empty()),
                        Optional.empty(),
                        1));
            }
        }
        return new SweepReport(
                "0.1.0",
                new Report.ModelEntry(weights.get(0), 1_000_000, 250_000, 200_000, 800_000, 17, List.of()),
                "ejml",
                0,
                EvaluationInputs.MADE_UP,
                8,
                settings,
                List.of(new SweepReport.Skipped("fixed:99", weights.get(0))),
                3);
    }
}
