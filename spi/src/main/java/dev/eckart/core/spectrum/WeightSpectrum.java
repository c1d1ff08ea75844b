package dev.eckart.core.spectrum;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.model.LinearWeight;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A weight and its singular values: what a rank is chosen from.
 *
 * <p>Where there is a calibration of the weight, they are those of its outputs, and their squares the energy of these;
 * a strategy that works on one kind works on the other.
 *
 * @param spectrum what truncating the weight is measured by
 * @param accuracy how the values were found
 * @param calibrated whether they are of the weight's outputs on the calibration inputs
 * @param plain the values of the weight itself; of a calibrated one only if the strategy wants them
 * @param sensitivity how much the network's outputs suffer from a relative loss of this weight, by measurement: 0 or more
 */
public record WeightSpectrum(
        LinearWeight weight,
        Spectrum spectrum,
        Accuracy accuracy,
        boolean calibrated,
        Optional<Spectrum> plain,
        OptionalDouble sensitivity) {
    public WeightSpectrum {
        requireSize(weight, spectrum);
        plain.ifPresent(values -> requireSize(weight, values));
        if (sensitivity.isPresent()
                && !(sensitivity.getAsDouble() >= 0 && Double.isFinite(sensitivity.getAsDouble()))) {
            throw new IllegalArgumentException("%s: expected a sensitivity of 0 or more but was: %s"
                    .formatted(weight.describe(), sensitivity.getAsDouble()));
        }
    }

    /** Of a weight of which nothing else is known. */
    public WeightSpectrum(LinearWeight weight, Spectrum spectrum, Accuracy accuracy) {
        this(weight, spectrum, accuracy, false, Optional.of(spectrum), OptionalDouble.empty());
    }

    /** The same weight, of which something else was measured. */
    public WeightSpectrum withSensitivity(OptionalDouble measured) {
        return new WeightSpectrum(weight, spectrum, accuracy, calibrated, plain, measured);
    }

    private static void requireSize(LinearWeight weight, Spectrum spectrum) {
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
