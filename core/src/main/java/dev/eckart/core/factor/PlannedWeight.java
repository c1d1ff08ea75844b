package dev.eckart.core.factor;

import dev.eckart.core.file.FileSize;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.Optional;

/**
 * A linear weight, and what is done with it.
 *
 * @param spectrum empty where the weight was kept without its being computed
 * @param calibrated whether it is its outputs on the calibration inputs that errors and energy are of, and not itself
 * @param timing of its pair, where that was to be timed; the weight may have been kept because of it
 */
public record PlannedWeight(
        LinearWeight weight,
        Optional<WeightSpectrum> spectrum,
        Decision decision,
        boolean calibrated,
        Optional<PairTiming> timing) {
    /** The name of the encoding by a pair of factors. */
    public static final String PAIR = "pair";

    public PlannedWeight {
        if (spectrum.isEmpty() && decision instanceof Decision.Factor) {
            throw new IllegalArgumentException("%s: expected its spectrum with a rank".formatted(weight.describe()));
        }
    }

    /** Not timed. */
    public PlannedWeight(
            LinearWeight weight, Optional<WeightSpectrum> spectrum, Decision decision, boolean calibrated) {
        this(weight, spectrum, decision, calibrated, Optional.empty());
    }

    /** Calibrated as the spectrum is. */
    public PlannedWeight(LinearWeight weight, Optional<WeightSpectrum> spectrum, Decision decision) {
        this(
                weight,
                spectrum,
                decision,
                spectrum.map(WeightSpectrum::calibrated).orElse(false));
    }

    /**
     * What follows from a strategy's choice: a pair where one is wanted and smaller than the weight.
     *
     * @throws IllegalArgumentException if the rank is not one of the weight
     */
    public static PlannedWeight of(WeightSpectrum spectrum, RankChoice choice) {
        Decision decision = choice instanceof RankChoice.Truncate truncate
                ? decide(spectrum.weight(), truncate.rank())
                : new Decision.Keep(((RankChoice.Keep) choice).because());
        return new PlannedWeight(spectrum.weight(), Optional.of(spectrum), decision);
    }

    /** One that an encoding stores otherwise. */
    public static PlannedWeight encoded(LinearWeight weight, Decision.Encode encode, boolean calibrated) {
        return new PlannedWeight(weight, Optional.empty(), encode, calibrated);
    }

    /** One that is kept, whatever its spectrum. */
    public static PlannedWeight kept(LinearWeight weight, RankChoice.Keep choice, boolean calibrated) {
        return new PlannedWeight(weight, Optional.empty(), new Decision.Keep(choice.because()), calibrated);
    }

    private static Decision decide(LinearWeight weight, int rank) {
        if (rank < 1 || rank > weight.smallerSide()) {
            throw new IllegalArgumentException("%s: rank %d %s"
                    .formatted(
                            weight.describe(),
                            rank,
                            rank < 1 ? "is below 1" : "exceeds its smaller side " + weight.smallerSide()));
        }
        int breakEven = BreakEven.rank(weight);
        if (rank < breakEven) {
            return new Decision.Factor(rank);
        }
        return new Decision.Keep(
                breakEven <= 1
                        ? BreakEven.TOO_SMALL
                        : "needs rank %d; a pair is smaller only below %d".formatted(rank, breakEven));
    }

    /**
     * What becomes of a weight that is to be replaced, now that its pair was timed. One that could not be is replaced.
     *
     * @param ifSlower what to do if the pair is not the faster one
     */
    public PlannedWeight timed(PairTiming found, IfSlower ifSlower) {
        boolean loses = found instanceof PairTiming.Measured measured && !measured.wins();
        Decision decided = loses && ifSlower == IfSlower.KEEP_DENSE
                ? new Decision.Keep(((PairTiming.Measured) found).sentence())
                : decision;
        return new PlannedWeight(weight, spectrum, decided, calibrated, Optional.of(found));
    }

    /** The same, not replaced after all; {@code because} is for people, without a capital or a full stop. */
    public PlannedWeight unchanged(String because) {
        return new PlannedWeight(weight, spectrum, new Decision.Keep(because), calibrated, timing);
    }

    /** Whether another stored form takes its place. */
    public boolean isReplaced() {
        return !(decision instanceof Decision.Keep);
    }

    /** Whether a pair takes its place. */
    public boolean isFactored() {
        return decision instanceof Decision.Factor;
    }

    /** What it is stored by afterwards, as the user writes it; empty where it is unchanged. */
    public Optional<String> encoding() {
        if (decision instanceof Decision.Encode encode) {
            return Optional.of(encode.encoding());
        }
        return isFactored() ? Optional.of(PAIR) : Optional.empty();
    }

    /** The expression that stores it afterwards, as {@link dev.eckart.core.stored.Stored#text} has it. */
    public String stored() {
        if (decision instanceof Decision.Encode encode) {
            return encode.stored();
        }
        return isFactored() ? "product(dense, dense)" : "dense";
    }

    /** Bytes that store it afterwards: of numbers, codes and scales. */
    public long bytesAfter() {
        if (decision instanceof Decision.Encode encode) {
            return encode.bytes();
        }
        return isFactored() ? parametersAfter() * weight.type().bytes() : weight.bytes();
    }

    /** Whether it is replaced for the sake of the size alone: by a pair that was timed, and is not the faster one. */
    public boolean sizeOnly() {
        return isFactored() && timing.orElse(null) instanceof PairTiming.Measured measured && !measured.wins();
    }

    /** Why it is replaced, or unchanged; for people, without a capital or a full stop. */
    public String reason() {
        if (decision instanceof Decision.Keep keep) {
            return keep.because();
        }
        if (decision instanceof Decision.Encode encode) {
            return "%s takes %s of %s"
                    .formatted(encode.encoding(), new FileSize(encode.bytes()), new FileSize(weight.bytes()));
        }
        String small = "a pair of rank %d is smaller, as any below %d is".formatted(rank(), breakEvenRank());
        return timing.map(found -> "%s; %s%s".formatted(small, sizeOnly() ? "for size only: " : "", found.sentence()))
                .orElse(small);
    }

    public int breakEvenRank() {
        return BreakEven.rank(weight);
    }

    /** The rank it has afterwards: that of the pair, or its smaller side where it is kept. */
    public int rank() {
        return decision instanceof Decision.Factor factor ? factor.rank() : weight.smallerSide();
    }

    /** The share of its energy that is kept, in [0, 1]. */
    public double energy() {
        return truncation().map(spectrum -> spectrum.energy(rank())).orElse(1.0);
    }

    /**
     * What truncation leaves out, and what rounding the factors to their type adds: ‖W − B·A‖_F / ‖W‖_F, or, calibrated,
     * ‖(X−μ)·(W − B·A)‖_F / ‖(X−μ)·W‖_F. Of another stored form W' the same, with W' for B·A.
     */
    public double predictedError() {
        if (decision instanceof Decision.Encode encode) {
            return Math.sqrt(encode.loss());
        }
        return truncation()
                .map(spectrum -> Math.hypot(spectrum.relativeError(rank()), FactorPair.roundingError(weight.type())))
                .orElse(0.0);
    }

    /** What is cut, if something is. */
    private Optional<Spectrum> truncation() {
        return isFactored() ? spectrum.map(WeightSpectrum::spectrum) : Optional.empty();
    }

    /** Numbers that store it afterwards. */
    public long parametersAfter() {
        return decision instanceof Decision.Factor factor
                ? BreakEven.pairParameters(weight.rows(), weight.columns(), factor.rank())
                : weight.parameters();
    }

    /** Bytes that store the weight, less those that do afterwards; 0 where it is unchanged. */
    public long bytesSaved() {
        return weight.bytes() - bytesAfter();
    }
}
