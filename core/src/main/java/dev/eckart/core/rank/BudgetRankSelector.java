package dev.eckart.core.rank;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.Allocation.Option;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * {@code budget:ρ}: as much of all linear weights' parameters as the share ρ, given to the weights where it saves most.
 *
 * <p>A weight at rank r costs r·(in+out) parameters and loses s·Σ_{i>r}σᵢ²/Σσᵢ², its sensitivity times its relative loss;
 * kept, it costs in·out and loses nothing. From all weights kept, the step that loses least for the parameters that it
 * frees is taken, along the lower convex hull of each weight's options, until the budget is met; of the last weight, the
 * best option that the budget allows. So with less of a budget no weight gets more (Y. Shoham and A. Gersho, "Efficient
 * bit allocation for an arbitrary set of quantizers", 1988).
 *
 * <p>Where sensitivities were not measured, every weight counts as 1: relative losses of layers are then taken to be worth
 * the same, which they seldom are. A weight that was left out of a measurement counts as much as the most sensitive one.
 *
 * @param share ρ, in (0, 1]
 * @param floor the smallest rank that a weight may get, as a share of its smaller side, in [0, 1)
 * @param step ranks above it are multiples of this
 * @param rounds how often sensitivities are measured again, in the network as it was cut by those before
 */
public record BudgetRankSelector(double share, double floor, int step, int rounds) implements RankSelector {
    /** What measurements at middling ranks say of small ones is little: below this, single weights break networks. */
    static final double DEFAULT_FLOOR = 0.25;

    static final int DEFAULT_STEP = 8;

    /** The first of them may overshoot; later ones gain little. */
    static final int DEFAULT_ROUNDS = 3;

    /** Digits of a share that is said to be possible. */
    private static final int DIGITS = 4;

    public BudgetRankSelector {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("Expected a share above 0 and up to 1 but was: " + share);
        }
        if (!(floor >= 0 && floor < 1)) {
            throw new IllegalArgumentException("Expected a floor from 0 to below 1 but was: " + floor);
        }
        if (step < 1) {
            throw new IllegalArgumentException("Expected a step from 1 but was: " + step);
        }
        if (rounds < 0) {
            throw new IllegalArgumentException("Expected rounds from 0 but was: " + rounds);
        }
    }

    /** With the usual floor, step and rounds. */
    public BudgetRankSelector(double share) {
        this(share, DEFAULT_FLOOR, DEFAULT_STEP, DEFAULT_ROUNDS);
    }

    /** With the usual rounds. */
    public BudgetRankSelector(double share, double floor, int step) {
        this(share, floor, step, DEFAULT_ROUNDS);
    }

    @Override
    public void require(List<LinearWeight> weights) {
        long all = weights.stream().mapToLong(LinearWeight::parameters).sum();
        long least = weights.stream().mapToLong(this::leastCost).sum();
        if (least > share * all) {
            BigDecimal possible = BigDecimal.valueOf((double) least / all).setScale(DIGITS, RoundingMode.CEILING);
            throw new InvalidInputException(
                    "strategy `budget:%s`: expected a share of at least %s, the smallest with ranks from %s of each weight's smaller side%s"
                            .formatted(
                                    share,
                                    possible.toPlainString(),
                                    floor,
                                    floor == 0 ? "" : "; a lower floor, such as floor=0.05, allows a smaller share"));
        }
    }

    private long leastCost(LinearWeight weight) {
        int[] ranks = ranks(weight);
        return ranks.length == 0
                ? weight.parameters()
                : BreakEven.pairParameters(weight.rows(), weight.columns(), ranks[0]);
    }

    /** Those that a weight may get, rising, below its break-even rank. */
    private int[] ranks(LinearWeight weight) {
        int least = Math.max(1, (int) Math.ceil(floor * weight.smallerSide()));
        int breakEven = BreakEven.rank(weight);
        List<Integer> ranks = new ArrayList<>();
        for (int rank = least; rank < breakEven; rank = (rank / step + 1) * step) {
            // A pair of a quantized weight may have fewer bytes and yet more numbers.
            if (BreakEven.pairParameters(weight.rows(), weight.columns(), rank) < weight.parameters()) {
                ranks.add(rank);
            }
        }
        return ranks.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public boolean wantsSensitivities() {
        return true;
    }

    @Override
    public int sensitivityRounds() {
        return rounds;
    }

    @Override
    public RankPlan select(List<WeightSpectrum> weights) {
        require(weights.stream().map(WeightSpectrum::weight).toList());
        List<List<Option>> options = options(weights);
        long budget = (long) (share
                * weights.stream()
                        .mapToLong(weight -> weight.weight().parameters())
                        .sum());
        List<Integer> chosen = Allocation.of(options, budget);
        List<RankChoice> choices = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            choices.add(choice(weights.get(i), chosen.get(i)));
        }
        return new RankPlan(choices);
    }

    /** @param option 0 where the weight is kept; then all ranks, from the largest down */
    private RankChoice choice(WeightSpectrum weight, int option) {
        int[] ranks = ranks(weight.weight());
        if (option > 0) {
            return new RankChoice.Truncate(ranks[ranks.length - option]);
        }
        if (ranks.length == 0) {
            return new RankChoice.Keep(
                    BreakEven.rank(weight.weight()) <= 1
                            ? BreakEven.TOO_SMALL
                            : "a pair is not smaller at any rank from floor %s of its smaller side".formatted(floor));
        }
        return new RankChoice.Keep("budget %s is met with this weight unchanged%s"
                .formatted(share, weight.sensitivity().isPresent() ? "" : "; its sensitivity was not measured"));
    }

    /** For each weight, that it is kept, and then all ranks, from the largest down. */
    private List<List<Option>> options(List<WeightSpectrum> weights) {
        OptionalDouble most = weights.stream()
                .flatMapToDouble(weight -> weight.sensitivity().stream())
                .max();
        double unmeasured = most.orElse(1);
        return weights.stream()
                .map(weight -> options(weight, weight.sensitivity().orElse(unmeasured)))
                .toList();
    }

    private List<Option> options(WeightSpectrum spectrum, double sensitivity) {
        LinearWeight weight = spectrum.weight();
        List<Option> options = new ArrayList<>(List.of(new Option(weight.parameters(), 0)));
        int[] ranks = ranks(weight);
        for (int i = ranks.length - 1; i >= 0; i--) {
            double error = spectrum.spectrum().relativeError(ranks[i]);
            options.add(new Option(
                    BreakEven.pairParameters(weight.rows(), weight.columns(), ranks[i]), sensitivity * error * error));
        }
        return options;
    }

    /** {@code budget:0.6}. */
    public static final class Provider implements RankSelectorProvider {

        @Override
        public String name() {
            return "budget";
        }

        @Override
        public String summary() {
            return "a share of all linear parameters, divided among the weights by their losses";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    "budget:0.6",
                    "60 % of parameters remain; without --calibration, all weights count alike",
                    "budget:0.4,floor=0.1",
                    "40 % remain; ranks down to 10 % of a weight's smaller side (default: 25 %)");
        }

        @Override
        public RankSelector create(StrategyArguments arguments) {
            double share = arguments.allowing("floor", "step", "rounds").number(0, 1);
            return new BudgetRankSelector(
                    share,
                    floor(arguments),
                    count(arguments, "step", 1, DEFAULT_STEP),
                    count(arguments, "rounds", 0, DEFAULT_ROUNDS));
        }

        private static double floor(StrategyArguments arguments) {
            String written = arguments.options().getOrDefault("floor", String.valueOf(DEFAULT_FLOOR));
            if (!written.matches("0|0?\\.\\d{1,9}")) {
                throw new InvalidInputException("strategy `%s`: expected a floor from 0 to below 1 but was: %s"
                        .formatted(arguments.text(), written));
            }
            return Double.parseDouble(written);
        }

        private static int count(StrategyArguments arguments, String option, int least, int usual) {
            String written = arguments.options().getOrDefault(option, String.valueOf(usual));
            if (!written.matches("\\d{1,9}") || Integer.parseInt(written) < least) {
                throw new InvalidInputException("strategy `%s`: expected a whole number from %d for %s but was: %s"
                        .formatted(arguments.text(), least, option, written));
            }
            return Integer.parseInt(written);
        }
    }
}
