package dev.eckart.core.compress;

import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.Allocation;
import dev.eckart.core.rank.LossHull;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A weight, and the forms in which it can be stored in fewer bytes.
 *
 * @param offers in whatever order
 * @param because why there are none, for people, without a capital or a full stop
 */
public record OfferedWeight(LinearWeight weight, List<OfferedForm> offers, String because) {
    private static final Comparator<OfferedForm> BY_BYTES =
            Comparator.comparingLong(OfferedForm::bytes).thenComparingDouble(OfferedForm::loss);

    private static final String LOSSY = "every form in fewer bytes would lose much of its layer's outputs";

    public OfferedWeight {
        offers = List.copyOf(offers);
    }

    /**
     * What may be chosen for a weight, and what that costs and loses.
     *
     * @param form empty to keep the weight as it is
     */
    record Choice(Optional<OfferedForm> form, Allocation.Option option) {}

    /** The same with further forms. */
    OfferedWeight with(List<OfferedForm> more) {
        return new OfferedWeight(
                weight, Stream.concat(offers.stream(), more.stream()).toList(), because);
    }

    /** The form of the fewest bytes; of several, the truest. */
    public Optional<OfferedForm> smallest() {
        return offers.stream().min(BY_BYTES);
    }

    /**
     * The form in which it is measured what the network loses by the weight: the smallest of those without a rank, as a rank of 1 would tell
     * little of what others lose; where all have ranks, the smallest.
     */
    public Optional<OfferedForm> probe() {
        return offers.stream().filter(form -> !form.hasRank()).min(BY_BYTES).or(this::smallest);
    }

    /**
     * What the network loses by a loss of 1 of the layer's outputs; empty where the probe loses nothing of these.
     *
     * @param loss of the network where the weight is its probe
     */
    public OptionalDouble unit(double loss) {
        double ofLayer = probe().map(OfferedForm::loss).orElse(0.0);
        return ofLayer > 0 ? OptionalDouble.of(loss / ofLayer) : OptionalDouble.empty();
    }

    /**
     * What may be chosen, from the most bytes down; of forms that take the same bytes, the truest.
     *
     * @param unit what the network loses by a loss of 1 of the layer's outputs
     */
    List<Choice> choices(double unit) {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice(Optional.empty(), new Allocation.Option(weight.bytes(), 0)));
        offers.stream()
                .sorted(Comparator.<OfferedForm>comparingLong(form -> -form.bytes())
                        .thenComparingDouble(OfferedForm::loss))
                .forEach(form -> {
                    if (form.bytes() < choices.get(choices.size() - 1).option.cost()) {
                        choices.add(
                                new Choice(Optional.of(form), new Allocation.Option(form.bytes(), unit * form.loss())));
                    }
                });
        return choices;
    }

    /** What its forms lose of the layer's outputs at each number of bytes. */
    LossHull hull() {
        return LossHull.of(choices(1).stream().map(Choice::option).toList());
    }

    /** As {@link OfferedWeights#faithful}. */
    PlannedWeight faithful(double little, double most, boolean costly) {
        Optional<OfferedForm> truest = truest(form -> form.use() == OfferedForm.Use.USUAL);
        Optional<OfferedForm> usual = offers.stream()
                .filter(form -> form.use() == OfferedForm.Use.USUAL && form.loss() <= little)
                .min(BY_BYTES)
                .or(() -> truest);
        Optional<OfferedForm> sparing = truest(form -> true).filter(form -> !usual.equals(Optional.of(form)));
        Optional<OfferedForm> taken =
                costly || usual.filter(form -> form.loss() <= most).isEmpty() ? sparing : usual;
        return taking(taken.filter(form -> form.loss() <= most), costly ? Decider.COSTLY : LOSSY);
    }

    private Optional<OfferedForm> truest(Predicate<OfferedForm> which) {
        return offers.stream()
                .filter(which)
                .min(Comparator.comparingDouble(OfferedForm::loss).thenComparing(BY_BYTES));
    }

    PlannedWeight taking(Optional<OfferedForm> form, String otherwise) {
        return form.map(OfferedForm::planned)
                .orElseGet(() -> new PlannedWeight(
                        weight,
                        Optional.empty(),
                        new Decision.Keep(offers.isEmpty() ? because : otherwise),
                        offers.stream().anyMatch(offer -> offer.planned().calibrated())));
    }
}
