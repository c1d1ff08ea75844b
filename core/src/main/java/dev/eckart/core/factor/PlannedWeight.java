package dev.eckart.core.factor;

import dev.eckart.core.file.FileSize;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;

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
    public PlannedWeight {
        if (spectrum.isEmpty()
                && decision instanceof Decision.Encode encode
                && encode.rank().isPresent()) {
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
     * What follows from a strategy's choice: a form of the rank where one is wanted and smaller than the weight.
     *
     * @param form what the rank is of, whose loss follows from the singular values
     * @throws IllegalArgumentException if the rank is not one of the weight
     */
    public static PlannedWeight of(WeightSpectrum spectrum, RankChoice choice, RankedForm form) {
        return of(spectrum, choice, form, rank -> form.loss(spectrum, rank).orElseThrow());
    }

    /**
     * As {@link #of(WeightSpectrum, RankChoice, RankedForm)}.
     *
     * @param loss of the form of a rank; asked for where it is to be had
     */
    public static PlannedWeight of(
            WeightSpectrum spectrum, RankChoice choice, RankedForm form, IntToDoubleFunction loss) {
        Decision decision = choice instanceof RankChoice.Truncate truncate
                ? decide(spectrum.weight(), truncate.rank(), form, loss)
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

    private static Decision decide(LinearWeight weight, int rank, RankedForm form, IntToDoubleFunction loss) {
        if (rank < 1 || rank > weight.smallerSide()) {
            throw new IllegalArgumentException("%s: rank %d %s"
                    .formatted(
                            weight.describe(),
                            rank,
                            rank < 1 ? "is below 1" : "exceeds its smaller side " + weight.smallerSide()));
        }
        int breakEven = form.breakEven(weight);
        if (rank < breakEven) {
            return new Decision.Encode(
                    form.name(), OptionalInt.of(rank), form.outline(weight, rank), loss.applyAsDouble(rank));
        }
        String one = form.name().equals(RankedForm.PAIR) ? "a pair" : form.name();
        return new Decision.Keep(
                breakEven <= 1
                        ? BreakEven.tooSmallFor(one)
                        : "needs rank %d; %s is smaller only below %d".formatted(rank, one, breakEven));
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
        return decision instanceof Decision.Encode;
    }

    /** The form that takes its place, as an outline; empty where it is unchanged. */
    public Optional<Stored> form() {
        return encode().map(Decision.Encode::form);
    }

    /** How it is stored otherwise; empty where it is unchanged. */
    public Optional<Decision.Encode> encode() {
        return decision instanceof Decision.Encode encode ? Optional.of(encode) : Optional.empty();
    }

    /** Whether a product of two factors takes its place, so that x·W becomes (x·B)·A. */
    public boolean isFactored() {
        return form().filter(Product.class::isInstance).isPresent();
    }

    /** What it is stored by afterwards, as the user writes it; empty where it is unchanged. */
    public Optional<String> encoding() {
        return encode().map(Decision.Encode::encoding);
    }

    /** The expression that stores it afterwards, as {@link Stored#text} has it. */
    public String stored() {
        return form().map(Stored::text).orElse("dense");
    }

    /** Bytes that store it afterwards: of numbers, codes and scales. */
    public long bytesAfter() {
        return form().map(Stored::bytes).orElse(weight.bytes());
    }

    /** Whether it is replaced for the sake of the size alone: by a pair that was timed, and is not the faster one. */
    public boolean sizeOnly() {
        return isFactored() && timing.orElse(null) instanceof PairTiming.Measured measured && !measured.wins();
    }

    /** Why it is replaced, or unchanged; for people, without a capital or a full stop. */
    public String reason() {
        if (decision instanceof Decision.Encode encode) {
            String small = because(encode);
            return timing.map(
                            found -> "%s; %s%s".formatted(small, sizeOnly() ? "for size only: " : "", found.sentence()))
                    .orElse(small);
        }
        return ((Decision.Keep) decision).because();
    }

    private String because(Decision.Encode encode) {
        if (encode.encoding().equals(RankedForm.PAIR)) {
            return "a pair of rank %d is smaller, as any below %d is".formatted(rank(), breakEvenRank());
        }
        return "%s%s takes %s of %s"
                .formatted(
                        encode.encoding(),
                        encode.rank().isPresent() ? " of rank " + encode.rank().getAsInt() : "",
                        new FileSize(bytesAfter()),
                        new FileSize(weight.bytes()));
    }

    public int breakEvenRank() {
        return BreakEven.rank(weight);
    }

    /** The rank that a strategy chose for the form that takes its place; empty where that has none. */
    public OptionalInt chosenRank() {
        return encode().map(Decision.Encode::rank).orElse(OptionalInt.empty());
    }

    /** The rank it has afterwards: that of the two factors, or its smaller side. */
    public int rank() {
        return isFactored() ? chosenRank().orElse(weight.smallerSide()) : weight.smallerSide();
    }

    /** The share of its energy that is kept by the rank, in [0, 1]. */
    public double energy() {
        return isFactored() ? spectrum.map(of -> of.spectrum().energy(rank())).orElse(1.0) : 1.0;
    }

    /**
     * ‖W − W'‖_F / ‖W‖_F, or, calibrated, ‖(X−μ)·(W − W')‖_F / ‖(X−μ)·W‖_F, with W' the form that takes its place: what
     * truncation leaves out, and what rounding adds.
     */
    public double predictedError() {
        return encode().map(encode -> Math.sqrt(encode.loss())).orElse(0.0);
    }

    /** Numbers that store it afterwards. */
    public long parametersAfter() {
        return form().map(Stored::numbers).orElse(weight.parameters());
    }

    /** Bytes that store the weight, less those that do afterwards; 0 where it is unchanged. */
    public long bytesSaved() {
        return weight.bytes() - bytesAfter();
    }
}
