package dev.eckart.cli;

import dev.eckart.cli.render.HtmlReport;
import dev.eckart.cli.render.MarkdownReport;
import dev.eckart.cli.render.Numbers;
import dev.eckart.cli.render.ShownText;
import dev.eckart.cli.render.Table;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Verification;
import dev.eckart.models.mnist.BundledClassifier;
import dev.eckart.onnx.job.Aim;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.SizeAim;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.job.TrialMemory;
import dev.eckart.onnx.verify.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code eckart demo}. */
@Command(
        name = "demo",
        description = "Compresses a bundled classifier of handwritten digits for several aims, and shows size against"
                + " accuracy.",
        usageHelpAutoWidth = true)
final class DemoCommand implements Callable<Integer> {
    /** What the model is to lose at most: half a point. */
    private static final double MOST_LOST = 0.005;

    private static final List<Setting> SETTINGS = List.of(
            new Setting("(nothing)", "auto", Optional.empty(), Optional.of(new Aim.Auto())),
            Setting.ofSize("10%"),
            Setting.ofSize("3%"),
            new Setting("--max-accuracy-drop .005", "drop", Optional.empty(), Optional.empty()),
            Setting.ofRank("energy:0.9"),
            Setting.ofRank("fixed:16"));

    /** The name of the setting whose model and report are left for the user to look at. */
    private static final String SHOWN = "drop";

    private static final String REPORT = "report.html";

    private static final String UNCHANGED = "dense";

    private static final int MOST_TRIALS = 12;

    /** Set by the launcher: how it was called. */
    private static final String COMMAND = "eckart.command";

    private final Console console;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            defaultValue = "eckart-demo",
            description = "The folder for the models, the data and the report (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("");

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        makeDirectory();
        Path model = BundledClassifier.MODEL.extractTo(directory);
        Path data = BundledClassifier.HELD_OUT.extractTo(directory);
        Evaluation evaluation =
                new Evaluation(Optional.of(data), Optional.of(new Labels(NpyFile.read(data, "labels"))), 0);
        say("%s: a 784-500-10 classifier of handwritten digits, evaluated on 2,000 held-out digits%n%n"
                .formatted(ShownText.of(model.toString())));
        Table table = new Table("you say", "weights", "file", "", "accuracy", "drop", "rewrite");
        CompressionJob job = new CompressionJob(engine.engine(console, options.progress(console)));
        boolean passed = true;
        for (Setting setting : SETTINGS) {
            Path output = directory.resolve("compressed-%s.onnx".formatted(setting.name));
            Report report = job.compress(
                    model,
                    new Target(output, true, false),
                    setting.selection(evaluation),
                    Optional.of(evaluation),
                    setting.limits());
            passed &= report.passed();
            table.row(row(setting.said, report));
            if (setting.name.equals(SHOWN)) {
                ReportFiles.write(directory.resolve("report.md"), MarkdownReport.render(report));
                ReportFiles.write(directory.resolve(REPORT), HtmlReport.render(report));
            }
        }
        say(table.render());
        say("""

                What the 784×500 and the 500×10 weight are stored in: codes of so many bits (bits), two factors of a rank (pair), or
                two factors in codes (pair-bits); dense where a pair would not be smaller. The drop in accuracy is in points.
                All models are in %s.
                Report on the smallest that loses half a point at most: %s

                Try it yourself:

                  %s compress %s -o small.onnx --max-accuracy-drop .005 --inputs %s --labels %s:labels
                """.formatted(
                        ShownText.of(directory.toString()),
                        ShownText.of(directory.resolve(REPORT).toUri().toString()),
                        ShownText.of(System.getProperty(COMMAND, "eckart")),
                        ShownText.of(model.toString()),
                        ShownText.of(data.toString()),
                        ShownText.of(data.toString())));
        return passed ? ExitCode.DONE : ExitCode.LIMIT_NOT_KEPT;
    }

    private void say(String text) {
        if (!options.quiet()) {
            console.print(text);
        }
    }

    private void makeDirectory() {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new InvalidInputException("folder `%s` cannot be created: %s".formatted(directory, e), e);
        }
    }

    /**
     * What a model is made for.
     *
     * @param said as the user would write it
     * @param name of its file
     * @param rank empty where forms of all weights are chosen together
     * @param aim empty for a limit on what is lost, or a rank
     */
    private record Setting(String said, String name, Optional<String> rank, Optional<Aim> aim) {

        static Setting ofSize(String size) {
            return new Setting(
                    "--size " + size,
                    "size-" + size.replace("%", ""),
                    Optional.empty(),
                    Optional.of(new Aim.Size(SizeAim.parse(size))));
        }

        static Setting ofRank(String rank) {
            return new Setting("--rank " + rank, rank.replace(':', '-'), Optional.of(rank), Optional.empty());
        }

        boolean isLimited() {
            return rank.isEmpty() && aim.isEmpty();
        }

        Limits limits() {
            return isLimited() ? new Limits(Map.of(Limit.MAX_ACCURACY_DROP, MOST_LOST)) : Limits.NONE;
        }

        Selection selection(Evaluation evaluation) {
            ClassLoader loader = DemoCommand.class.getClassLoader();
            String strategy = rank.orElse(SelectionOptions.DEFAULT_RANK);
            Selection pairs = new Selection(
                    strategy, RankStrategies.load(loader).select(strategy), WeightFilter.ALL, FactorPair.Balance.PLAIN);
            if (rank.isPresent()) {
                return pairs;
            }
            Encodings known = Encodings.load(loader);
            return pairs.encodings(new EncodingOrder(Stream.of("pair", "pair-bits", "bits")
                            .map(known::select)
                            .toList()))
                    .aim(aim.or(() -> Optional.of(
                            new Aim.Limited(evaluation, MOST_TRIALS, TrialMemory.NONE, (size, tried) -> {}))));
        }
    }

    private static String[] row(String said, Report report) {
        Report.ModelEntry after = report.networks().output().orElseThrow();
        Verification verification = report.checks().verification().orElseThrow();
        LabelAccuracy accuracy = verification.accuracy().orElseThrow();
        return new String[] {
            said,
            report.weights().stream().map(DemoCommand::stored).collect(Collectors.joining(", ")),
            Numbers.bytes(after.bytes()),
            Numbers.percent((double) after.bytes() / report.networks().model().bytes()),
            Numbers.accuracy(accuracy.compressed()),
            Numbers.points(accuracy.drop()).replace(" points", ""),
            verification
                    .proof()
                    .map(proof -> proof.holds() ? "proved" : "WRONG")
                    .orElse("nothing")
        };
    }

    private static String stored(WeightEntry weight) {
        return weight.decided()
                .encoding()
                .map(encoding -> weight.outcome() == WeightEntry.Outcome.FACTORED
                        ? "%s rank %d".formatted(encoding, weight.decided().rank())
                        : encoding)
                .orElse(UNCHANGED);
    }
}
