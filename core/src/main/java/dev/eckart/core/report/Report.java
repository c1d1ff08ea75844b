package dev.eckart.core.report;

import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Verification;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The account of a run: one value, of which text, JSON and every other form are renderings.
 *
 * @param settings whole, as the run was made with them
 * @param weights all of the original's, in the order in which it runs them
 */
public record Report(
        Run run,
        Networks networks,
        Settings settings,
        Basis basis,
        List<WeightEntry> weights,
        Checks checks,
        Remarks remarks) {
    public Report {
        weights = List.copyOf(weights);
    }

    /** This report, of a setting that was searched for. */
    public Report with(SearchEntry search) {
        return new Report(run, networks, settings, basis.with(search), weights, checks, remarks);
    }

    /** This report, with further notes on its calibration, if there was one. */
    public Report withNotes(List<String> more) {
        return new Report(run, networks, settings, basis.withNotes(more), weights, checks, remarks);
    }

    /** This report, held to an earlier run. */
    public Report with(BaselineEntry earlier) {
        return new Report(run, networks, settings, basis, weights, checks.with(earlier), remarks);
    }

    /** This report, of a plan that replaces no weight. */
    public Report with(NothingToGain nothing) {
        return new Report(run, networks, settings, basis, weights, checks, remarks.with(nothing));
    }

    /** This report, with further warnings, each of which is said once. */
    public Report withWarnings(List<String> more) {
        return new Report(run, networks, settings, basis, weights, checks, remarks.withWarnings(more));
    }

    /** This report, as that of a command that another one was a part of, with the compressed network where it ends up. */
    public Report as(String command, Optional<ModelEntry> output) {
        return new Report(run.as(command), networks.with(output), settings, basis, weights, checks, remarks);
    }

    /** {@link Verdict#PASS} is said only of a run whose outputs were verified, and that something was asked of. */
    public Verdict verdict() {
        if (!passed()) {
            return Verdict.FAIL;
        }
        return checks.asked() && checks.verification().isPresent() ? Verdict.PASS : Verdict.UNJUDGED;
    }

    /**
     * Whether a setting was found, if one was searched for, the verification is sound, every limit met, and nothing worse
     * than in the run that this is held to.
     */
    public boolean passed() {
        return basis.search().flatMap(SearchEntry::unreachable).isEmpty() && checks.passed();
    }

    /**
     * Who ran what.
     *
     * @param version of this tool
     * @param command as the user called it
     */
    public record Run(String version, String command, Seconds seconds) {
        /** The same, as a part of another command. */
        Run as(String outer) {
            return new Run(version, outer, seconds);
        }
    }

    /**
     * The networks of a run.
     *
     * @param model the original
     * @param output the compressed network; empty where none was made
     */
    public record Networks(ModelEntry model, Optional<ModelEntry> output) {
        /** The same, with the compressed network where it ends up. */
        Networks with(Optional<ModelEntry> placed) {
            return new Networks(model, placed);
        }
    }

    /**
     * What the decisions on weights rest on.
     *
     * @param calibration empty where weights were taken as they are
     * @param search empty where the user named the setting
     */
    public record Basis(Optional<CalibrationEntry> calibration, Optional<SearchEntry> search) {
        /** Weights as they are, and a setting that the user named. */
        public static final Basis NONE = of(Optional.empty());

        /** A setting that the user named. */
        public static Basis of(Optional<CalibrationEntry> calibration) {
            return new Basis(calibration, Optional.empty());
        }

        /** The same, of a setting that was searched for. */
        Basis with(SearchEntry found) {
            return new Basis(calibration, Optional.of(found));
        }

        /** The same, with more to know of the calibration, if there was one. */
        Basis withNotes(List<String> more) {
            return new Basis(calibration.map(entry -> entry.with(more)), search);
        }
    }

    /**
     * What the compressed network was held to.
     *
     * @param verification empty where the outputs were not compared
     * @param limits those that the user set
     * @param baseline empty where the run is not held to an earlier one
     */
    public record Checks(
            Optional<Verification> verification, List<Limit.Outcome> limits, Optional<BaselineEntry> baseline) {
        /** Of a network that was neither compared nor held to anything. */
        public static final Checks NONE = of(Optional.empty(), List.of());

        public Checks {
            limits = List.copyOf(limits);
        }

        /** Of a run by itself. */
        public static Checks of(Optional<Verification> verification, List<Limit.Outcome> limits) {
            return new Checks(verification, limits, Optional.empty());
        }

        /** The same, held to an earlier run. */
        Checks with(BaselineEntry earlier) {
            return new Checks(verification, limits, Optional.of(earlier));
        }

        /** Whether the user set anything to hold the network to. */
        boolean asked() {
            return !limits.isEmpty() || baseline.isPresent();
        }

        /** Whether nothing of it failed. */
        boolean passed() {
            return verification.map(Verification::sound).orElse(true)
                    && limits.stream().allMatch(Limit.Outcome::kept)
                    && baseline.map(BaselineEntry::kept).orElse(true);
        }
    }

    /**
     * What people should know beside the numbers.
     *
     * @param warnings sentences on evidence that is too thin for what the report says
     * @param nothingToGain present where no weight is replaced, though that was looked for
     */
    public record Remarks(List<String> warnings, Optional<NothingToGain> nothingToGain) {
        /** Nothing to say. */
        public static final Remarks NONE = new Remarks(List.of(), Optional.empty());

        public Remarks {
            warnings = List.copyOf(warnings);
        }

        /** The same, with further warnings, each of which is said once. */
        Remarks withWarnings(List<String> more) {
            return new Remarks(
                    Stream.concat(warnings.stream(), more.stream()).distinct().toList(), nothingToGain);
        }

        /** The same, of a plan that replaces no weight. */
        Remarks with(NothingToGain nothing) {
            return new Remarks(warnings, Optional.of(nothing));
        }
    }

    /**
     * A network's file, and the data files that it keeps tensors in.
     *
     * @param path empty for a network that was measured and not kept
     * @param bytes of all of them, on disk
     * @param parameters numbers in all stored weights
     * @param linearParameters numbers in the linear weights that could be factored, in their pairs, or stored as codes
     * @param linearBytes that store these, scales counted
     * @param opset version of the standard operators
     * @param fastGelu in how many places it says that it has FastGelu instead of a Gelu by erf
     * @param dataFiles their paths; empty for a network in one file
     */
    public record ModelEntry(
            String path,
            long bytes,
            long parameters,
            long linearParameters,
            long linearBytes,
            long opset,
            int fastGelu,
            List<String> dataFiles) {
        public ModelEntry {
            dataFiles = List.copyOf(dataFiles);
        }

        /** One that says of no place that it has FastGelu there. */
        public ModelEntry(
                String path,
                long bytes,
                long parameters,
                long linearParameters,
                long linearBytes,
                long opset,
                List<String> dataFiles) {
            this(path, bytes, parameters, linearParameters, linearBytes, opset, 0, dataFiles);
        }

        /** The same files in another place; without a path, not kept. */
        public ModelEntry at(String place, List<String> dataPlaces) {
            return new ModelEntry(place, bytes, parameters, linearParameters, linearBytes, opset, fastGelu, dataPlaces);
        }
    }

    /**
     * What the user asked for.
     *
     * @param rank the strategy as the user wrote it; empty where nothing was to be factored
     * @param encoding the encodings as the user wrote them
     * @param calibrated whether weights were judged by what their inputs are like
     * @param refit whether pairs are fitted to what their inputs became by other pairs
     * @param backend that decomposed weights; {@code none} where nothing was to be
     */
    public record Settings(String rank, String encoding, boolean calibrated, boolean refit, long seed, String backend) {
        /** Of a comparison, for which nothing is decomposed. */
        public static Settings ofComparison(long seed) {
            return new Settings("", "", false, false, seed, "");
        }
    }

    /** Where the time went; 0 for what was not done. */
    public record Seconds(double read, double decompose, double rewrite, double verify, double total) {}
}
