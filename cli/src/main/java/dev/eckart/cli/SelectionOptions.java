package dev.eckart.cli;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.onnx.job.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which weights get which rank. */
final class SelectionOptions {
    static final String DEFAULT_RANK = "energy:0.99";

    @Option(
            names = "--rank",
            paramLabel = "STRATEGY",
            description =
                    "How to choose ranks: energy:0.99 (the default), fixed:16, ratio:0.5, numerical, or what plug-ins"
                            + " add; `eckart strategies` lists them.")
    private @Nullable String rank;

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description = "Only weights whose names match (* and ? are wild); may be repeated.")
    private List<String> include = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "GLOB", description = "No weights whose names match; may be repeated.")
    private List<String> exclude = new ArrayList<>();

    @Option(
            names = "--factors",
            paramLabel = "auto|plain|balanced",
            defaultValue = "auto",
            description =
                    "Where singular values go: plain gives them to B, balanced their roots to both factors, which is"
                            + " safer in float16; auto (the default) is balanced for float16, and plain otherwise.")
    private FactorPair.Balance balance = FactorPair.Balance.AUTO;

    @Option(
            names = "--joint",
            description =
                    "Factor layers on one input, such as query, key and value, as one, with a shared first factor.")
    private boolean joint;

    @Option(
            names = "--freeze-defaults",
            description = "Take inputs that have a default value for constants: in older models every weight is such an"
                    + " input. The output no longer has those that were replaced.")
    private boolean freezeDefaults;

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    /** Empty where the user named no strategy. */
    Optional<String> rank() {
        return Optional.ofNullable(rank);
    }

    Selection selection() {
        String strategy = rank().orElse(DEFAULT_RANK);
        return new Selection(
                strategy,
                plugins.strategies().select(strategy),
                new WeightFilter(include, exclude),
                balance,
                joint,
                freezeDefaults);
    }
}
