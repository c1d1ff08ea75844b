package dev.eckart.core.factor;

/** What is done with one linear weight. */
public sealed interface Decision {

    /** It is replaced by a pair of that rank. */
    record Factor(int rank) implements Decision {}

    /**
     * It is stored otherwise by an encoding, as the same number of numbers in fewer bytes.
     *
     * @param encoding what the user wrote to have it, such as {@code bits:8}
     * @param stored the expression that takes its place, as {@link dev.eckart.core.stored.Stored#text} has it
     * @param bytes of the stored form
     * @param loss of the layer's output, relative to its energy, as of {@link dev.eckart.core.encode.Offer#loss}
     */
    record Encode(String encoding, String stored, long bytes, double loss) implements Decision {}

    /** It stays as it is; {@code because} is for people, without a capital or a full stop. */
    record Keep(String because) implements Decision {}
}
