package dev.eckart.core.report;

import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Limit;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a setting was found that keeps the user's limits.
 *
 * @param limit the one whose values are listed: the first on how much may be lost, or that on the size where no other is set
 * @param inputs what was tried was measured on
 * @param tried in the order in which it was
 * @param unreachable where no setting was found, a sentence that says so and which comes closest
 */
public record SearchEntry(String limit, EvaluationInputs inputs, List<Tried> tried, Optional<String> unreachable) {
    /** Among the values of what was tried, the relative error of the outputs that was predicted. */
    public static final String PREDICTED = "predicted-relative-error";

    public SearchEntry {
        tried = List.copyOf(tried);
    }

    /** The limit by whose values candidates are compared: in a search for a size, the first one on a loss that was measured. */
    public String compared() {
        return limit.equals(Limit.MAX_SIZE_RATIO.label())
                ? tried.stream()
                        .flatMap(each -> each.values().keySet().stream())
                        .filter(name -> !name.equals(limit))
                        .findFirst()
                        .orElse(limit)
                : limit;
    }

    /**
     * A setting that was tried.
     *
     * @param rank as {@code compress --rank} takes it
     * @param sizeRatio compressed / original, in bytes
     * @param value measured for the limit
     * @param values measured for all limits, by their names; in a search for a size also those of losses without a limit; where forms
     *     of weights are chosen together, also the relative error of the outputs, and what was {@linkplain #PREDICTED predicted} of it
     * @param kept whether every limit is kept
     * @param remembered whether it was measured by an earlier run
     */
    public record Tried(
            String rank,
            double sizeRatio,
            double value,
            SortedMap<String, Double> values,
            boolean kept,
            boolean remembered) {
        public Tried {
            values = new TreeMap<>(values);
        }
    }
}
