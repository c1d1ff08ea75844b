package dev.eckart.core.report;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PairTiming;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.WorthwhileSaving;
import dev.eckart.core.file.FileSize;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.rank.BreakEven;
import java.util.List;
import java.util.Optional;

/**
 * Why no weight of a network is replaced; both parts are for people, without a capital or a full stop.
 *
 * @param reason what stands against it
 * @param advice what to try instead
 */
public record NothingToGain(String reason, String advice) {
    /** Shares of each weight's parameters that the advice may name, the one that loses least first. */
    private static final List<Double> RATIOS = List.of(0.5, 0.25, 0.1);

    private static final String BEFORE_QUANTIZATION = "compress the model before it is quantized";

    /** Reason and advice. */
    public String sentence() {
        return "%s; %s".formatted(reason, advice);
    }

    /**
     * What there is to say of a plan.
     *
     * @param rank the setting that the plan follows from; empty where no strategy chose ranks
     * @return empty if the plan replaces a weight
     */
    public static Optional<NothingToGain> of(CompressionPlan plan, WorthwhileSaving worthwhile, String rank) {
        if (!plan.replaced().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                plan.weights().isEmpty() ? withoutLinearWeights(plan) : withLinearWeights(plan, worthwhile, rank));
    }

    private static NothingToGain withoutLinearWeights(CompressionPlan plan) {
        if (plan.skipped().isEmpty()) {
            return new NothingToGain(
                    "the model has no weights", "export it with its weights as initializers or constants");
        }
        if (isSkipped(plan, SkipReason.EXCLUDED)) {
            return new NothingToGain(
                    "--include and --exclude leave out every weight that a pair could replace",
                    "name other weights; `eckart scan` lists them");
        }
        if (isSkipped(plan, SkipReason.QUANTIZED)) {
            return new NothingToGain(
                    "the model's weights are quantized, and its operators multiply by the integers",
                    BEFORE_QUANTIZATION);
        }
        return new NothingToGain(
                "a pair can replace none of the model's weights (%d skipped)"
                        .formatted(plan.skipped().size()),
                "`eckart scan` lists each weight and why it is skipped");
    }

    private static boolean isSkipped(CompressionPlan plan, SkipReason reason) {
        return plan.skipped().stream().anyMatch(weight -> weight.reason() == reason);
    }

    private static NothingToGain withLinearWeights(CompressionPlan plan, WorthwhileSaving worthwhile, String rank) {
        FileSize model = new FileSize(worthwhile.modelBytes());
        Optional<String> lower = RATIOS.stream()
                .filter(ratio -> worthwhile.isEnough(saved(plan, worthwhile, ratio)))
                .findFirst()
                .map("lower ranks, such as --rank ratio:%s"::formatted);
        if (lower.isEmpty()) {
            long bytes = plan.weights().stream()
                    .mapToLong(planned -> planned.weight().bytes())
                    .sum();
            return plan.weights().stream().anyMatch(planned -> isQuantized(planned.weight()))
                    ? new NothingToGain(
                            "the weights are stored as integers, and pairs in floating point are hardly smaller",
                            BEFORE_QUANTIZATION)
                    : new NothingToGain(
                            "the weights that pairs could replace hold only %s of the model's %s"
                                    .formatted(new FileSize(bytes), model),
                            "`eckart scan` lists the other weights and why each is skipped");
        }
        if (plan.weights().stream().anyMatch(NothingToGain::isSlower)) {
            return new NothingToGain(
                    "pairs that are faster than their weights save less than %s of the model's %s"
                            .formatted(WorthwhileSaving.LEAST, model),
                    "try %s, or leave --keep-if-faster out".formatted(lower.get()));
        }
        if (rank.isEmpty()) {
            return new NothingToGain(
                    "what can be stored in fewer bytes with next to no loss saves less than %s of the model's %s"
                            .formatted(WorthwhileSaving.LEAST, model),
                    "say how much may be lost, as with --size 50%, or --min-cosine 0.99 --inputs INPUTS");
        }
        return new NothingToGain(
                "pairs at the ranks of %s save less than %s of the model's %s"
                        .formatted(rank, WorthwhileSaving.LEAST, model),
                "try %s, or a limit on the loss with inputs to measure it on, such as --min-cosine 0.99 --inputs INPUTS"
                        .formatted(lower.get()));
    }

    private static boolean isSlower(PlannedWeight planned) {
        return planned.timing().orElse(null) instanceof PairTiming.Measured measured && !measured.wins();
    }

    private static boolean isQuantized(LinearWeight weight) {
        return weight.bytes() < weight.parameters() * weight.type().bytes();
    }

    /** Bytes that worthwhile pairs with a share of each weight's parameters save. */
    private static long saved(CompressionPlan plan, WorthwhileSaving worthwhile, double ratio) {
        return plan.weights().stream()
                .map(PlannedWeight::weight)
                .mapToLong(weight -> saved(weight, ratio))
                .filter(saved -> saved > 0 && worthwhile.isEnoughForOne(saved))
                .sum();
    }

    private static long saved(LinearWeight weight, double ratio) {
        long numbersOfRank1 = BreakEven.pairParameters(weight.rows(), weight.columns(), 1);
        long rank = Math.max(1, (long) (ratio * weight.parameters() / numbersOfRank1));
        return weight.bytes() - rank * numbersOfRank1 * weight.type().bytes();
    }
}
