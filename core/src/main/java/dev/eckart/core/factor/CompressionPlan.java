package dev.eckart.core.factor;

import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.rank.RankPlan;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What will be done with every weight of a network, before any of it is done. */
public record CompressionPlan(List<PlannedWeight> weights, List<SkippedWeight> skipped) {
    /** Nothing is decided on. */
    public static final CompressionPlan NONE = new CompressionPlan(List.of(), List.of());

    public CompressionPlan {
        weights = List.copyOf(weights);
        skipped = List.copyOf(skipped);
    }

    /**
     * The plan that follows from a strategy's choices: a form of the rank where one is wanted and smaller than the weight.
     *
     * @param form what ranks are of
     * @throws IllegalArgumentException if the choices are not one for each weight, or a rank is not one of its weight
     */
    public static CompressionPlan of(
            List<WeightSpectrum> spectra, RankPlan ranks, RankedForm form, List<SkippedWeight> skipped) {
        requireOneEach(spectra, ranks);
        List<PlannedWeight> planned = new ArrayList<>();
        for (int i = 0; i < spectra.size(); i++) {
            planned.add(PlannedWeight.of(spectra.get(i), ranks.choices().get(i), form));
        }
        return new CompressionPlan(planned, skipped);
    }

    /**
     * Refuses choices that are not one for each weight.
     *
     * @throws IllegalArgumentException if they are not
     */
    public static RankPlan requireOneEach(List<WeightSpectrum> spectra, RankPlan ranks) {
        if (ranks.choices().size() != spectra.size()) {
            throw new IllegalArgumentException("expected a choice for each of %d weights but was: %d"
                    .formatted(spectra.size(), ranks.choices().size()));
        }
        return ranks;
    }

    /** The same without the weights of some names. */
    public CompressionPlan without(Set<String> names) {
        return new CompressionPlan(
                weights.stream()
                        .filter(planned -> !names.contains(planned.weight().name()))
                        .toList(),
                skipped);
    }

    /** Those that another stored form takes the place of. */
    public List<PlannedWeight> replaced() {
        return weights.stream().filter(PlannedWeight::isReplaced).toList();
    }

    /** Those that a pair takes the place of. */
    public List<PlannedWeight> factored() {
        return weights.stream().filter(PlannedWeight::isFactored).toList();
    }

    /** The same, with another decision on those that are replaced. */
    public CompressionPlan withReplaced(UnaryOperator<PlannedWeight> decide) {
        return new CompressionPlan(
                weights.stream()
                        .map(weight -> weight.isReplaced() ? decide.apply(weight) : weight)
                        .toList(),
                skipped);
    }

    /** The same, with another decision on those that a pair takes the place of. */
    public CompressionPlan withFactored(UnaryOperator<PlannedWeight> decide) {
        return withReplaced(weight -> weight.isFactored() ? decide.apply(weight) : weight);
    }

    /** Numbers in all linear weights before. */
    public long parametersBefore() {
        return weights.stream().mapToLong(w -> w.weight().parameters()).sum();
    }

    /** Numbers in all linear weights, or their pairs, after. */
    public long parametersAfter() {
        return weights.stream().mapToLong(PlannedWeight::parametersAfter).sum();
    }

    /** Bytes of the weights that are replaced, less those of their stored forms. */
    public long bytesSaved() {
        return weights.stream().mapToLong(PlannedWeight::bytesSaved).sum();
    }
}
