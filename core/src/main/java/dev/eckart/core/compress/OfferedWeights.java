package dev.eckart.core.compress;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.Decision;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.rank.Allocation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The weights of a network, and the forms in which each can be stored, to choose from within a budget of bytes.
 *
 * @param weights in the order in which the network runs them
 */
public record OfferedWeights(List<OfferedWeight> weights, List<SkippedWeight> skipped) {
    private static final String TRUER = "other weights lose less for the bytes that it would free";

    public OfferedWeights {
        weights = List.copyOf(weights);
        skipped = List.copyOf(skipped);
    }

    /** Each weight in the fewest bytes that it is offered. */
    public CompressionPlan smallest() {
        return new CompressionPlan(
                weights.stream()
                        .map(weight -> weight.taking(weight.smallest(), ""))
                        .toList(),
                skipped);
    }

    /** What the smallest form of each weight loses of its layer's outputs, relative to them: to be used where none are known of the network. */
    public Map<String, Double> lossesOfSmallest() {
        Map<String, Double> losses = new HashMap<>();
        weights.forEach(weight ->
                weight.smallest().ifPresent(offer -> losses.put(weight.weight().name(), offer.loss())));
        return losses;
    }

    /** What may be chosen for a weight, and what that costs and loses. */
    private record Choice(Optional<Decision.Encode> offer, Allocation.Option option) {}

    /**
     * The forms that lose least together, and take a number of bytes at most, or the fewest possible.
     *
     * @param bytes of the forms of all weights, and of those weights that are kept
     * @param losses of the network's outputs where one weight alone is in the smallest form, by the weight's name; other forms of a
     *     weight lose of them as they do of the layer's outputs. A weight of which none is known is taken to lose as much as what
     *     loses most
     */
    public CompressionPlan within(long bytes, Map<String, Double> losses) {
        double most = losses.values().stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        List<List<Choice>> choices = weights.stream()
                .map(weight ->
                        choices(weight, losses.getOrDefault(weight.weight().name(), most)))
                .toList();
        List<Integer> taken = Allocation.filled(
                choices.stream()
                        .map(each -> each.stream().map(Choice::option).toList())
                        .toList(),
                bytes);
        return new CompressionPlan(
                IntStream.range(0, taken.size())
                        .mapToObj(i -> weights.get(i).taking(choices.get(i).get(taken.get(i)).offer, TRUER))
                        .toList(),
                skipped);
    }

    /** From the most bytes down; of those that take the same, the truest. */
    private static List<Choice> choices(OfferedWeight weight, double loss) {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice(
                Optional.empty(), new Allocation.Option(weight.weight().bytes(), 0)));
        double most = weight.smallest().map(Decision.Encode::loss).orElse(0.0);
        // What is no number is as bad as can be, and finite, so that it can be compared.
        double known = Double.isFinite(loss) ? loss : Float.MAX_VALUE;
        double unit = most > 0 ? known / most : 0;
        weight.offers().stream()
                .sorted(Comparator.<Decision.Encode>comparingLong(
                                offer -> -offer.form().bytes())
                        .thenComparingDouble(Decision.Encode::loss))
                .forEach(offer -> {
                    long bytes = offer.form().bytes();
                    if (bytes < choices.get(choices.size() - 1).option.cost()) {
                        choices.add(new Choice(Optional.of(offer), new Allocation.Option(bytes, unit * offer.loss())));
                    }
                });
        return choices;
    }
}
