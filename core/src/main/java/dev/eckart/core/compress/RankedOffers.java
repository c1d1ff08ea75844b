package dev.eckart.core.compress;

import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.encode.CalibratedInputs;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.encode.LowRank;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.RankedDraft;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.Allocation;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.rank.LossHull;
import dev.eckart.core.spectrum.Spectrum;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.core.stored.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The forms of some ranks that are worth a weight's having beside its others. A form is built to find what it loses, unless what its rank
 * leaves out is enough to show that others lose less in its bytes; where the moments of the singular values are enough for that, not
 * even these are computed.
 *
 * @param view of the weight, in the reading of it that is factored
 * @param others what forms without ranks lose
 */
record RankedOffers(Decider decider, WeightView view, LossHull others) {
    /** Ranks from one to the next: about a quarter. */
    private static final double STEP = 1.26;

    /** The same of forms whose loss follows from the singular values: they need not be built to be weighed. */
    private static final double SMALL_STEP = 1.05;

    /** Of the work of the dense product, what a product of two factors may take: more would be slower than a product of integers. */
    private static final int PART_OF_WORK = 2;

    /** Of what rounding added at the rank above, what it is sure to add at the next. */
    private static final double SURE = 0.5;

    /**
     * Numbers of a weight that may be decomposed to see what ranks are worth: one of 4096×4096 takes minutes, and networks have hundreds of
     * such.
     */
    private static final long MOST_NUMBERS = 1L << 23;

    /**
     * How many times the loss of the smallest other form a pair in its bytes may lose, lest pairs be left alone: what is of full rank
     * there is no better in fewer bytes.
     */
    private static final double COMPARABLE = 4;

    /**
     * The forms.
     *
     * @param variants of one encoding
     */
    List<OfferedForm> of(List<RankedEncoding> variants) {
        if (weight().parameters() > MOST_NUMBERS) {
            return List.of();
        }
        LowRank lowRank = view.lowRank();
        if (lowRank.moments()
                .filter(moments -> isHopeless(variants, rank -> 1 - moments.mostEnergy(rank)))
                .isPresent()) {
            return List.of();
        }
        WeightSpectrum spectrum = lowRank.spectrum();
        if (isHopeless(variants, rank -> square(spectrum.spectrum().relativeError(rank)))) {
            return List.of();
        }
        double unit = unit(spectrum.spectrum());
        List<OfferedForm> found = new ArrayList<>();
        LossHull hull = others;
        for (RankedEncoding variant : variants) {
            found.addAll(of(variant, spectrum, unit, hull));
            hull = others(found);
        }
        return found;
    }

    /** What others and some forms lose. */
    private LossHull others(List<OfferedForm> found) {
        TreeMap<Long, Double> losses = new TreeMap<>(Comparator.reverseOrder());
        others.options().forEach(option -> losses.merge(option.cost(), option.loss(), Math::min));
        found.forEach(form -> losses.merge(form.bytes(), form.loss(), Math::min));
        return LossHull.of(losses.entrySet().stream()
                .map(entry -> new Allocation.Option(entry.getKey(), entry.getValue()))
                .toList());
    }

    /**
     * Whether ranks leave out so much that no variant comes near the smallest of the other forms in its bytes.
     *
     * @param leastLoss of a rank
     */
    private boolean isHopeless(List<RankedEncoding> variants, IntToDoubleFunction leastLoss) {
        Allocation.Option smallest = others.options().get(others.options().size() - 1);
        return variants.stream().filter(RankedEncoding::isOfProducts).count() == variants.size()
                && smallest.cost() < weight().bytes()
                && variants.stream()
                        .allMatch(variant -> ladder(variant, STEP).stream()
                                .filter(rank -> variant.outline(weight(), rank).bytes() <= smallest.cost())
                                .findFirst()
                                .map(rank -> leastLoss.applyAsDouble(rank) > COMPARABLE * smallest.loss())
                                .orElse(true));
    }

    private List<OfferedForm> of(RankedEncoding variant, WeightSpectrum spectrum, double unit, LossHull hull) {
        List<OfferedForm> found = new ArrayList<>();
        RankedDraft draft = Encodings.answer(variant, weight().describe(), () -> variant.draft(view));
        double rounding = 0;
        OptionalDouble known = variant.loss(spectrum, 1);
        for (int rank : ladder(variant, known.isPresent() ? SMALL_STEP : STEP)) {
            double truncated =
                    variant.isOfProducts() ? square(spectrum.spectrum().relativeError(rank)) : 0;
            double least = unit * (truncated + SURE * rounding);
            if (least >= hull.at(variant.outline(weight(), rank).bytes())) {
                continue;
            }
            Offer offer = Encodings.answer(draft, weight().describe(), () -> draft.offer(rank));
            Stored form = decider.held(variant, offer, view, rank);
            double loss = Decider.loss(variant, offer, weight());
            rounding = Math.max(0, loss - truncated);
            found.add(new OfferedForm(
                    new PlannedWeight(
                            spectrum.weight(),
                            Optional.of(spectrum),
                            new Decision.Encode(variant.name(), OptionalInt.of(rank), form, loss)),
                    unit * loss));
        }
        return found;
    }

    /** From the highest rank down: what rounding adds is known of the one above. */
    private List<Integer> ladder(RankedEncoding variant, double step) {
        int most = variant.isOfProducts()
                ? Math.min(variant.breakEven(weight()) - 1, BreakEven.rank(weight()) / PART_OF_WORK)
                : variant.breakEven(weight()) - 1;
        return IntStream.iterate(
                        Math.min(most, weight().smallerSide()),
                        rank -> rank > 0,
                        rank -> Math.min(rank - 1, (int) Math.round(rank / step)))
                .boxed()
                .toList();
    }

    /**
     * What a loss about the inputs' mean comes to of the outputs with their mean: a shift of the bias makes up for what is lost of
     * it.
     */
    private double unit(Spectrum spectrum) {
        Optional<InputStatistics> inputs =
                view.inputs().map(CalibratedInputs::statistics).filter(statistics -> !statistics.isAboutZero());
        if (inputs.isEmpty()) {
            return 1;
        }
        double about = 0;
        for (double sigma : spectrum.singularValues()) {
            about += sigma * sigma;
        }
        double ofMean = square(view.lowRanks()
                .backend()
                .times(inputs.get().mean(), view.weight().values())
                .frobeniusNorm());
        return about > 0 ? about / (about + ofMean) : 1;
    }

    private LinearWeight weight() {
        return view.weight();
    }

    private static double square(double value) {
        return value * value;
    }
}
