package dev.eckart.core.compress;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.plugin.Providers;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Stored;
import java.util.Optional;

/** What comes of an offer, held to what it said. */
final class BuiltOffer {
    /** How far a relative error may be off, as in what is written: an adapter holds files to the same. */
    private static final double ABSOLUTE = 1e-3;

    private static final double RELATIVE = 0.01;

    private BuiltOffer() {}

    /**
     * Builds an offer.
     *
     * @param encoding its name
     * @throws InvalidInputException if, in a plug-in, it fails, or builds anything but what it offered
     */
    static Replacement of(String encoding, Offer offer, WeightView view) {
        LinearWeight weight = view.weight();
        String about = weight.describe();
        Stored outline = Encodings.answer(offer, about, offer::outline);
        Stored form = Encodings.answer(offer, about, offer::build);
        if (form.rows() != weight.rows() || form.columns() != weight.columns()) {
            throw wrong(encoding, offer, weight, "a form [%d×%d]".formatted(form.rows(), form.columns()));
        }
        if (form.bytes() != outline.bytes() || !form.text().equals(outline.text())) {
            throw wrong(
                    encoding,
                    offer,
                    weight,
                    "%s of %d bytes where it offered %s of %d"
                            .formatted(form.text(), form.bytes(), outline.text(), outline.bytes()));
        }
        long bytes = Encodings.answer(offer, about, offer::bytes);
        if (form.bytes() != bytes) {
            throw wrong(
                    encoding,
                    offer,
                    weight,
                    "%s of %d bytes where it offered %d".formatted(form.text(), form.bytes(), bytes));
        }
        requireNumbers(encoding, offer, form, form.text(), weight);
        requireLoss(encoding, offer, form, view);
        Optional<MatrixSource> shift = Encodings.answer(offer, about, offer::biasShift);
        if (shift.isPresent() && (shift.get().rows() != 1 || shift.get().columns() != weight.columns())) {
            throw wrong(
                    encoding,
                    offer,
                    weight,
                    "a shift [%d×%d]".formatted(shift.get().rows(), shift.get().columns()));
        }
        shift.ifPresent(row -> requireNumbers(encoding, offer, new Dense(row, ElementType.FLOAT64), "a shift", weight));
        return new Replacement(weight, form, shift);
    }

    /** What is built in is held to this by tests: it takes a pass over the numbers. */
    private static void requireNumbers(String encoding, Offer offer, Stored form, String name, LinearWeight weight) {
        if (!Providers.isBuiltIn(offer)) {
            Encodings.answer(offer, weight.describe(), () -> StoredNumbers.fault(form, weight.type()))
                    .ifPresent(fault -> {
                        throw wrong(encoding, offer, weight, "%s with %s".formatted(name, fault));
                    });
        }
    }

    /** As {@link #requireNumbers}: what is built in says what it loses, and reports say it after it. */
    private static void requireLoss(String encoding, Offer offer, Stored form, WeightView view) {
        if (Providers.isBuiltIn(offer)) {
            return;
        }
        LinearWeight weight = view.weight();
        double offered = Math.sqrt(Encodings.answer(offer, weight.describe(), offer::loss));
        double built = Math.sqrt(view.loss(form.toMatrix(view.lowRanks()::backend)));
        // Numbers of a form are yet to be rounded to their type.
        double tolerance = ABSOLUTE + RELATIVE * offered + FactorPair.roundingError(weight.type());
        if (!(Math.abs(built - offered) <= tolerance)) {
            throw wrong(
                    encoding,
                    offer,
                    weight,
                    "%s with a relative error of %.4g where it offered %.4g".formatted(form.text(), built, offered));
        }
    }

    private static InvalidInputException wrong(String encoding, Offer offer, LinearWeight weight, String what) {
        return new InvalidInputException("encoding `%s` (%s) built %s for %s; tell its author"
                .formatted(encoding, Providers.title(offer), what, weight.describe()));
    }
}
