package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.job.Selection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which weights are factored, and how, whatever their ranks. */
final class WeightOptions {
    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description = "Replace only weights whose names match (* and ? are wildcards); may be repeated.")
    private List<String> include = new ArrayList<>();

    @Option(
            names = "--exclude",
            paramLabel = "GLOB",
            description = "Leave weights whose names match unchanged; may be repeated.")
    private List<String> exclude = new ArrayList<>();

    @Option(
            names = "--factors",
            paramLabel = "auto|plain|balanced",
            defaultValue = "auto",
            description =
                    "Where singular values go: plain (all into B), balanced (their square roots into both factors, which"
                            + " is safer in float16) or auto (the default: balanced for float16, plain otherwise).")
    private FactorPair.Balance balance = FactorPair.Balance.AUTO;

    @Option(
            names = "--joint",
            description =
                    "Factor layers with the same input, such as query, key and value, together: the first factor is shared.")
    private boolean joint;

    @Option(
            names = "--freeze-defaults",
            description = "Treat inputs that have a default value as constants: in older models every weight is such an"
                    + " input. The compressed model no longer has the inputs of replaced weights.")
    private boolean freezeDefaults;

    @Option(
            names = "--calibration",
            paramLabel = "INPUTS",
            description =
                    "Inputs as for --inputs, a few hundred: each pair approximates its layer's outputs on these, instead"
                            + " of the weight itself. Without --inputs, limits on a loss are judged on every third of"
                            + " these samples, and the others are calibrated on.")
    private @Nullable Path calibration;

    /** Which inputs are meant by those that the user names. */
    private UnaryOperator<Path> meant = UnaryOperator.identity();

    @Option(
            names = "--mask",
            paramLabel = "NAME",
            description = "The model's input that is zero at padding positions, which do not count for --calibration"
                    + " (default: attention_mask, if there is one).")
    private @Nullable String mask;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    /** Whether layers on one input are factored as one. */
    boolean joint() {
        return joint;
    }

    PluginOptions plugins() {
        return plugins;
    }

    RankStrategies strategies() {
        return plugins.strategies();
    }

    boolean calibrated() {
        return calibration != null;
    }

    /** Has other inputs taken than those that the user names. */
    void meaning(UnaryOperator<Path> inputs) {
        meant = inputs;
    }

    Optional<CalibrationInputs> calibration() {
        return Optional.ofNullable(calibration)
                .map(meant)
                .map(path -> new CalibrationInputs(path, Optional.ofNullable(mask)));
    }

    /** The files that these options name, among those of a run. */
    RunFiles addTo(RunFiles run) {
        return run.reads("the calibration inputs", Optional.ofNullable(calibration));
    }

    /** A strategy, as users write it, made ready for use on these weights. */
    Function<String, Selection> selections() {
        return selections(strategies());
    }

    /** As {@link #selections()}, with strategies that were loaded before. */
    Function<String, Selection> selections(RankStrategies strategies) {
        WeightFilter filter = new WeightFilter(include, exclude);
        Optional<CalibrationInputs> inputs = calibration();
        if (mask != null && inputs.isEmpty()) {
            throw new InvalidInputException(
                    "--mask marks padding in the calibration inputs, which are missing; add --calibration INPUTS");
        }
        return rank -> new Selection(rank, strategies.select(rank), filter, balance, joint, freezeDefaults, inputs);
    }
}
