package dev.eckart.core.encode;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The encodings that weights are offered, in the order in which they are asked.
 *
 * @param usual for all weights but those
 * @param costly names of the weights that the network's outputs lose most by: they are offered the {@linkplain
 *     Encoding#finer() finer} encodings of the usual ones, if there are any
 */
public record EncodingOrder(List<Encoding> usual, Set<String> costly) {
    public EncodingOrder {
        usual = List.copyOf(usual);
        costly = Set.copyOf(costly);
    }

    /** The same for all weights. */
    public EncodingOrder(List<Encoding> usual) {
        this(usual, Set.of());
    }

    /** The same, but for the costly weights of a network. */
    public EncodingOrder sparing(Set<String> names) {
        return new EncodingOrder(usual, names);
    }

    /** Those for a weight, in order; empty if it is left as it is. */
    public List<Encoding> of(String weight) {
        return of(weight, usual);
    }

    /** As {@link #of(String)}, of some of the usual ones. */
    public List<Encoding> of(String weight, List<Encoding> some) {
        return costly.contains(weight) ? finer(some) : some;
    }

    /** For costly weights. */
    public List<Encoding> finer() {
        return finer(usual);
    }

    private static List<Encoding> finer(List<Encoding> some) {
        return some.stream()
                .map(encoding -> Encodings.answer(encoding, "a finer encoding", encoding::finer))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The encoding of a name, among all that weights are offered. */
    public Optional<Encoding> named(String name) {
        return Stream.concat(usual.stream(), finer().stream())
                .filter(encoding -> encoding.name().equals(name))
                .findFirst();
    }
}
