package dev.eckart.core.spectrum;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.model.LinearWeight;

/**
 * A weight and its singular values: what a rank is chosen from.
 *
 * @param accuracy how the values were found
 */
public record WeightSpectrum(LinearWeight weight, Spectrum spectrum, Accuracy accuracy) {
    public WeightSpectrum {
        if (spectrum.size() != weight.smallerSide()) {
            throw new IllegalArgumentException("%s: expected %d singular values but was: %d"
                    .formatted(weight.describe(), weight.smallerSide(), spectrum.size()));
        }
    }

    /** min(in, out): the largest rank there is. */
    public int smallerSide() {
        return spectrum.size();
    }
}
