package dev.eckart.core.compress;

import dev.eckart.core.factor.Decision;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.model.LinearWeight;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A weight, and the forms in which it can be stored in fewer bytes.
 *
 * @param calibrated whether losses are those of the layer's outputs on the calibration inputs, and not of the weight itself
 * @param offers in whatever order
 * @param because why there are none, for people, without a capital or a full stop
 */
public record OfferedWeight(
        LinearWeight weight, boolean calibrated, List<Decision.Encode> offers, String because) {
    public OfferedWeight {
        offers = List.copyOf(offers);
    }

    /** The offer of the fewest bytes; of several, the truest. */
    public Optional<Decision.Encode> smallest() {
        return offers.stream()
                .min(Comparator.<Decision.Encode>comparingLong(offer -> offer.form().bytes())
                        .thenComparingDouble(Decision.Encode::loss));
    }

    PlannedWeight taking(Optional<Decision.Encode> offer, String otherwise) {
        return offer.map(taken -> PlannedWeight.encoded(weight, taken, calibrated))
                .orElseGet(() -> new PlannedWeight(
                        weight,
                        Optional.empty(),
                        new Decision.Keep(offers.isEmpty() ? because : otherwise),
                        calibrated));
    }
}
