package dev.eckart.core.rank;

import dev.eckart.core.rank.Allocation.Option;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All choices of one option for each of a few weights that no other choice beats both in cost and in loss: the exact answer to what
 * {@link Allocation} approximates, where weights are few.
 */
final class ExactAllocation {
    /** Choices of some of the weights that are kept at a time: of ten weights of ten options, about as many are left. */
    private static final int MOST = 1 << 13;

    /** Of more weights, there are more choices left than that, and to find this out takes longer than to approximate the answer. */
    private static final int MOST_WEIGHTS = 16;

    private ExactAllocation() {}

    /**
     * Options of the weights so far.
     *
     * @param place of the last weight's option
     * @param before those of the weights before it; null of none
     */
    private record Choice(
            long cost, double loss, int place, @Nullable Choice before) {
        Choice and(Option option, int next) {
            return new Choice(cost + option.cost(), loss + option.loss(), next, this);
        }

        List<Integer> places() {
            Deque<Integer> places = new ArrayDeque<>();
            for (Choice choice = this; choice.before != null; choice = choice.before) {
                places.addFirst(choice.place);
            }
            return List.copyOf(places);
        }
    }

    /**
     * The options that lose least together.
     *
     * @param options as of {@link Allocation#of}
     * @return the place among its options of one for each weight; empty if there are too many choices to look at, or none within the
     *     budget
     */
    static Optional<List<Integer>> best(List<List<Option>> options, long budget) {
        if (options.size() > MOST_WEIGHTS) {
            return Optional.empty();
        }
        long least = options.stream()
                .mapToLong(each -> each.get(each.size() - 1).cost())
                .sum();
        List<Choice> front = List.of(new Choice(0, 0, -1, null));
        for (List<Option> each : options) {
            least -= each.get(each.size() - 1).cost();
            front = extended(front, each, budget - least);
            if (front.isEmpty() || front.size() > MOST) {
                return Optional.empty();
            }
        }
        return Optional.of(front.get(front.size() - 1).places());
    }

    /** From the cheapest choice up to a cost; each loses less than the one before it. */
    private static List<Choice> extended(List<Choice> front, List<Option> options, long most) {
        List<Choice> all = new ArrayList<>();
        for (Choice choice : front) {
            for (int place = 0; place < options.size(); place++) {
                if (choice.cost + options.get(place).cost() <= most) {
                    all.add(choice.and(options.get(place), place));
                }
            }
        }
        all.sort(Comparator.comparingLong(Choice::cost).thenComparingDouble(Choice::loss));
        List<Choice> kept = new ArrayList<>();
        for (Choice choice : all) {
            if (kept.isEmpty() || choice.loss < kept.get(kept.size() - 1).loss) {
                kept.add(choice);
            }
        }
        return kept;
    }
}
