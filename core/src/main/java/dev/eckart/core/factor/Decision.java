package dev.eckart.core.factor;

import dev.eckart.core.stored.Stored;
import java.util.OptionalInt;

/** What is done with one weight. */
public sealed interface Decision {

    /**
     * It is stored in another form.
     *
     * @param encoding that chose the form, as the user writes it, such as {@code pair} or {@code bits:8}
     * @param rank that a strategy chose; empty where the encoding has none
     * @param form the form that takes its place, as an {@linkplain Stored#outline outline}
     * @param loss of the layer's output, relative to its energy, as of {@link dev.eckart.core.encode.Offer#loss}
     */
    record Encode(String encoding, OptionalInt rank, Stored form, double loss) implements Decision {}

    /** It stays as it is; {@code because} is for people, without a capital or a full stop. */
    record Keep(String because) implements Decision {}
}
