package dev.eckart.cli;

import dev.eckart.cli.render.HtmlReport;
import dev.eckart.cli.render.MarkdownReport;
import dev.eckart.cli.render.Numbers;
import dev.eckart.cli.render.ShownText;
import dev.eckart.cli.render.Table;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Verification;
import dev.eckart.models.mnist.BundledClassifier;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.verify.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code eckart demo}. */
@Command(
        name = "demo",
        description =
                "Compresses a bundled classifier of handwritten digits at several settings, and shows size against"
                        + " accuracy.",
        usageHelpAutoWidth = true)
final class DemoCommand implements Callable<Integer> {
    private static final List<String> SETTINGS = List.of(
            "energy:0.99", "energy:0.9", "energy:0.8", "fixed:64", "fixed:32", "fixed:16", "fixed:12", "fixed:8");

    /** The setting whose model and report are left for the user to look at. */
    private static final String SHOWN = "fixed:16";

    private static final String REPORT = "report.html";

    private static final String UNCHANGED = "unchanged";

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
        Table table = new Table("--rank", "ranks", "parameters", "of original", "file", "accuracy", "drop", "rewrite");
        CompressionJob job = new CompressionJob(engine.engine(console, options.progress(console)));
        boolean passed = true;
        for (String setting : SETTINGS) {
            Path output = directory.resolve("compressed-" + setting.replace(':', '-') + ".onnx");
            Report report = job.compress(
                    model, new Target(output, true, false), selection(setting), Optional.of(evaluation), Limits.NONE);
            passed &= report.passed();
            table.row(row(setting, report));
            if (setting.equals(SHOWN)) {
                ReportFiles.write(directory.resolve("report.md"), MarkdownReport.render(report));
                ReportFiles.write(directory.resolve(REPORT), HtmlReport.render(report));
            }
        }
        say(table.render());
        say("""

                Ranks of the 784×500 and the 500×10 weight; a weight is unchanged where a pair would not be smaller.
                All models are in %s.
                Report on the model of %s: %s

                Try it yourself:

                  %s compress %s -o small.onnx --rank %s --inputs %s --labels %s:labels
                """.formatted(
                        ShownText.of(directory.toString()),
                        SHOWN,
                        ShownText.of(directory.resolve(REPORT).toUri().toString()),
                        ShownText.of(System.getProperty(COMMAND, "eckart")),
                        ShownText.of(model.toString()),
                        SHOWN,
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

    private static Selection selection(String rank) {
        RankStrategies strategies = RankStrategies.load(DemoCommand.class.getClassLoader());
        return new Selection(rank, strategies.select(rank), WeightFilter.ALL, FactorPair.Balance.PLAIN);
    }

    private static String[] row(String setting, Report report) {
        Report.ModelEntry after = report.networks().output().orElseThrow();
        Verification verification = report.checks().verification().orElseThrow();
        LabelAccuracy accuracy = verification.accuracy().orElseThrow();
        return new String[] {
            setting,
            ranks(report),
            Numbers.count(after.parameters()),
            Numbers.percent(
                    (double) after.parameters() / report.networks().model().parameters()),
            Numbers.bytes(after.bytes()),
            Numbers.accuracy(accuracy.compressed()),
            Numbers.points(accuracy.drop()),
            verification
                    .proof()
                    .map(proof -> proof.holds() ? "proved" : "WRONG")
                    .orElse("nothing")
        };
    }

    private static String ranks(Report report) {
        List<String> ranks = report.weights().stream().map(DemoCommand::rank).toList();
        return ranks.stream().allMatch(UNCHANGED::equals) ? UNCHANGED : String.join(", ", ranks);
    }

    private static String rank(WeightEntry weight) {
        return weight.outcome() == WeightEntry.Outcome.FACTORED
                ? String.valueOf(weight.decided().rank())
                : UNCHANGED;
    }
}
