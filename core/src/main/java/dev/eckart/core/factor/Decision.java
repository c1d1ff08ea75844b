package dev.eckart.core.factor;

/** What is done with one linear weight. */
public sealed interface Decision {

    /** It is replaced by a pair of that rank. */
    record Factor(int rank) implements Decision {}

    /** It stays as it is; {@code because} is for people, without a capital or a full stop. */
    record Keep(String because) implements Decision {}
}
