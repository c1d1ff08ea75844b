package dev.eckart.core.rank;

import dev.eckart.core.rank.Allocation.Option;
import java.util.ArrayList;
import java.util.List;

/**
 * The lower convex hull of what may be done with a weight: what lies above it is not worth having, as a mixture of two others costs and
 * loses no more.
 *
 * @param options from the most costly down; each loses more than the one before it for what it frees
 */
public record LossHull(List<Option> options) {
    public LossHull {
        options = List.copyOf(options);
    }

    /** The hull of some options, one or more, from the most costly down, of which no two cost the same. */
    public static LossHull of(List<Option> options) {
        List<Option> hull = new ArrayList<>();
        for (Option option : options) {
            while (hull.size() > 1
                    && slope(hull.get(hull.size() - 2), hull.get(hull.size() - 1))
                            > slope(hull.get(hull.size() - 1), option)) {
                hull.remove(hull.size() - 1);
            }
            hull.add(option);
        }
        return new LossHull(hull);
    }

    /** What a mixture of two options loses at a cost: infinite below the cheapest, and that of the most costly above it. */
    public double at(long cost) {
        for (int i = 0; i < options.size(); i++) {
            Option option = options.get(i);
            if (cost >= option.cost()) {
                return i == 0
                        ? option.loss()
                        : option.loss() + slope(options.get(i - 1), option) * (option.cost() - cost);
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    /** Loss for each unit of cost that is freed from one option to a cheaper one. */
    static double slope(Option from, Option to) {
        return (to.loss() - from.loss()) / (from.cost() - to.cost());
    }
}
