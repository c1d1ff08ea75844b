package dev.eckart.core.compress;

import dev.eckart.core.encode.Draft;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.file.FileSize;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.model.SkipReason;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.stored.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The choice of a stored form for a weight: of the encodings, the first that has an offer in fewer bytes, and of its offers
 * the one that loses least.
 *
 * @param order of the encodings
 * @param obstacle why a network cannot store a weight in a form; empty if it can
 */
record EncodingChoice(EncodingOrder order, BiFunction<LinearWeight, Stored, Optional<String>> obstacle) {
    /**
     * What fewer numbers than this save is little, and what rounding them loses may be much: a table of 2×512 numbers that is
     * added at every position cost a text encoder .002 of its cosine.
     */
    static final int LEAST_NUMBERS = 1025;

    private static final String COSTLY =
            "codes for it would make up much of what the network's outputs lose, for few of the bytes";

    /** What was decided on a weight, and the form, if it is to have one. */
    record Chosen(PlannedWeight planned, Optional<Stored> stored) {}

    /** Bytes that the choice takes for a weight while it is made. */
    static long bytes(LinearWeight weight) {
        // A tile of numbers aside: codes of one byte, as they are tried and as they are kept.
        return 2 * weight.parameters();
    }

    Worked<Chosen> of(WeightView view) {
        LinearWeight weight = view.weight();
        if (weight.parameters() < LEAST_NUMBERS) {
            return kept(weight, "too small to be stored in fewer bits");
        }
        List<Encoding> encodings = order.of(weight.name());
        if (encodings.isEmpty()) {
            return kept(weight, COSTLY);
        }
        List<String> reasons = new ArrayList<>();
        for (Encoding encoding : encodings) {
            Optional<String> unsuited = Encodings.answer(encoding, weight.describe(), () -> encoding.obstacle(weight));
            if (unsuited.isPresent()) {
                reasons.add("%s: %s".formatted(encoding.name(), unsuited.get()));
                continue;
            }
            Optional<Chosen> chosen;
            try {
                chosen = choose(encoding, view, reasons);
            } catch (NonFiniteValueException e) {
                return Worked.skipped(SkippedWeight.of(weight, SkipReason.NOT_FINITE, String.valueOf(e.getMessage())));
            }
            if (chosen.isPresent()) {
                return Worked.done(chosen.get());
            }
        }
        return kept(weight, String.join("; ", reasons));
    }

    private static Worked<Chosen> kept(LinearWeight weight, String because) {
        return Worked.done(
                new Chosen(new PlannedWeight(weight, Optional.empty(), new Decision.Keep(because)), Optional.empty()));
    }

    private Optional<Chosen> choose(Encoding encoding, WeightView view, List<String> reasons) {
        LinearWeight weight = view.weight();
        String about = weight.describe();
        Draft draft = Encodings.answer(encoding, about, () -> encoding.draft(view));
        Optional<Offer> best = Encodings.answer(draft, about, draft::offers).stream()
                .filter(offer -> Encodings.answer(offer, about, offer::bytes) < weight.bytes())
                .min(Comparator.comparingDouble(offer -> Encodings.answer(offer, about, offer::loss)));
        if (best.isEmpty()) {
            reasons.add("%s is not smaller than its %s".formatted(encoding.name(), new FileSize(weight.bytes())));
            return Optional.empty();
        }
        Offer offer = best.get();
        Stored form = Encodings.answer(offer, about, offer::build);
        Optional<String> unstorable = obstacle.apply(weight, form);
        if (unstorable.isPresent()) {
            reasons.add("%s: %s".formatted(encoding.name(), unstorable.get()));
            return Optional.empty();
        }
        Decision.Encode encode = new Decision.Encode(encoding.name(), form.text(), offer.bytes(), offer.loss());
        return Optional.of(
                new Chosen(PlannedWeight.encoded(weight, encode, view.inputs().isPresent()), Optional.of(form)));
    }
}
