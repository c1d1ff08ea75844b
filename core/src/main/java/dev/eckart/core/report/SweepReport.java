package dev.eckart.core.report;

import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Latency;
import dev.eckart.core.verify.Loss;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A network at several settings, beside each other.
 *
 * @param version of this tool
 * @param model the original
 * @param seed of made-up inputs
 * @param inputs what was compared on
 * @param samples how many were compared
 * @param settings in the order in which the user named them
 * @param skipped settings that there is nothing to do for in this network, each with the reason
 * @param seconds of the whole
 */
public record SweepReport(
        String version,
        Report.ModelEntry model,
        String backend,
        long seed,
        EvaluationInputs inputs,
        long samples,
        List<Setting> settings,
        List<Skipped> skipped,
        double seconds) {
    public SweepReport {
        settings = List.copyOf(settings);
        skipped = List.copyOf(skipped);
    }

    /**
     * The network at one setting.
     *
     * @param rank the setting, as {@code compress --rank} takes it
     * @param sameAs the setting before it that comes to the same ranks, and that was measured for both
     * @param ranks of the weights that are factored, by name
     * @param kept how many weights could have been factored and were not
     * @param sha256 of the compressed model's file, which {@code compress} writes with this setting
     * @param latency empty where it was not measured
     * @param seconds that it took
     */
    public record Setting(
            String rank,
            Optional<String> sameAs,
            SortedMap<String, Integer> ranks,
            int kept,
            long bytes,
            long parameters,
            long linearParameters,
            String sha256,
            Loss loss,
            Optional<Latency> latency,
            double seconds) {
        public Setting {
            ranks = new TreeMap<>(ranks);
        }
    }

    /** A setting that was left out. */
    public record Skipped(String rank, String reason) {}
}
