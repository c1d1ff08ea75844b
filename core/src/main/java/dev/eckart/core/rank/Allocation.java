package dev.eckart.core.rank;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One option for each weight of a network, that lose least together within a budget: the steps along the lower convex hulls of cost
 * and loss are taken in the order of what they lose for what they free, the least first (Y. Shoham, A. Gersho, "Efficient bit
 * allocation for an arbitrary set of quantizers", IEEE Transactions on Acoustics, Speech, and Signal Processing 36, 1988).
 */
public final class Allocation {

    /**
     * What may be done with a weight.
     *
     * @param cost in whatever the budget counts
     * @param loss which adds up over weights
     */
    public record Option(long cost, double loss) {}

    /**
     * A step along a weight's hull.
     *
     * @param weight which one it is of all
     * @param slope loss for each unit of cost that is freed
     */
    private record Step(int weight, Option from, Option to, double slope) {}

    private final List<List<Option>> options;
    private final long budget;
    private final Option[] chosen;
    private long cost;

    private Allocation(List<List<Option>> options, long budget) {
        this.options = options;
        this.budget = budget;
        this.chosen = options.stream().map(all -> all.get(0)).toArray(Option[]::new);
        for (Option first : chosen) {
            cost += first.cost;
        }
    }

    /**
     * Chooses along the hulls, and of the last step the best that the budget allows.
     *
     * @param options of each weight, one or more, from the most costly down, of which no two cost the same
     * @return the place among its options of one for each weight, within the budget where that is possible; else the cheapest of all hulls
     */
    public static List<Integer> of(List<List<Option>> options, long budget) {
        Allocation allocation = new Allocation(options, budget);
        allocation.descend();
        return allocation.places();
    }

    /** The best of all choices where weights are few; else as {@link #of}, and then what is left of the budget is spent where that gains most. */
    public static List<Integer> filled(List<List<Option>> options, long budget) {
        return ParetoFront.best(options, budget).orElseGet(() -> greedy(options, budget));
    }

    private static List<Integer> greedy(List<List<Option>> options, long budget) {
        Allocation allocation = new Allocation(options, budget);
        allocation.descend();
        while (allocation.ascend()) {
            // Until nothing fits.
        }
        return allocation.places();
    }

    private List<Integer> places() {
        return IntStream.range(0, chosen.length)
                .mapToObj(i -> options.get(i).indexOf(chosen[i]))
                .toList();
    }

    private void descend() {
        for (Step next : steps(options)) {
            if (cost <= budget) {
                return;
            }
            long others = cost - next.from.cost;
            chosen[next.weight] =
                    others + next.to.cost > budget ? next.to : best(options.get(next.weight), next, budget - others);
            cost = others + chosen[next.weight].cost;
        }
    }

    /** Of what is between both ends of a step and within a cost, what loses least; the cheaper where that is the same. */
    private static Option best(List<Option> options, Step step, long most) {
        return options.stream()
                .filter(option -> option.cost >= step.to.cost && option.cost <= most)
                .min(Comparator.comparingDouble(Option::loss).thenComparingLong(Option::cost))
                .orElse(step.to);
    }

    /** Takes the one option in the place of another that gains most within the budget, if there is one. */
    private boolean ascend() {
        int weight = -1;
        Option best = new Option(0, 0);
        double most = 0;
        for (int i = 0; i < chosen.length && cost <= budget; i++) {
            for (Option option : options.get(i)) {
                double gain = chosen[i].loss - option.loss;
                if (gain > most && cost - chosen[i].cost + option.cost <= budget) {
                    weight = i;
                    best = option;
                    most = gain;
                }
            }
        }
        if (weight < 0) {
            return false;
        }
        cost += best.cost - chosen[weight].cost;
        chosen[weight] = best;
        return true;
    }

    /** Those of all hulls, in the order in which they are taken. */
    private static List<Step> steps(List<List<Option>> options) {
        List<Step> steps = new ArrayList<>();
        for (int weight = 0; weight < options.size(); weight++) {
            List<Option> hull = LossHull.of(options.get(weight)).options();
            for (int i = 1; i < hull.size(); i++) {
                steps.add(new Step(weight, hull.get(i - 1), hull.get(i), LossHull.slope(hull.get(i - 1), hull.get(i))));
            }
        }
        // Stable, and slopes rise along a hull: those of one weight stay in their order.
        steps.sort(Comparator.comparingDouble(Step::slope));
        return steps;
    }
}
