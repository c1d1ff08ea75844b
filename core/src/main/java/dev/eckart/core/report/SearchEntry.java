package dev.eckart.core.report;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a setting was found that keeps the user's limits.
 *
 * @param limit the one whose values are listed: the first on how much may be lost
 * @param inputs what was tried was measured on
 * @param tried in the order in which it was
 * @param unreachable where no setting was found, a sentence that says so and which comes closest
 */
public record SearchEntry(String limit, String inputs, List<Tried> tried, Optional<String> unreachable) {
    public SearchEntry {
        tried = List.copyOf(tried);
    }

    /**
     * A setting that was tried.
     *
     * @param rank as {@code compress --rank} takes it
     * @param sizeRatio compressed / original, in bytes
     * @param value measured for the limit
     * @param values measured for all limits, by their names
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
