package dev.eckart.cli;

import dev.eckart.cli.baseline.Baseline;
import dev.eckart.cli.policy.Policy;
import dev.eckart.cli.render.Failure;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.report.Report;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.onnx.job.Fingerprint;
import dev.eckart.onnx.job.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eckart check POLICY.yml}: {@code compress} or {@code verify}, with a file for its options, and a memory. */
@Command(
        name = "check",
        description = "Checks a compressed model against a policy: limits, and the numbers of an earlier run.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class CheckCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "POLICY.yml", description = "The policy; its paths are relative to this file.")
    private Path file = Path.of("");

    @Option(
            names = "--update-baseline",
            description =
                    "Write the policy's baseline from this run if the limits are met, instead of comparing with it.")
    private boolean update;

    @Mixin
    private ReportOptions reports = new ReportOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private SupervisionOptions supervision = new SupervisionOptions();

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        Policy policy = Policy.read(file, new CommandLine(new CompressCommand(console)), PluginOptions::metrics);
        return supervision.over(
                () -> run(policy), policy.timeLimit(), policy.isolate().orElse(true), console, options);
    }

    private int run(Policy policy) {
        if (update && policy.baseline().isEmpty()) {
            throw new InvalidInputException(
                    "--update-baseline: policy `%s` has no `baseline`, the file to write; add this key"
                            .formatted(file));
        }
        policy.reports().forEach(CheckCommand::makeFolder);
        reports.add(policy.reports());
        reports.require(files(policy));
        // Before anything takes long.
        Optional<Baseline> baseline =
                update ? Optional.empty() : policy.baseline().map(Baseline::read);
        Report report = reports.deliver(
                "check",
                () -> policy.compressed()
                        .map(compressed -> verify(policy, compressed, baseline))
                        .orElseGet(() -> compress(policy, baseline)),
                console,
                options.quiet());
        if (report.passed()) {
            return ExitCode.DONE;
        }
        console.warn(Failure.of(report)
                + (update ? "; `%s` is unchanged".formatted(policy.baseline().orElseThrow()) : ""));
        return ExitCode.LIMIT_NOT_KEPT;
    }

    private RunFiles files(Policy policy) {
        RunFiles run = new RunFiles()
                .reads("the policy", file)
                .readsModel("the original model", policy.model())
                .reads("the inputs", policy.inputs())
                .reads("the labels", policy.labels())
                .reads("the calibration inputs", policy.calibration())
                .writes("`output`", policy.output());
        policy.compressed().ifPresent(compressed -> run.readsModel("the compressed model", compressed));
        return update
                ? run.writes("--update-baseline", policy.baseline())
                : run.reads("the baseline", policy.baseline());
    }

    private Report verify(Policy policy, Path compressed, Optional<Baseline> baseline) {
        VerifyCommand command = new VerifyCommand(console);
        policy.tell(new CommandLine(command), arguments(List.of(), policy.model(), compressed));
        Report report = policy.placing(command::verify);
        Report judged = judge(report.as("check", report.networks().output()), policy, baseline);
        renewed(judged, policy, compressed).ifPresent(now -> write(policy, now));
        return judged;
    }

    /** Makes the model beside the place where it is kept, if it is, so that one that fails never gets there. */
    private Report compress(Policy policy, Optional<Baseline> baseline) {
        Path place = policy.output().orElse(Path.of(System.getProperty("java.io.tmpdir"), "compressed.onnx"));
        policy.output().ifPresent(CheckCommand::makeFolder);
        try (PendingFile pending =
                policy.output().isPresent() ? PendingFile.onlyOneBeside(place) : PendingFile.beside(place)) {
            CompressCommand command = new CompressCommand(console);
            policy.tell(
                    new CommandLine(command),
                    arguments(
                            List.of("--output=" + pending.path(), "--keep-failed", "--write-anyway"), policy.model()));
            Report made = policy.placing(command::compress);
            Report.ModelEntry output = made.networks().output().orElseThrow();
            List<Path> dataFiles = output.dataFiles().stream().map(Path::of).toList();
            Report report = judge(made.as("check", Optional.of(placed(output, policy.output()))), policy, baseline);
            Optional<Baseline> renewed = renewed(report, policy, pending.path());
            if (!report.passed() || policy.output().isEmpty()) {
                renewed.ifPresent(now -> write(policy, now));
                return report;
            }
            requireFree(place, dataFiles, made.networks().model());
            List<String> failures = pending.commit(
                    dataFiles,
                    Target.outdatedAt(place, originals(made.networks().model())));
            try {
                renewed.ifPresent(now -> write(policy, now));
            } catch (InvalidInputException e) {
                throw new InvalidInputException("%s; `%s` is written".formatted(e.getMessage(), place), e);
            }
            return report.withWarnings(failures);
        } catch (IOException e) {
            throw Unwritable.because(place, e);
        }
    }

    private List<String> arguments(List<String> more, Path... models) {
        List<String> arguments = new ArrayList<>(more);
        arguments.addAll(engine.arguments());
        arguments.addAll(options.arguments());
        arguments.add("--");
        for (Path model : models) {
            arguments.add(model.toString());
        }
        return arguments;
    }

    /** The network's files where they are in the end. */
    private static Report.ModelEntry placed(Report.ModelEntry made, Optional<Path> output) {
        return made.at(
                output.map(Path::toString).orElse(""),
                output.stream()
                        .flatMap(path -> made.dataFiles().stream().map(dataFile -> placed(path, dataFile)))
                        .toList());
    }

    private static String placed(Path output, String dataFile) {
        return output.resolveSibling(Path.of(dataFile).getFileName()).toString();
    }

    private static List<Path> originals(Report.ModelEntry original) {
        return Stream.concat(Stream.of(original.path()), original.dataFiles().stream())
                .map(Path::of)
                .toList();
    }

    private static void requireFree(Path place, List<Path> dataFiles, Report.ModelEntry original) throws IOException {
        List<Path> originals = originals(original);
        List<Path> places = new ArrayList<>(List.of(place));
        dataFiles.forEach(dataFile -> places.add(place.resolveSibling(dataFile.getFileName())));
        for (Path target : places) {
            for (Path kept : originals) {
                if (Files.exists(target) && Files.isSameFile(target, kept)) {
                    throw new InvalidInputException(
                            "`%s` belongs to the original model, which is never overwritten; name another `output`"
                                    .formatted(target));
                }
            }
        }
    }

    /** The report beside the baseline, if there is one. */
    private static Report judge(Report report, Policy policy, Optional<Baseline> baseline) {
        if (baseline.isEmpty()) {
            return report;
        }
        Path place = policy.baseline().orElseThrow();
        baseline.get().requireSame(place, subject(report, policy));
        return report.with(baseline.get().compare(place, report, policy.tolerances()));
    }

    /** The baseline anew, if it is to be written from this run. */
    private Optional<Baseline> renewed(Report report, Policy policy, Path compressed) {
        return update && report.passed()
                ? Optional.of(Baseline.of(
                        report,
                        subject(report, policy),
                        hashes(compressed, report.networks().output().orElseThrow())))
                : Optional.empty();
    }

    private static void write(Policy policy, Baseline baseline) {
        Path place = policy.baseline().orElseThrow();
        makeFolder(place);
        ReportFiles.write(place, baseline.render());
    }

    private static Baseline.Subject subject(Report report, Policy policy) {
        EvaluationInputs.Kind kind = report.checks()
                .verification()
                .map(verification -> verification.inputs().kind())
                .orElse(EvaluationInputs.Kind.MADE_UP);
        Optional<Path> inputs = kind == EvaluationInputs.Kind.HELD_BACK ? policy.calibration() : policy.inputs();
        return new Baseline.Subject(
                hashes(
                        Path.of(report.networks().model().path()),
                        report.networks().model()),
                inputs.map(Fingerprint::byName).orElse(Collections.emptySortedMap()),
                kind,
                policy.labels().map(Fingerprint::byName).orElse(Collections.emptySortedMap()),
                report.settings().seed());
    }

    private static SortedMap<String, String> hashes(Path model, Report.ModelEntry entry) {
        SortedMap<String, String> hashes = new TreeMap<>(Fingerprint.byName(model));
        entry.dataFiles()
                .forEach(dataFile -> hashes.putAll(Fingerprint.byName(
                        model.resolveSibling(Path.of(dataFile).getFileName()))));
        return hashes;
    }

    private static void makeFolder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        try {
            if (folder != null) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw Unwritable.because(file, e);
        }
    }
}
