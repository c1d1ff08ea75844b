package dev.eckart.core.compress;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.rank.Allocation;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

    /**
     * The same with further forms.
     *
     * @param more by the weight's name
     * @param unreadable weights that turned out to hold what is no number
     */
    OfferedWeights with(Map<String, List<OfferedForm>> more, List<SkippedWeight> unreadable) {
        Set<String> gone = unreadable.stream().map(SkippedWeight::name).collect(Collectors.toSet());
        return new OfferedWeights(
                weights.stream()
                        .filter(weight -> !gone.contains(weight.weight().name()))
                        .map(weight ->
                                weight.with(more.getOrDefault(weight.weight().name(), List.of())))
                        .toList(),
                Stream.concat(skipped.stream(), unreadable.stream()).toList());
    }

    /** Each weight in the fewest bytes that it is offered. */
    public CompressionPlan smallest() {
        return taking(OfferedWeight::smallest);
    }

    /** Each weight in the form in which it is measured what the network loses by it. */
    public CompressionPlan probes() {
        return taking(OfferedWeight::probe);
    }

    private CompressionPlan taking(Function<OfferedWeight, Optional<OfferedForm>> which) {
        return new CompressionPlan(
                weights.stream()
                        .map(weight -> weight.taking(which.apply(weight), ""))
                        .toList(),
                skipped);
    }

    /** What each weight's probe loses of its layer's outputs, relative to them: to be used where it is not known what the network loses. */
    public Map<String, Double> lossesOfProbes() {
        Map<String, Double> losses = new HashMap<>();
        weights.forEach(weight ->
                weight.probe().ifPresent(form -> losses.put(weight.weight().name(), form.loss())));
        return losses;
    }

    /**
     * The forms that lose least together, and take a number of bytes at most, or the fewest possible.
     *
     * @param bytes of the forms of all weights, and of those weights that are kept
     * @param losses of the network's outputs where one weight alone is its {@linkplain OfferedWeight#probe() probe}, by the weight's name;
     *     other forms of a weight lose of them as they do of the layer's outputs. A weight of which none is known is taken to lose as
     *     much as what loses most
     */
    public ChosenForms within(long bytes, Map<String, Double> losses) {
        return new Choices(losses).within(bytes);
    }

    /**
     * The form of each weight that loses least.
     *
     * @param losses as of {@link #within}
     */
    public ChosenForms truest(Map<String, Double> losses) {
        return new Choices(losses).truest();
    }

    /**
     * The forms of the fewest bytes that lose a number at most together, as far as {@link #within} finds them.
     *
     * @param loss of the network's outputs, summed up over weights
     * @param losses as of {@link #within}
     */
    public ChosenForms losing(double loss, Map<String, Double> losses) {
        return new Choices(losses).losing(loss);
    }

    /**
     * Each weight in the smallest usual form that loses little, or else in the truest of these.
     *
     * @param little of the layer's outputs, as of {@link OfferedForm#loss}
     * @param most what that may lose; where it loses more, the weight is in the truest form of all, or kept if that loses as much
     * @param costly names of weights that the network's outputs lose most by: these are in the truest form of all, or kept where that is
     *     the one they are in otherwise
     */
    public CompressionPlan faithful(double little, double most, Set<String> costly) {
        return new CompressionPlan(
                weights.stream()
                        .map(weight -> weight.faithful(
                                little, most, costly.contains(weight.weight().name())))
                        .toList(),
                skipped);
    }

    /** What may be chosen for each weight. */
    private final class Choices {
        private final List<List<OfferedWeight.Choice>> choices;

        Choices(Map<String, Double> losses) {
            double most = losses.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .filter(Double::isFinite)
                    .max()
                    .orElse(1);
            this.choices = weights.stream()
                    .map(weight -> weight.choices(weight.unit(
                                    finite(losses.getOrDefault(weight.weight().name(), most)))
                            .orElse(0)))
                    .toList();
        }

        /** What is no number is as bad as can be, and finite, so that it can be compared. */
        private static double finite(double loss) {
            return Double.isFinite(loss) ? loss : Float.MAX_VALUE;
        }

        ChosenForms losing(double loss) {
            long enough = choices.stream()
                    .mapToLong(each -> each.get(0).option().cost())
                    .sum();
            long tooFew = choices.stream()
                            .mapToLong(
                                    each -> each.get(each.size() - 1).option().cost())
                            .sum()
                    - 1;
            ChosenForms found = within(enough);
            while (enough - tooFew > 1) {
                long bytes = tooFew + (enough - tooFew) / 2;
                ChosenForms chosen = within(bytes);
                if (chosen.loss() <= loss) {
                    enough = bytes;
                    found = chosen;
                } else {
                    tooFew = bytes;
                }
            }
            return found;
        }

        ChosenForms within(long bytes) {
            List<Integer> taken = Allocation.filled(
                    choices.stream()
                            .map(each -> each.stream()
                                    .map(OfferedWeight.Choice::option)
                                    .toList())
                            .toList(),
                    bytes);
            return of(IntStream.range(0, taken.size())
                    .mapToObj(i -> choices.get(i).get(taken.get(i)))
                    .toList());
        }

        ChosenForms truest() {
            return of(choices.stream()
                    .map(each -> each.stream()
                            .filter(choice -> choice.form().isPresent())
                            .min(Comparator.comparingDouble(
                                    choice -> choice.option().loss()))
                            .orElse(each.get(0)))
                    .toList());
        }

        private ChosenForms of(List<OfferedWeight.Choice> chosen) {
            return new ChosenForms(
                    new CompressionPlan(
                            IntStream.range(0, chosen.size())
                                    .mapToObj(i ->
                                            weights.get(i).taking(chosen.get(i).form(), TRUER))
                                    .toList(),
                            skipped),
                    chosen.stream().mapToLong(choice -> choice.option().cost()).sum(),
                    chosen.stream()
                            .mapToDouble(choice -> choice.option().loss())
                            .sum());
        }
    }
}
