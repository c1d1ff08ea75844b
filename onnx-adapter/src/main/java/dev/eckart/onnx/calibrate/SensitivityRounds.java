package dev.eckart.onnx.calibrate;

import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Sensitivities;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.encode.PairEncoding;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.NamedRankSelector;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.onnx.calibrate.WeightTrial.Substitute;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Measurements of sensitivities in the network as a strategy cuts it, and chooses anew.
 *
 * @param trial of the network's weights, as they are at first
 * @param compressor cuts weights as they will be
 * @param task told of each weight in each round
 */
record SensitivityRounds(
        WeightTrial trial, Inventory inventory, Compressor compressor, RankSelector selector, Progress.Task task) {
    /** The least part of what a weight was found to matter that a round may find: it may matter more in the next one. */
    private static final double LEAST_PART = 0.01;

    Sensitivities best(Sensitivities first, int most) {
        Sensitivities best = first;
        Sensitivities known = first;
        double least = Double.POSITIVE_INFINITY;
        Set<SortedMap<String, Integer>> seen = new HashSet<>();
        List<WeightSpectrum> spectra = compressor.spectra(inventory, selector);
        for (int round = 0; ; round++) {
            SortedMap<String, Integer> ranks = ranks(spectra, known);
            boolean isNew = seen.add(ranks);
            Map<String, Double> cut = isNew ? cut(ranks) : Map.of();
            double loss = isNew ? SensitivityMeter.rounded(trial.loss(List.of())) : least;
            if (loss < least) {
                least = loss;
                best = known;
            }
            if (round == most || !isNew || !Double.isFinite(loss)) {
                return best.after(round);
            }
            known = known.with(measured(known, cut, loss));
        }
    }

    /** Of those that the strategy cuts. */
    private SortedMap<String, Integer> ranks(List<WeightSpectrum> spectra, Sensitivities known) {
        List<WeightSpectrum> measured = spectra.stream()
                .map(spectrum -> spectrum.withSensitivity(known.of(spectrum.weight())))
                .toList();
        SortedMap<String, Integer> ranks = new TreeMap<>();
        compressor
                .plan(measured, inventory, selector, new PairEncoding(FactorPair.Balance.AUTO))
                .factored()
                .forEach(planned -> ranks.put(planned.weight().name(), planned.rank()));
        return ranks;
    }

    /**
     * Leaves all weights in the trial as they are to be.
     *
     * @return the relative loss of each that is cut so far that it shows
     */
    private Map<String, Double> cut(SortedMap<String, Integer> ranks) {
        weights(weight -> !ranks.containsKey(weight.name()))
                .linear()
                .forEach(weight -> trial.rest(Substitute.none(weight)));
        Map<String, Double> losses = new HashMap<>();
        compressor.truncate(
                weights(weight -> ranks.containsKey(weight.name())), new NamedRankSelector(ranks), truncation -> {
                    trial.rest(SensitivityMeter.cut(truncation));
                    if (truncation.relativeLoss() >= ProbeRank.LEAST_LOSS) {
                        losses.put(truncation.weight().name(), truncation.relativeLoss());
                    }
                });
        return losses;
    }

    /** Those that can be tried. */
    private Inventory weights(Predicate<LinearWeight> wanted) {
        return new Inventory(
                inventory.linear().stream()
                        .filter(weight -> trial.obstacle(weight).isEmpty() && wanted.test(weight))
                        .toList(),
                List.of());
    }

    /**
     * What each weight matters in the network as it is: one that is cut by what is gained with it whole, another by
     * what is lost with it cut to a middling rank. Halfway from what was known before, in the logarithm: what is
     * measured belongs to other ranks than those that it will lead to.
     *
     * @param cut the relative losses of those that are cut so far that it shows
     * @param loss of the network as it is
     */
    private Map<String, Double> measured(Sensitivities known, Map<String, Double> cut, double loss) {
        Map<String, Double> measured = new HashMap<>();
        weights(weight -> cut.containsKey(weight.name())).linear().forEach(weight -> {
            double gain = loss - trial.loss(List.of(Substitute.none(weight)));
            note(measured, known, weight, gain / Objects.requireNonNull(cut.get(weight.name())));
        });
        compressor.truncate(
                weights(weight -> !cut.containsKey(weight.name())),
                new ProbeRank(),
                truncation -> note(
                        measured,
                        known,
                        truncation.weight(),
                        (trial.loss(List.of(SensitivityMeter.cut(truncation))) - loss) / truncation.relativeLoss()));
        return measured;
    }

    private void note(Map<String, Double> measured, Sensitivities known, LinearWeight weight, double sensitivity) {
        task.step(1);
        Double before = known.byWeight().get(weight.name());
        if (before != null && Double.isFinite(sensitivity)) {
            measured.put(
                    weight.name(),
                    SensitivityMeter.rounded(Math.sqrt(before * Math.max(sensitivity, LEAST_PART * before))));
        }
    }
}
