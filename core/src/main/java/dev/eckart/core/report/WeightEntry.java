package dev.eckart.core.report;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PairTiming;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What became of one weight.
 *
 * @param reading which of several matrices the tensor is read as; empty where there is but one
 * @param shape as stored; for a linear weight {@code [in, out]}
 * @param reason why, for people
 * @param rank of what stands there now; 0 for a skipped weight
 * @param energy of the original that is kept, in [0, 1]
 * @param calibrated whether energy, error and spectrum are those of the weight's outputs on the calibration inputs
 * @param predictedError ‖W − B·A‖_F / ‖W‖_F, or the same of the outputs, on the original's inputs
 * @param measuredError of a calibrated weight's outputs, where the compressed network was run as a whole on the
 *     calibration inputs; empty where that was not measured
 * @param sensitivity how much the network's outputs suffer from a relative loss of this weight, if that was measured
 * @param spectrum empty where it was not computed, as for a skipped weight
 * @param timing of its products, and of those by a pair in its place, where that was wanted
 * @param sizeOnly whether it was replaced though its pair is not faster
 * @param encoding of what stands there now, as the user writes it; empty where the weight is unchanged
 * @param stored the expression that stands there now; empty for a skipped weight
 * @param bytesBefore that stored it; 0 for a skipped weight
 * @param bytesAfter of what stands there now, codes and scales counted; 0 for a skipped weight
 */
public record WeightEntry(
        String name,
        String operator,
        String reading,
        List<Long> shape,
        String type,
        Outcome outcome,
        String reason,
        int rank,
        int breakEvenRank,
        boolean calibrated,
        double energy,
        long parametersBefore,
        long parametersAfter,
        double predictedError,
        OptionalDouble measuredError,
        OptionalDouble sensitivity,
        Optional<Spectrum> spectrum,
        Optional<PairTiming> timing,
        boolean sizeOnly,
        Optional<String> encoding,
        String stored,
        long bytesBefore,
        long bytesAfter) {

    /** Factored: replaced by a pair. Encoded: stored in another form. Kept: could have been. Skipped: could not. */
    public enum Outcome {
        FACTORED,
        ENCODED,
        KEPT,
        SKIPPED
    }

    public WeightEntry {
        shape = List.copyOf(shape);
    }

    /** The timing, if there is one and it came to numbers. */
    public Optional<PairTiming.Measured> latency() {
        return timing.filter(PairTiming.Measured.class::isInstance).map(PairTiming.Measured.class::cast);
    }

    /** An entry for each weight of a plan, the linear ones first; nothing was measured. */
    public static List<WeightEntry> of(CompressionPlan plan) {
        return of(plan, Map.of());
    }

    /**
     * As {@link #of(CompressionPlan)}.
     *
     * @param measuredErrors by name, of those that have one
     */
    public static List<WeightEntry> of(CompressionPlan plan, Map<String, Double> measuredErrors) {
        List<WeightEntry> entries = new ArrayList<>();
        plan.weights().forEach(weight -> {
            Double error = measuredErrors.get(weight.weight().name());
            entries.add(of(weight, error == null ? OptionalDouble.empty() : OptionalDouble.of(error)));
        });
        plan.skipped().forEach(weight -> entries.add(of(weight)));
        return entries;
    }

    private static WeightEntry of(PlannedWeight planned, OptionalDouble measuredError) {
        return new WeightEntry(
                planned.weight().name(),
                planned.weight().operator(),
                planned.weight().reading(),
                List.of((long) planned.weight().rows(), (long) planned.weight().columns()),
                planned.weight().type().label(),
                outcome(planned),
                planned.reason(),
                planned.rank(),
                planned.breakEvenRank(),
                planned.calibrated(),
                planned.energy(),
                planned.weight().parameters(),
                planned.parametersAfter(),
                planned.predictedError(),
                measuredError,
                planned.spectrum().map(WeightSpectrum::sensitivity).orElse(OptionalDouble.empty()),
                planned.spectrum().map(WeightSpectrum::spectrum),
                planned.timing(),
                planned.sizeOnly(),
                planned.encoding(),
                planned.stored(),
                planned.weight().bytes(),
                planned.bytesAfter());
    }

    private static Outcome outcome(PlannedWeight planned) {
        if (planned.isFactored()) {
            return Outcome.FACTORED;
        }
        return planned.isReplaced() ? Outcome.ENCODED : Outcome.KEPT;
    }

    /** Whether another stored form stands in its place. */
    public boolean isReplaced() {
        return outcome == Outcome.FACTORED || outcome == Outcome.ENCODED;
    }

    private static WeightEntry of(SkippedWeight skipped) {
        long parameters = skipped.shape().stream().reduce(1L, (a, b) -> a * b);
        return new WeightEntry(
                skipped.name(),
                skipped.operator(),
                "",
                skipped.shape(),
                skipped.type(),
                Outcome.SKIPPED,
                skipped.explanation(),
                0,
                0,
                false,
                1,
                parameters,
                parameters,
                0,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                "",
                0,
                0);
    }
}
