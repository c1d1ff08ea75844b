package dev.eckart.core.report;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PairTiming;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What became of one weight. */
public record WeightEntry(Identity identity, Decided decided, Storage storage, Predicted predicted, Measured measured) {

    /** Factored: replaced by a pair. Encoded: stored in another form. Kept: could have been. Skipped: could not. */
    public enum Outcome {
        FACTORED,
        ENCODED,
        KEPT,
        SKIPPED
    }

    /**
     * What a weight is in the original.
     *
     * @param operator that takes it
     * @param reading which of several matrices the tensor is read as; empty where there is but one
     * @param shape as stored; for a linear weight {@code [in, out]}
     */
    public record Identity(String name, String operator, String reading, List<Long> shape, String type) {
        public Identity {
            shape = List.copyOf(shape);
        }
    }

    /**
     * What was decided.
     *
     * @param reason why, for people
     * @param rank of what stands there now; 0 for a skipped weight
     * @param breakEvenRank the least at which a pair is no smaller; 0 for a skipped weight
     * @param encoding of what stands there now, as the user writes it; empty where the weight is unchanged
     */
    public record Decided(Outcome outcome, String reason, int rank, int breakEvenRank, Optional<String> encoding) {}

    /**
     * What stores it.
     *
     * @param form the expression that stands there now; empty for a skipped weight
     * @param bytesBefore that stored it; 0 for a skipped weight
     * @param bytesAfter of what stands there now, codes and scales counted; 0 for a skipped weight
     */
    public record Storage(
            String form, long parametersBefore, long parametersAfter, long bytesBefore, long bytesAfter) {}

    /**
     * What the decision should come to, by the numbers that it was made on.
     *
     * @param calibrated whether energy, error and spectrum are those of the weight's outputs on the calibration inputs
     * @param energy of the original that is kept, in [0, 1]
     * @param error ‖W − B·A‖_F / ‖W‖_F, or the same of the outputs, on the original's inputs
     * @param spectrum empty where it was not computed, as for a skipped weight
     */
    public record Predicted(boolean calibrated, double energy, double error, Optional<Spectrum> spectrum) {
        /** Of a weight that stays as it is, whatever it holds. */
        static final Predicted UNCHANGED = new Predicted(false, 1, 0, Optional.empty());
    }

    /**
     * What was measured by running something.
     *
     * @param error of a calibrated weight's outputs, where the compressed network was run as a whole on the calibration
     *     inputs; empty where that was not measured
     * @param sensitivity how much the network's outputs suffer from a relative loss of this weight, if that was measured
     * @param timing of its products, and of those by a pair in its place, where that was wanted
     */
    public record Measured(OptionalDouble error, OptionalDouble sensitivity, Optional<PairTiming> timing) {
        /** Nothing. */
        static final Measured NONE = new Measured(OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty());

        /** The timing, if there is one and it came to numbers. */
        public Optional<PairTiming.Measured> latency() {
            return timing.filter(PairTiming.Measured.class::isInstance).map(PairTiming.Measured.class::cast);
        }
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
        LinearWeight weight = planned.weight();
        return new WeightEntry(
                new Identity(
                        weight.name(),
                        weight.operator(),
                        weight.reading(),
                        List.of((long) weight.rows(), (long) weight.columns()),
                        weight.type().label()),
                new Decided(
                        outcome(planned),
                        planned.reason(),
                        planned.rank(),
                        planned.breakEvenRank(),
                        planned.encoding()),
                new Storage(
                        planned.stored(),
                        weight.parameters(),
                        planned.parametersAfter(),
                        weight.bytes(),
                        planned.bytesAfter()),
                new Predicted(
                        planned.calibrated(),
                        planned.energy(),
                        planned.predictedError(),
                        planned.spectrum().map(WeightSpectrum::spectrum)),
                new Measured(
                        measuredError,
                        planned.spectrum().map(WeightSpectrum::sensitivity).orElse(OptionalDouble.empty()),
                        planned.timing()));
    }

    private static Outcome outcome(PlannedWeight planned) {
        if (planned.isFactored()) {
            return Outcome.FACTORED;
        }
        return planned.isReplaced() ? Outcome.ENCODED : Outcome.KEPT;
    }

    private static WeightEntry of(SkippedWeight skipped) {
        long parameters = skipped.shape().stream().reduce(1L, (a, b) -> a * b);
        return new WeightEntry(
                new Identity(skipped.name(), skipped.operator(), "", skipped.shape(), skipped.type()),
                new Decided(Outcome.SKIPPED, skipped.explanation(), 0, 0, Optional.empty()),
                new Storage("", parameters, parameters, 0, 0),
                Predicted.UNCHANGED,
                Measured.NONE);
    }

    public String name() {
        return identity.name();
    }

    public Outcome outcome() {
        return decided.outcome();
    }

    /** Whether another stored form stands in its place. */
    public boolean isReplaced() {
        return outcome() == Outcome.FACTORED || outcome() == Outcome.ENCODED;
    }

    /** Whether it was replaced for the sake of the size alone: by a pair that was timed, and is not the faster one. */
    public boolean sizeOnly() {
        return outcome() == Outcome.FACTORED
                && measured.latency().filter(latency -> !latency.wins()).isPresent();
    }
}
