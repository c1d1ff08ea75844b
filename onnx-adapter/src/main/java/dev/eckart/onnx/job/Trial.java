package dev.eckart.onnx.job;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.rank.NamedRankSelector;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Loss;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model compressed at one setting, and what was measured of it.
 *
 * @param rank the setting
 * @param weights what it came to, of each weight that can be factored
 * @param bytes of the compressed model's files
 * @param sha256 of its file
 * @param latency empty where it was not measured
 * @param metrics of the task, by name; none where they were not measured
 */
public record Trial(
        String rank,
        List<Weight> weights,
        long bytes,
        long parameters,
        long linearParameters,
        String sha256,
        Loss loss,
        Optional<Latency> latency,
        SortedMap<String, Double> metrics) {
    public Trial {
        weights = List.copyOf(weights);
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }

    /**
     * A weight that can be factored.
     *
     * @param rank of its pair; 0 where it is kept
     * @param breakEven the rank that a pair must stay below
     * @param sides numbers of a pair of rank 1
     * @param numbers of the weight itself
     */
    public record Weight(String name, int rank, int breakEven, long sides, long numbers) {

        static Weight of(PlannedWeight planned) {
            return new Weight(
                    planned.weight().name(),
                    planned.isFactored() ? planned.rank() : 0,
                    planned.breakEvenRank(),
                    (long) planned.weight().rows() + planned.weight().columns(),
                    planned.weight().parameters());
        }

        Weight withRank(int other) {
            return new Weight(name, other, breakEven, sides, numbers);
        }

        boolean factored() {
            return rank > 0;
        }

        /** Numbers that store it. */
        long cost() {
            return factored() ? rank * sides : numbers;
        }
    }

    static List<Weight> weights(CompressionPlan plan) {
        return plan.weights().stream().map(Weight::of).toList();
    }

    /** The ranks of those weights that are factored, by name. */
    static SortedMap<String, Integer> ranks(List<Weight> weights) {
        SortedMap<String, Integer> ranks = new TreeMap<>();
        weights.stream().filter(Weight::factored).forEach(weight -> ranks.put(weight.name(), weight.rank()));
        return ranks;
    }

    /** The setting that says each rank: the same for all settings that come to the same. */
    static String call(List<Weight> weights) {
        return new NamedRankSelector(ranks(weights)).call();
    }

    boolean replacesAny() {
        return weights.stream().anyMatch(Weight::factored);
    }

    Trial at(String other) {
        return new Trial(other, weights, bytes, parameters, linearParameters, sha256, loss, latency, metrics);
    }
}
