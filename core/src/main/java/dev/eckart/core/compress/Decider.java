package dev.eckart.core.compress;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Draft;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.encode.LowRank;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.RankedDraft;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.factor.WorthwhileSaving;
import dev.eckart.core.file.FileSize;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.rank.LossHull;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Decides on one weight at a time, and builds what takes its place: from the same analysis, if both are wanted at once.
 *
 * @param order of the encodings, and the weights that are spared
 * @param obstacle why a network cannot store a weight in a form; empty if it can
 */
record Decider(
        EncodingOrder order, WorthwhileSaving worthwhile, BiFunction<LinearWeight, Stored, Optional<String>> obstacle) {
    /**
     * What fewer numbers than this save is little, and what rounding them loses may be much: a table of 2×512 numbers that is
     * added at every position cost a text encoder .002 of its cosine.
     */
    static final int LEAST_NUMBERS = 1025;

    private static final String NOT_OFFERED = "no encoding is offered to its name";

    static final String COSTLY =
            "codes for it would make up much of what the network's outputs lose, for few of the bytes";

    /** Bytes that it takes for a weight of which codes are made. */
    static long bytes(LinearWeight weight) {
        // A tile of numbers aside: codes of one byte, as they are tried and as they are kept.
        return 2 * weight.parameters();
    }

    /** An offer that was chosen, if one was. */
    private record Chosen(PlannedWeight planned, Optional<Offer> offer) {}

    /**
     * Of the encodings of a stage without ranks, the first that has an offer in fewer bytes that the network can store.
     *
     * @param build whether what takes its place is to be built
     */
    Decided of(Stage stage, WeightView view, boolean build) {
        String name = view.weight().name();
        Chosen usual = choose(order.of(name, stage.encodings()), view, stage);
        return decided(order.isSpared(name) ? spared(usual, view, stage) : usual, view, build);
    }

    private Chosen spared(Chosen usual, WeightView view, Stage stage) {
        return usual.planned
                .encoding()
                .map(taken -> stage.encodings().stream()
                        .filter(encoding -> encoding.name().equals(taken))
                        .findFirst()
                        .flatMap(EncodingOrder::finer)
                        .map(finer -> choose(List.of(finer), view, stage))
                        .filter(chosen -> chosen.planned.isReplaced())
                        .orElseGet(() -> kept(view.weight(), COSTLY)))
                .orElse(usual);
    }

    /**
     * The rank that a rule chooses.
     *
     * @param weight as the network has it
     * @param ranks told of what the encoding chooses ranks from
     */
    Decided of(
            Stage stage,
            RankedEncoding encoding,
            LinearWeight weight,
            WeightRankSelector ranks,
            WeightView view,
            boolean build) {
        if (!order.of(weight.name(), stage.encodings()).contains(encoding)) {
            return decided(kept(weight, NOT_OFFERED), view, build);
        }
        return decided(choose(encoding, weight, ranks, view), view, build);
    }

    private Decided decided(Chosen chosen, WeightView view, boolean build) {
        PlannedWeight planned = worthwhile.of(chosen.planned);
        return new Decided(
                planned,
                chosen.offer
                        .filter(any -> build && planned.isReplaced())
                        .map(offer -> BuiltOffer.of(planned.encoding().orElseThrow(), offer, view)));
    }

    private Chosen choose(RankedEncoding encoding, LinearWeight weight, WeightRankSelector ranks, WeightView view) {
        String about = weight.describe();
        if (!encoding.isOfProducts() && weight.parameters() < LEAST_NUMBERS) {
            return kept(weight, "too small to be stored in fewer bits");
        }
        Optional<String> unsuited = obstacle(encoding, weight);
        if (unsuited.isPresent()) {
            return kept(weight, "%s: %s".formatted(encoding.name(), unsuited.get()));
        }
        requireFinite(encoding, view);
        RankedDraft draft = Encodings.answer(encoding, about, () -> encoding.draft(view));
        LowRank lowRank = Encodings.answer(draft, about, draft::lowRank);
        // What a strategy settles, it settles for pairs.
        Optional<RankChoice.Keep> settled = encoding.breakEven(weight) == BreakEven.rank(weight)
                ? lowRank.moments()
                        .flatMap(moments -> RankStrategies.answer(ranks, about, () -> ranks.settle(weight, moments)))
                : Optional.empty();
        if (settled.isPresent()) {
            return new Chosen(
                    PlannedWeight.kept(weight, settled.get(), view.inputs().isPresent()), Optional.empty());
        }
        WeightSpectrum spectrum = lowRank.spectrum();
        RankChoice choice = RankStrategies.answer(ranks, about, () -> ranks.choose(spectrum));
        Offer[] offer = new Offer[1];
        PlannedWeight planned = feasible(
                ranks,
                () -> PlannedWeight.of(spectrum, choice, encoding, rank -> {
                    offer[0] = Encodings.answer(draft, about, () -> draft.offer(rank));
                    held(encoding, offer[0], view, rank);
                    return loss(encoding, offer[0], weight);
                }));
        return new Chosen(planned, Optional.ofNullable(offer[0]));
    }

    private static Stored outline(RankedEncoding encoding, LinearWeight weight) {
        return Encodings.answer(encoding, weight.describe(), () -> encoding.outline(weight, 1));
    }

    /** @throws InvalidInputException where a strategy's choice is not feasible */
    static <R> R feasible(Object selector, Supplier<R> decision) {
        try {
            return decision.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                    "strategy %s made an invalid choice: %s".formatted(Providers.title(selector), e.getMessage()), e);
        }
    }

    private Chosen choose(List<Encoding> encodings, WeightView view, Stage stage) {
        List<String> reasons = new ArrayList<>();
        return first(encodings, view, stage, reasons, encoding -> choose(encoding, view, reasons))
                .orElseGet(() -> kept(view.weight(), String.join("; ", reasons)));
    }

    /**
     * What comes of the first encoding that anything comes of.
     *
     * @param reasons told why nothing comes of others
     * @param take asked of encodings that there is no obstacle to
     */
    private static <T> Optional<T> first(
            List<Encoding> encodings,
            WeightView view,
            Stage stage,
            List<String> reasons,
            Function<Encoding, Optional<T>> take) {
        LinearWeight weight = view.weight();
        if (!stage.isOfProducts() && weight.parameters() < LEAST_NUMBERS) {
            reasons.add("too small to be stored in fewer bits");
            return Optional.empty();
        }
        if (encodings.isEmpty()) {
            reasons.add(NOT_OFFERED);
        }
        for (Encoding encoding : encodings) {
            Optional<String> unsuited = Encodings.answer(encoding, weight.describe(), () -> encoding.obstacle(weight));
            if (unsuited.isPresent()) {
                reasons.add("%s: %s".formatted(encoding.name(), unsuited.get()));
                continue;
            }
            Optional<T> taken = take.apply(encoding);
            if (taken.isPresent()) {
                return taken;
            }
        }
        return Optional.empty();
    }

    private static Chosen kept(LinearWeight weight, String because) {
        return new Chosen(new PlannedWeight(weight, Optional.empty(), new Decision.Keep(because)), Optional.empty());
    }

    /**
     * All that the first encoding of a stage has to offer a weight that has anything to offer, in any of its variants: what takes fewer
     * bytes and the network can store.
     */
    OfferedWeight offers(Stage stage, WeightView view) {
        List<String> reasons = new ArrayList<>();
        List<OfferedForm> offers = first(
                        order.of(view.weight().name(), stage.encodings()),
                        view,
                        stage,
                        reasons,
                        encoding ->
                                Optional.of(variants(encoding, view, reasons)).filter(all -> !all.isEmpty()))
                .orElse(List.of());
        return new OfferedWeight(view.weight(), offers, String.join("; ", reasons));
    }

    private List<OfferedForm> variants(Encoding encoding, WeightView view, List<String> reasons) {
        List<Encoding> variants = EncodingOrder.variants(encoding);
        Stream<OfferedForm> usual =
                variants.stream().flatMap(variant -> form(variant, view, reasons, OfferedForm.Use.USUAL).stream());
        // Whoever names the bits is given no others.
        Stream<OfferedForm> finer = variants.size() == 1
                ? Stream.empty()
                : EncodingOrder.finer(encoding).stream()
                        .filter(one -> Encodings.answer(
                                        one, view.weight().describe(), () -> one.obstacle(view.weight()))
                                .isEmpty())
                        .flatMap(one -> form(one, view, new ArrayList<>(), OfferedForm.Use.SPARING).stream());
        return Stream.concat(usual, finer).toList();
    }

    private Optional<OfferedForm> form(Encoding variant, WeightView view, List<String> reasons, OfferedForm.Use use) {
        return choose(variant, view, reasons)
                .map(chosen -> new OfferedForm(
                        chosen.planned, lossInUse(variant, chosen.offer.orElseThrow(), view.weight()), use));
    }

    /**
     * What an encoding with ranks has to offer a weight beside its other forms.
     *
     * @param weight as the network has it
     * @param others what those lose
     */
    List<OfferedForm> offers(
            Stage stage, RankedEncoding encoding, LinearWeight weight, WeightView view, LossHull others) {
        if (!order.of(weight.name(), stage.encodings()).contains(encoding)
                || (!encoding.isOfProducts() && weight.parameters() < LEAST_NUMBERS)
                || obstacle(encoding, weight).isPresent()) {
            return List.of();
        }
        requireFinite(encoding, view);
        return new RankedOffers(this, view, others)
                .of(EncodingOrder.variants(encoding).stream()
                        .map(RankedEncoding.class::cast)
                        .toList());
    }

    private Optional<String> obstacle(RankedEncoding encoding, LinearWeight weight) {
        return Encodings.answer(encoding, weight.describe(), () -> encoding.obstacle(weight))
                .or(() -> obstacle.apply(weight, outline(encoding, weight)));
    }

    /** The form of a rank, held to what an encoding says of it. */
    Stored held(RankedEncoding encoding, Offer offer, WeightView view, int rank) {
        requireForm(encoding, offer, view);
        requireOutline(encoding, offer, view, rank);
        return Encodings.answer(offer, view.weight().describe(), offer::outline);
    }

    /** The first of an encoding's offers that takes fewer bytes and that the network can store. */
    private Optional<Chosen> choose(Encoding encoding, WeightView view, List<String> reasons) {
        LinearWeight weight = view.weight();
        List<Offer> smaller = smaller(encoding, view);
        if (smaller.isEmpty()) {
            reasons.add("%s is not smaller than its %s".formatted(encoding.name(), new FileSize(weight.bytes())));
            return Optional.empty();
        }
        Optional<String> unstorable = Optional.empty();
        for (Offer offer : smaller) {
            requireForm(encoding, offer, view);
            Stored form = Encodings.answer(offer, weight.describe(), offer::outline);
            unstorable = obstacle.apply(weight, form);
            if (unstorable.isEmpty()) {
                Decision.Encode encode =
                        new Decision.Encode(encoding.name(), OptionalInt.empty(), form, loss(encoding, offer, weight));
                return Optional.of(new Chosen(
                        PlannedWeight.encoded(weight, encode, view.inputs().isPresent()), Optional.of(offer)));
            }
        }
        reasons.add("%s: %s".formatted(encoding.name(), unstorable.orElseThrow()));
        return Optional.empty();
    }

    private static List<Offer> smaller(Encoding encoding, WeightView view) {
        LinearWeight weight = view.weight();
        String about = weight.describe();
        requireFinite(encoding, view);
        Draft draft = Encodings.answer(encoding, about, () -> encoding.draft(view));
        return Encodings.answer(draft, about, draft::offers).stream()
                .filter(offer -> Encodings.answer(offer, about, offer::bytes) < weight.bytes())
                .toList();
    }

    /** Authors of plug-ins need not look for numbers that are none: such a weight stays as it is. */
    private static void requireFinite(Encoding encoding, WeightView view) {
        if (Providers.isBuiltIn(encoding)) {
            return;
        }
        MatrixSource values = view.weight().values();
        double[] row = new double[values.columns()];
        for (int i = 0; i < values.rows(); i++) {
            values.read(i, 0, 1, row.length, row);
            for (int j = 0; j < row.length; j++) {
                if (!Double.isFinite(row[j])) {
                    throw NonFiniteValueException.at(i, j, row[j]);
                }
            }
        }
    }

    /** Only a product of two factors takes the place of what multiplies by the weight; all else makes up the constant. */
    private static void requireForm(Encoding encoding, Offer offer, WeightView view) {
        LinearWeight weight = view.weight();
        Stored form = Encodings.answer(offer, weight.describe(), offer::outline);
        if (form.rows() != weight.rows() || form.columns() != weight.columns()) {
            throw wrong(encoding, offer, weight, "a form [%d×%d]".formatted(form.rows(), form.columns()));
        }
        if (form instanceof Product != encoding.isOfProducts()) {
            throw wrong(
                    encoding,
                    offer,
                    weight,
                    "%s where isOfProducts() is %s".formatted(form.text(), encoding.isOfProducts()));
        }
    }

    private static void requireOutline(RankedEncoding encoding, Offer offer, WeightView view, int rank) {
        String about = view.weight().describe();
        Stored outline = Encodings.answer(encoding, about, () -> encoding.outline(view.weight(), rank));
        Stored form = Encodings.answer(offer, about, offer::outline);
        if (form.bytes() != outline.bytes() || !form.text().equals(outline.text())) {
            throw wrong(
                    encoding,
                    offer,
                    view.weight(),
                    "%s of %d bytes where its outline of rank %d is %s of %d"
                            .formatted(form.text(), form.bytes(), rank, outline.text(), outline.bytes()));
        }
    }

    private static InvalidInputException wrong(Encoding encoding, Offer offer, LinearWeight weight, String what) {
        return new InvalidInputException("encoding `%s` (%s) offers %s for %s; tell its author"
                .formatted(encoding.name(), Providers.title(offer), what, weight.describe()));
    }

    static double loss(Encoding encoding, Offer offer, LinearWeight weight) {
        return known(Encodings.answer(offer, weight.describe(), offer::loss), encoding, offer, weight);
    }

    private static double lossInUse(Encoding encoding, Offer offer, LinearWeight weight) {
        return known(Encodings.answer(offer, weight.describe(), offer::lossInUse), encoding, offer, weight);
    }

    private static double known(double loss, Encoding encoding, Offer offer, LinearWeight weight) {
        if (!(loss >= 0 && Double.isFinite(loss))) {
            throw wrong(encoding, offer, weight, "a loss of %s, which is no number from 0,".formatted(loss));
        }
        return loss;
    }

    /** Builds what was planned, from an analysis of its own. */
    Replacement build(PlannedWeight planned, Encoding encoding, WeightView view) {
        String about = planned.weight().describe();
        Offer offer;
        if (planned.chosenRank().isPresent() && encoding instanceof RankedEncoding ranked) {
            int rank = planned.chosenRank().getAsInt();
            RankedDraft draft = Encodings.answer(encoding, about, () -> ranked.draft(view));
            offer = Encodings.answer(draft, about, () -> draft.offer(rank));
        } else {
            Stored form = planned.form().orElseThrow();
            offer = smaller(encoding, view).stream()
                    .filter(one -> one.outline().equals(form))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "%s offers nothing for %s any more".formatted(encoding.name(), about)));
        }
        return BuiltOffer.of(encoding.name(), offer, view);
    }
}
