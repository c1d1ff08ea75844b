package dev.eckart.core.report;

import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Verification;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The account of a run: one value, of which text, JSON and every other form are renderings.
 *
 * @param version of this tool
 * @param command as the user called it
 * @param model the original
 * @param output the compressed network; empty where none was made
 * @param weights all of the original's, in the order in which it runs them
 * @param verification empty where the outputs were not compared
 * @param limits those that the user set
 * @param search empty where the user named the setting
 * @param calibration empty where weights were taken as they are
 * @param baseline empty where the run is not held to an earlier one
 * @param warnings sentences on evidence that is too thin for what the report says
 * @param nothingToGain present where no weight is replaced, though that was looked for
 */
public record Report(
        String version,
        String command,
        ModelEntry model,
        Optional<ModelEntry> output,
        Settings settings,
        List<WeightEntry> weights,
        Optional<Verification> verification,
        List<Limit.Outcome> limits,
        Seconds seconds,
        Optional<SearchEntry> search,
        Optional<CalibrationEntry> calibration,
        Optional<BaselineEntry> baseline,
        List<String> warnings,
        Optional<NothingToGain> nothingToGain) {
    public Report {
        weights = List.copyOf(weights);
        limits = List.copyOf(limits);
        warnings = List.copyOf(warnings);
    }

    /** Of a run with a setting that the user named, on weights as they are. */
    public Report(
            String version,
            String command,
            ModelEntry model,
            Optional<ModelEntry> output,
            Settings settings,
            List<WeightEntry> weights,
            Optional<Verification> verification,
            List<Limit.Outcome> limits,
            Seconds seconds) {
        this(
                version,
                command,
                model,
                output,
                settings,
                weights,
                verification,
                limits,
                seconds,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    /** This report, of a setting that was searched for. */
    public Report with(SearchEntry search) {
        return new Report(
                version,
                command,
                model,
                output,
                settings,
                weights,
                verification,
                limits,
                seconds,
                Optional.of(search),
                calibration,
                baseline,
                warnings,
                nothingToGain);
    }

    /** This report, of weights that were judged by a calibration, if there was one. */
    public Report with(Optional<CalibrationEntry> found) {
        Settings calibrated = new Settings(
                settings.rank, settings.encoding, found.isPresent(), settings.refit, settings.seed, settings.backend);
        return new Report(
                version,
                command,
                model,
                output,
                calibrated,
                weights,
                verification,
                limits,
                seconds,
                search,
                found,
                baseline,
                warnings,
                nothingToGain);
    }

    /** This report, held to an earlier run. */
    public Report with(BaselineEntry earlier) {
        return new Report(
                version,
                command,
                model,
                output,
                settings,
                weights,
                verification,
                limits,
                seconds,
                search,
                calibration,
                Optional.of(earlier),
                warnings,
                nothingToGain);
    }

    /** This report, with further warnings, each of which is said once. */
    public Report withWarnings(List<String> more) {
        return new Report(
                version,
                command,
                model,
                output,
                settings,
                weights,
                verification,
                limits,
                seconds,
                search,
                calibration,
                baseline,
                Stream.concat(warnings.stream(), more.stream()).distinct().toList(),
                nothingToGain);
    }

    /** This report, of a plan that replaces no weight. */
    public Report with(NothingToGain nothing) {
        return new Report(
                version,
                command,
                model,
                output,
                settings,
                weights,
                verification,
                limits,
                seconds,
                search,
                calibration,
                baseline,
                warnings,
                Optional.of(nothing));
    }

    /** This report, as that of a command that another one was a part of, with the compressed network where it ends up. */
    public Report as(String command, Optional<ModelEntry> output) {
        return new Report(
                version,
                command,
                model,
                output,
                settings,
                weights,
                verification,
                limits,
                seconds,
                search,
                calibration,
                baseline,
                warnings,
                nothingToGain);
    }

    /** {@link Verdict#PASS} is said only of a run whose outputs were verified, and that something was asked of. */
    public Verdict verdict() {
        if (!passed()) {
            return Verdict.FAIL;
        }
        boolean asked = !limits.isEmpty() || baseline.isPresent();
        return asked && verification.isPresent() ? Verdict.PASS : Verdict.UNJUDGED;
    }

    /**
     * Whether a setting was found, if one was searched for, the verification is sound, every limit met, and nothing worse
     * than in the run that this is held to.
     */
    public boolean passed() {
        return search.flatMap(SearchEntry::unreachable).isEmpty()
                && verification.map(Verification::sound).orElse(true)
                && limits.stream().allMatch(Limit.Outcome::kept)
                && baseline.map(BaselineEntry::kept).orElse(true);
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
     * @param dataFiles their paths; empty for a network in one file
     */
    public record ModelEntry(
            String path,
            long bytes,
            long parameters,
            long linearParameters,
            long linearBytes,
            long opset,
            List<String> dataFiles) {
        public ModelEntry {
            dataFiles = List.copyOf(dataFiles);
        }
    }

    /**
     * What the user asked for.
     *
     * @param rank the strategy as the user wrote it; empty where nothing was to be factored
     * @param encoding the encodings as the user wrote them
     * @param refit whether pairs are fitted to what their inputs became by other pairs
     * @param backend that decomposed weights; {@code none} where nothing was to be
     */
    public record Settings(
            String rank, String encoding, boolean calibrated, boolean refit, long seed, String backend) {}

    /** Where the time went; 0 for what was not done. */
    public record Seconds(double read, double decompose, double rewrite, double verify, double total) {}
}
