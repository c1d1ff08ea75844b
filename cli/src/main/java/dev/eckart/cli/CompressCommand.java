package dev.eckart.cli;

import dev.eckart.cli.render.Failure;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.factor.IfSlower;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.report.FolderReport;
import dev.eckart.core.report.NothingToGain;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SearchEntry;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.job.Aim;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.FolderJob;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.SettingFamily;
import dev.eckart.onnx.job.SizeAim;
import dev.eckart.onnx.job.Target;
import dev.eckart.onnx.job.TargetSearch;
import dev.eckart.onnx.job.TimedPairs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eckart compress MODEL -o OUT}. */
@Command(
        name = "compress",
        description = "Makes a model smaller, verifies the result, and writes it.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class CompressCommand implements Callable<Integer> {
    private static final String SMALLER_STILL =
            "smaller, at a loss that you name: --size 15%, or --min-cosine 0.99 with --inputs; --calibration helps with both";

    private final Console console;

    @Parameters(
            paramLabel = "MODEL",
            description = "The original model, an .onnx file, or a folder with models in it; never changed.")
    private Path model = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "The file to write; for a folder, the folder.")
    private @Nullable Path output;

    @Option(
            names = "--models",
            paramLabel = "GLOB",
            description =
                    "Of a folder: compress only models whose path in it matches (* and ? are wildcards), such as onnx/model.onnx,"
                            + " and carry over the others as they are; may be repeated.")
    private List<String> chosen = new ArrayList<>();

    @Mixin
    private SelectionOptions selection = new SelectionOptions();

    @Mixin
    private EncodingOptions encoding = new EncodingOptions();

    @Option(
            names = "--refit",
            description =
                    "Fit each pair to its layer's inputs in the compressed network, on --calibration: for models that"
                            + " shrink to three quarters or less; takes a run up to each layer.")
    private boolean refit;

    @Option(
            names = "--fast-gelu",
            description =
                    "Compute each Gelu by tanh instead of erf, as FastGelu of ONNX Runtime: no number moves by more than"
                            + " 0.0005.")
    private boolean fastGelu;

    @Option(
            names = "--keep-if-faster",
            description =
                    "Time each pair against its weight in ONNX Runtime, the layer alone at its real shapes, and replace only"
                            + " weights whose pair is faster. The times, and so OUT, depend on the machine.")
    private boolean keepIfFaster;

    @Option(
            names = "--mark-if-slower",
            description = "Time each pair likewise, use all pairs, and mark slower ones as for size only.")
    private boolean markIfSlower;

    @Mixin
    private EvaluationOptions evaluation = new EvaluationOptions();

    @Mixin
    private RunOptions runs = new RunOptions();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Mixin
    private MetricOptions metrics = new MetricOptions();

    @Mixin
    private SearchOptions search = new SearchOptions();

    @Option(names = "--dry-run", description = "Show what would be done, and write no model.")
    private boolean dryRun;

    @Option(names = "--force", description = "Overwrite an existing OUT (never MODEL).")
    private boolean force;

    @Option(names = "--no-verify", description = "Write OUT without running either model: nothing is verified.")
    private boolean noVerify;

    @Option(names = "--keep-failed", description = "Write OUT even if the rewrite is wrong or a limit is exceeded.")
    private boolean keepFailed;

    @Option(
            names = "--write-anyway",
            description = "Write OUT even if there is nothing to gain, with no weight replaced, and end with status 0.")
    private boolean writeAnyway;

    @Option(
            names = "--external-data",
            paramLabel = "auto|always|never",
            description =
                    "Whether tensors are written to a separate file, OUT.SUM.data: auto (as in MODEL, and always if OUT"
                            + " would exceed 2 GB), always or never.")
    private ExternalData externalData = ExternalData.AUTO;

    @Mixin
    private ReportOptions reports = new ReportOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private CacheOptions cache = new CacheOptions();

    @Mixin
    private SupervisionOptions supervision = new SupervisionOptions();

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    CompressCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        return supervision.over(this::run, console, options);
    }

    private int run() {
        return Files.isDirectory(model) ? runOnFolder() : runOnModel();
    }

    private int runOnModel() {
        if (!chosen.isEmpty()) {
            throw new InvalidInputException(
                    "--models chooses among the models of a folder, and `%s` is none; leave it out".formatted(model));
        }
        reports.require(selection
                .weights()
                .addTo(evaluation.addTo(new RunFiles().readsModel("the original model", model)))
                .writes("--output", Optional.ofNullable(output)));
        Report report = reports.deliver("compress", this::compress, console, options.quiet());
        if (report.passed()) {
            smallerStill(List.of(report));
            return nothingWritten(report)
                    .map(nothing -> {
                        console.warn("nothing to gain: %s; `%s` was not written".formatted(nothing.sentence(), output));
                        return ExitCode.NOTHING_TO_GAIN;
                    })
                    .orElse(ExitCode.DONE);
        }
        console.warn(
                "%s; `%s` was %s".formatted(Failure.of(report), output, keepFailed ? "written anyway" : "not written"));
        return ExitCode.LIMIT_NOT_KEPT;
    }

    private int runOnFolder() {
        FolderCompression folder = FolderCompression.of(model, chosen);
        // Whatever is wrong with options is wrong with them for all models.
        wanted();
        if (!dryRun) {
            target(Optional.ofNullable(output));
        }
        if (folder.chosen().size() > 1) {
            encoding.requireShare();
        }
        reports.requireOfFolder(
                selection.weights().addTo(evaluation.addTo(folder.addTo(new RunFiles()))), Optional.ofNullable(output));
        FolderReport report = folder.compress(
                Optional.ofNullable(output)
                        .filter(any -> !dryRun)
                        .map(path -> new FolderJob.FolderTarget(path, force, keepFailed, writeAnyway)),
                this::compressOneOf,
                message -> {
                    if (!options.quiet()) {
                        console.tell(message);
                    }
                });
        reports.deliver(report, console, options.quiet());
        if (report.worst().isGood()) {
            smallerStill(report.models().stream()
                    .flatMap(each -> each.report().stream())
                    .toList());
        }
        return FolderCompression.status(report, Optional.ofNullable(output).filter(any -> !dryRun), console);
    }

    /** Compresses one model of a folder. */
    private Report compressOneOf(FolderCompression.OneModel one) {
        selection.weights().meaning(one::inputs);
        evaluation.meaning(one::inputs);
        search.meaning(one::inputs);
        return compress(one.model(), one.output());
    }

    /** What to say for a smaller model, to who said nothing. */
    private void smallerStill(List<Report> reports) {
        boolean nothingSaid = isOpen()
                && limits.limits().size().isEmpty()
                && reports.stream()
                        .anyMatch(report -> report.basis().search().isEmpty()
                                && report.remarks().nothingToGain().isEmpty());
        if (nothingSaid && !options.quiet()) {
            console.tell(SMALLER_STILL);
        }
    }

    /** Whether nothing says how weights are stored, so that it is chosen for what is said of the model. */
    private boolean isOpen() {
        return encoding.isUnset() && !encoding.hasSize() && selection.rank().isEmpty() && !isForPairs();
    }

    /** Why a model that was to be written was not, though nothing failed. */
    private Optional<NothingToGain> nothingWritten(Report report) {
        return dryRun || writeAnyway ? Optional.empty() : report.remarks().nothingToGain();
    }

    /** Does what the options say, but for saying what came of it. */
    Report compress() {
        return compress(model, Optional.ofNullable(output));
    }

    private Report compress(Path original, Optional<Path> place) {
        Wanted wanted = wanted();
        return wanted.searchedPairs ? search(original, place, wanted) : atOneSetting(original, place, wanted);
    }

    /**
     * What the options come to, whatever the model.
     *
     * @param searchedPairs whether a setting for pairs is searched for
     * @param searchedForms whether forms of all weights are searched for
     */
    private record Wanted(Limits limits, EncodingOrder encodings, boolean searchedPairs, boolean searchedForms) {}

    /** @throws InvalidInputException if options do not go together */
    private Wanted wanted() {
        Limits wanted = metrics.limits(limits.limits());
        if (refit && !selection.weights().calibrated()) {
            throw new InvalidInputException(
                    "--refit fits pairs to the inputs of layers, which only calibration inputs show; add --calibration INPUTS");
        }
        if (noVerify) {
            metrics.requireNone();
            runs.requireNone();
        }
        // What is for pairs alone asks for pairs alone.
        boolean free = selection.rank().isEmpty() && !encoding.hasSize();
        boolean pairs = encoding.pairsAlone() || (encoding.isUnset() && !encoding.hasSize() && !isOpen());
        boolean searchedPairs = free && pairs && wanted.areSearchable();
        EncodingOrder encodings = pairs
                ? encoding.pairs(selection.weights().plugins())
                : encoding.encodings(
                        selection.weights().plugins(), selection.weights().calibrated());
        boolean searchedForms = free && !pairs && wanted.judgeLoss() && EncodingOptions.leaveAChoice(encodings);
        requireNothingOfPairsBesideSize();
        requireFactored(encodings.usual(), pairs);
        requireTimeable(searchedPairs);
        if (searchedPairs && fastGelu) {
            throw new InvalidInputException(
                    "--fast-gelu is no part of a search for pairs; name a setting, such as --rank %s, or encodings"
                            .formatted(SelectionOptions.DEFAULT_RANK));
        }
        search.require(searchedPairs || searchedForms);
        if (searchedPairs || searchedForms) {
            requireMeasuring();
        }
        return new Wanted(wanted, encodings, searchedPairs, searchedForms);
    }

    private void requireMeasuring() {
        if (dryRun || noVerify) {
            throw new InvalidInputException(
                    "without --rank, the limits start a search, which measures models, but %s measures nothing; name a setting, such as --rank %s"
                            .formatted(dryRun ? "--dry-run" : "--no-verify", SelectionOptions.DEFAULT_RANK));
        }
    }

    private void requireNothingOfPairsBesideSize() {
        Optional<String> ofPairs = Stream.of(
                        selection.rank().map(any -> "--rank"),
                        Optional.of("--refit").filter(any -> refit),
                        Optional.of("--keep-if-faster").filter(any -> keepIfFaster),
                        Optional.of("--mark-if-slower").filter(any -> markIfSlower),
                        Optional.of("--joint").filter(any -> selection.weights().joint()))
                .flatMap(Optional::stream)
                .findFirst();
        if (encoding.hasSize() && ofPairs.isPresent()) {
            throw new InvalidInputException(
                    "%s is for pairs whose ranks --rank chooses, and --size chooses ranks itself; give only one of these options"
                            .formatted(ofPairs.get()));
        }
    }

    private void requireFactored(List<Encoding> encodings, boolean pairsAlone) {
        if (pairsAlone) {
            return;
        }
        boolean ranks = encodings.stream().anyMatch(RankedEncoding.class::isInstance);
        boolean factors = encodings.stream().anyMatch(one -> one instanceof RankedEncoding && one.isOfProducts());
        if (!factors && refit) {
            throw new InvalidInputException(
                    "--refit fits pairs to their inputs, of which there are none; add pair to --encoding");
        }
        if (!factors && (keepIfFaster || markIfSlower)) {
            throw new InvalidInputException(
                    "--keep-if-faster and --mark-if-slower time pairs, of which there are none; add pair to --encoding");
        }
        if (!ranks && selection.rank().isPresent()) {
            throw new InvalidInputException(
                    "--rank chooses the ranks of pairs, of which there are none; add pair to --encoding");
        }
    }

    private void requireTimeable(boolean searched) {
        if (keepIfFaster && markIfSlower) {
            throw new InvalidInputException(
                    "--keep-if-faster rejects pairs that are not faster but --mark-if-slower uses all pairs; give only one of these options");
        }
        if (searched && keepIfFaster) {
            throw new InvalidInputException(
                    "--keep-if-faster would change the size and loss of the settings that a search compares; name one setting, such as --rank %s, or give --mark-if-slower instead"
                            .formatted(SelectionOptions.DEFAULT_RANK));
        }
    }

    private Optional<TimedPairs> timed() {
        return keepIfFaster || markIfSlower
                ? Optional.of(evaluation.timed(keepIfFaster ? IfSlower.KEEP_DENSE : IfSlower.MARK))
                : Optional.empty();
    }

    private Report atOneSetting(Path original, Optional<Path> place, Wanted wanted) {
        Optional<Evaluation> compared =
                noVerify || dryRun ? Optional.empty() : Optional.of(compared(wanted.limits.judgeLoss()));
        Selection ranks = selection
                .selection()
                .refit(refit)
                .timed(timed())
                .fastGelu(fastGelu)
                .portable(encoding.isStandard())
                .encodings(wanted.encodings)
                .aim(
                        wanted.searchedForms
                                ? Optional.of(limited(compared.orElseThrow()))
                                : aim(wanted.limits, wanted.encodings));
        CompressionJob job = new CompressionJob(engine.engine(console, options.progress(console), cache));
        if (dryRun) {
            return job.plan(original, ranks);
        }
        return job.compress(original, target(place), ranks, compared, wanted.limits);
    }

    /** The smallest model that meets the limits, or the truest one where only the size is limited. */
    private Report search(Path original, Optional<Path> place, Wanted wanted) {
        Target target = target(place);
        cache.require();
        RankStrategies strategies = selection.weights().strategies();
        Evaluation compared = compared(true);
        TargetSearch job = new TargetSearch(
                engine.engine(console, options.progress(console), cache.withVectors()),
                cache.trials(console),
                trialListener(),
                console::warn);
        return job.compress(
                original,
                target,
                new TargetSearch.SearchRequest(
                        wanted.limits,
                        wanted.limits.areSearchedByLoss()
                                ? SettingFamily.among(
                                        strategies, selection.weights().calibrated())
                                : SettingFamily.forSize(strategies),
                        selection
                                .weights()
                                .selections(strategies)
                                .andThen(each -> each.refit(refit).timed(timed())),
                        search.trialsOn(compared),
                        search.mostTrials()),
                compared);
    }

    /** What the model is to come to, if nothing else says so: a limit on the size alone is one to keep to. */
    private Optional<Aim> aim(Limits wanted, EncodingOrder encodings) {
        Optional<SizeAim> size = isOpen() ? wanted.size().map(SizeAim::ofRatio) : encoding.size(encodings);
        return size.<Aim>map(Aim.Size::new)
                .or(() -> Optional.<Aim>of(new Aim.Auto()).filter(any -> isOpen()));
    }

    /** Whether there are options that are for pairs alone. */
    private boolean isForPairs() {
        return refit || keepIfFaster || markIfSlower || selection.weights().joint();
    }

    private Aim.Limited limited(Evaluation compared) {
        cache.require();
        return new Aim.Limited(search.trialsOn(compared), search.mostTrials(), cache.trials(console), trialListener());
    }

    private BiConsumer<String, SearchEntry.Tried> trialListener() {
        return options.quiet() ? (label, tried) -> {} : (label, tried) -> SearchOptions.say(label, tried, console);
    }

    /** What the models are compared on; a loss is judged on samples that nothing was fitted to. */
    private Evaluation compared(boolean loss) {
        Evaluation asked = runs.of(
                evaluation.evaluation(metrics.metrics(selection.weights().plugins())), console);
        return loss ? asked.orHeldBackFrom(selection.weights().calibration()) : asked;
    }

    private Target target(Optional<Path> place) {
        return new Target(
                place.orElseThrow(() -> new InvalidInputException(
                        "no output is given; name the file to write with -o OUT, or write none with --dry-run")),
                force,
                keepFailed,
                // A model of a folder that does not become smaller goes over as it is.
                writeAnyway && !Files.isDirectory(model),
                externalData);
    }
}
