package dev.eckart.cli;

import dev.eckart.cli.plot.SvdPlot;
import dev.eckart.cli.render.Json;
import dev.eckart.cli.render.Numbers;
import dev.eckart.cli.render.ShownText;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.file.Destination;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.linalg.SingularValueDecomposition;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code eckart svd MATRIX.npy}. */
@Command(
        name = "svd",
        description = "Decomposes one matrix; all axes after the first count as columns.",
        usageHelpAutoWidth = true,
        sortOptions = false)
final class SvdCommand implements Callable<Integer> {
    private static final int SHOWN_VALUES = 16;

    private final Console console;

    @Parameters(paramLabel = "MATRIX.npy|FILE.npz:NAME", description = "The matrix; never changed.")
    private String reference = "";

    @Option(
            names = "--rank",
            paramLabel = "STRATEGY",
            defaultValue = SelectionOptions.DEFAULT_RANK,
            description = "The rank to truncate to: a number, or a strategy (default: ${DEFAULT-VALUE}).")
    private String rank = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT.npy",
            description = "Write the best approximation of that rank, in the shape of the matrix.")
    private @Nullable Path output;

    @Option(
            names = "--plot",
            paramLabel = "FILE.svg",
            description = "Draw the effect of the factors on a cloud of points (2×2), or the spectrum and its energy.")
    private @Nullable Path plot;

    @Option(names = "--force", description = "Overwrite existing files (never MATRIX).")
    private boolean force;

    @Option(names = "--json", description = "Print JSON, and nothing else, on standard output.")
    private boolean json;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private ConsoleOptions options = new ConsoleOptions();

    SvdCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        requireWritable(output, ".npy");
        requireWritable(plot, ".svg");
        new RunFiles()
                .reads("the matrix itself", NpyFile.file(reference))
                .writes("--output", Optional.ofNullable(output))
                .writes("--plot", Optional.ofNullable(plot))
                .require();
        NpyArray array = NpyFile.read(reference);
        MatrixSource matrix = matrix(array);
        Decomposer decomposer =
                engine.engine(console, options.progress(console)).backend().get();
        LinearWeight weight = weight(array, matrix);
        Spectrum spectrum = spectrum(decomposer, matrix);
        Cut cut = new Cut(weight, spectrum, chooseRank(new WeightSpectrum(weight, spectrum, Accuracy.FULL)));
        if (output != null) {
            write(output, decomposer.truncated(matrix, cut.rank, Accuracy.FULL), array.type());
        }
        if (plot != null) {
            ReportFiles.write(plot, SvdPlot.svg(matrix, spectrum));
        }
        if (json) {
            console.println(renderJson(cut));
        } else if (!options.quiet()) {
            console.print(renderText(cut));
        }
        return ExitCode.DONE;
    }

    /** A matrix cut to a rank. */
    private record Cut(LinearWeight weight, Spectrum spectrum, int rank) {

        int numericalRank() {
            return spectrum.numericalRank(
                    weight.rows(), weight.columns(), weight.type().epsilon());
        }

        long parametersAfter() {
            return BreakEven.pairParameters(weight.rows(), weight.columns(), rank);
        }
    }

    private void requireWritable(@Nullable Path file, String ending) {
        if (file == null) {
            return;
        }
        if (!file.toString().endsWith(ending)) {
            throw new InvalidInputException("`%s` has an unknown ending; expected %s".formatted(file, ending));
        }
        Destination.of(file);
        if (file.toFile().exists() && !force) {
            throw new InvalidInputException(
                    "`%s` already exists; name another file, or overwrite the file with --force".formatted(file));
        }
    }

    private MatrixSource matrix(NpyArray array) {
        if (array.shape().size() < 2 || array.size() == 0) {
            throw new InvalidInputException(
                    "`%s` is %s; expected at least two axes, none of length 0".formatted(reference, array.describe()));
        }
        return array.asMatrix();
    }

    private LinearWeight weight(NpyArray array, MatrixSource matrix) {
        ElementType type = switch (array.type()) {
            case FLOAT16 -> ElementType.FLOAT16;
            case BFLOAT16 -> ElementType.BFLOAT16;
            case FLOAT32 -> ElementType.FLOAT32;
            default -> ElementType.FLOAT64;
        };
        return new LinearWeight(reference, "svd", type, matrix);
    }

    private Spectrum spectrum(Decomposer decomposer, MatrixSource matrix) {
        try {
            return Spectrum.of(decomposer.singularValues(matrix, Accuracy.FULL));
        } catch (NonFiniteValueException e) {
            throw new InvalidInputException(
                    "`%s` holds %s; only finite numbers can be decomposed".formatted(reference, e.getMessage()), e);
        }
    }

    private int chooseRank(WeightSpectrum spectrum) {
        RankSelector selector = plugins.strategies().select(rank);
        RankStrategies.require(selector, List.of(spectrum.weight()));
        List<RankChoice> choices =
                RankStrategies.select(selector, List.of(spectrum)).choices();
        if (choices.size() != 1) {
            throw new InvalidInputException("strategy %s made an invalid choice: expected 1 choice but was: %d"
                    .formatted(Providers.title(selector), choices.size()));
        }
        if (!(choices.get(0) instanceof RankChoice.Truncate truncate)) {
            return spectrum.smallerSide();
        }
        if (truncate.rank() < 1 || truncate.rank() > spectrum.smallerSide()) {
            throw new InvalidInputException(
                    "strategy %s made an invalid choice: expected a rank from 1 to %d but was: %d"
                            .formatted(Providers.title(selector), spectrum.smallerSide(), truncate.rank()));
        }
        return truncate.rank();
    }

    private static void write(Path file, SingularValueDecomposition svd, NpyType type) {
        MatrixSource product = FactorPair.of(svd, FactorPair.Balance.PLAIN, ElementType.FLOAT32)
                .productByRows();
        boolean single = type == NpyType.FLOAT32 || type == NpyType.FLOAT16;
        NpyFile.write(file, single ? NpyArray.ofMatrixAsFloats(product) : NpyArray.ofMatrix(product));
    }

    private static String renderJson(Cut cut) {
        ObjectNode root = Json.object().put("schema", "eckart.svd/1");
        root.putArray("shape").add(cut.weight.rows()).add(cut.weight.columns());
        ArrayNode values = root.putArray("singularValues");
        Arrays.stream(cut.spectrum.singularValues()).forEach(values::add);
        root.put("numericalRank", cut.numericalRank())
                .put("rank", cut.rank)
                .put("energy", cut.spectrum.energy(cut.rank))
                .put("relativeError", cut.spectrum.relativeError(cut.rank))
                .put("parametersBefore", cut.weight.parameters())
                .put("parametersAfter", cut.parametersAfter());
        return Json.render(root);
    }

    private static String renderText(Cut cut) {
        int size = cut.spectrum.size();
        String values = Arrays.stream(cut.spectrum.singularValues())
                .limit(SHOWN_VALUES)
                .mapToObj(Numbers::plain)
                .collect(Collectors.joining("  "));
        return """
                %s: %d × %d %s
                singular values   %s%s
                numerical rank    %d of %d
                rank              %d, energy %s, relative error %s
                parameters        %s → %s (%s)
                """.formatted(
                        ShownText.of(cut.weight.name()),
                        cut.weight.rows(),
                        cut.weight.columns(),
                        cut.weight.type().label(),
                        values,
                        size > SHOWN_VALUES ? "  … %d more".formatted(size - SHOWN_VALUES) : "",
                        cut.numericalRank(),
                        size,
                        cut.rank,
                        Numbers.plain(cut.spectrum.energy(cut.rank)),
                        Numbers.plain(cut.spectrum.relativeError(cut.rank)),
                        Numbers.count(cut.weight.parameters()),
                        Numbers.count(cut.parametersAfter()),
                        Numbers.percent((double) cut.parametersAfter() / cut.weight.parameters()));
    }
}
