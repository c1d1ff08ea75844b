package dev.eckart.core.report;

import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.RunTime;
import dev.eckart.core.verify.Verification;
import java.util.List;
import java.util.Optional;

/**
 * Networks of anybody's making beside the one that they stand for, on the same inputs.
 *
 * @param version of this tool
 * @param seed of made-up inputs
 * @param threads of a run
 * @param original the network that the others stand for
 * @param models the others, in the order in which the user named them; one or more
 * @param warnings sentences on what makes the numbers less certain than they look
 * @param seconds of the whole
 */
public record ComparisonReport(
        String version,
        long seed,
        int threads,
        Measured original,
        List<Compared> models,
        List<String> warnings,
        double seconds) {
    public ComparisonReport {
        models = List.copyOf(models);
        warnings = List.copyOf(warnings);
        if (models.isEmpty()) {
            throw new IllegalArgumentException("Expected one network or more beside the original");
        }
    }

    /**
     * A network's files and what it takes to run it.
     *
     * @param bytes of its file and its data files
     * @param loadMs median time of loading it, in milliseconds
     * @param run empty where latency was not measured
     * @param memory empty where it was not measured
     */
    public record Measured(
            String path,
            long bytes,
            List<String> dataFiles,
            double loadMs,
            Optional<RunTime> run,
            Optional<Memory.Taken> memory) {
        public Measured {
            dataFiles = List.copyOf(dataFiles);
        }
    }

    /**
     * A network beside the original.
     *
     * @param verification what is lost, without a proof: nothing is asked of who made it
     * @param limits each beside what was measured
     */
    public record Compared(Measured model, Verification verification, List<Limit.Outcome> limits) {
        public Compared {
            limits = List.copyOf(limits);
        }

        /** Whether its outputs are finite, and every limit is met. */
        public boolean passed() {
            return verification.sound() && limits.stream().allMatch(Limit.Outcome::kept);
        }
    }

    /** What it comes to: a limit that one network exceeds is exceeded. */
    public Verdict verdict() {
        if (!models.stream().allMatch(Compared::passed)) {
            return Verdict.FAIL;
        }
        return models.get(0).limits().isEmpty() ? Verdict.UNJUDGED : Verdict.PASS;
    }

    /** The front of size against loss, by the measure that tells most of what the networks are for. */
    public ParetoFront front() {
        return ParetoFront.of(models);
    }

    /** The letters by which tables and pictures call a network: A for the first, and after Z comes AA. */
    public static String letters(int model) {
        String last = String.valueOf((char) ('A' + model % 26));
        return model < 26 ? last : letters(model / 26 - 1) + last;
    }

    /** Compressed / original, in bytes. */
    public double sizeRatio(Compared model) {
        return (double) model.model().bytes() / original.bytes();
    }
}
