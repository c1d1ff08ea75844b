package dev.eckart.core.encode;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Stored;
import java.util.Optional;

/** An encoding by rounding, whose losses a pair can make up for. */
sealed interface Correctable extends Encoding permits BitsEncoding, PackedEncoding {

    /** The form of a weight without a pair, as an outline. */
    Stored rounded(LinearWeight weight);

    /**
     * The form of another matrix in a weight's place.
     *
     * @param inputs that it is multiplied by, as far as what is lost of them matters
     */
    Stored round(LinearWeight weight, Matrix other, Optional<CalibratedInputs> inputs);

    /** The type of a pair that is added to the form. */
    ElementType pairType(LinearWeight weight);
}
