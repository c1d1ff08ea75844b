package dev.eckart.core.encode;

import dev.eckart.core.model.NamePattern;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The encodings that weights are offered, in the order in which they are asked.
 *
 * @param usual for all weights but those
 * @param only by the names of encodings, which weights alone are offered these
 * @param costly names of the weights that the network's outputs lose most by: instead of the encoding that one would take, it is
 *     offered the {@linkplain Encoding#finer() finer} one, if there is any
 */
public record EncodingOrder(List<Encoding> usual, Map<String, NamePattern> only, Set<String> costly) {
    public EncodingOrder {
        usual = List.copyOf(usual);
        only = Map.copyOf(only);
        costly = Set.copyOf(costly);
        if (usual.isEmpty()) {
            throw new IllegalArgumentException("Expected one encoding or more");
        }
    }

    /** The same for all weights. */
    public EncodingOrder(List<Encoding> usual) {
        this(usual, Map.of(), Set.of());
    }

    /** The same, but for the costly weights of a network. */
    public EncodingOrder sparing(Set<String> names) {
        return new EncodingOrder(usual, only, names);
    }

    /** The same, with others of the same names in the place of the encodings. */
    public EncodingOrder map(UnaryOperator<Encoding> replace) {
        return new EncodingOrder(usual.stream().map(replace).toList(), only, costly);
    }

    /** As users write it: {@code packed:4@*table*,bits:7}. */
    public String text() {
        return usual.stream()
                .map(encoding -> encoding.name()
                        + Optional.ofNullable(only.get(encoding.name()))
                                .map(pattern -> "@" + pattern.glob())
                                .orElse(""))
                .collect(Collectors.joining(","));
    }

    /** Of some of the usual ones, those for a weight, in order. */
    public List<Encoding> of(String weight, List<Encoding> some) {
        return some.stream()
                .filter(encoding -> Optional.ofNullable(only.get(encoding.name()))
                        .map(pattern -> pattern.matches(weight))
                        .orElse(true))
                .toList();
    }

    /** Whether a weight is to take the finer encoding instead of one of the usual ones. */
    public boolean isSpared(String weight) {
        return costly.contains(weight);
    }

    /** The finer encoding of one, if there is any. */
    public static Optional<Encoding> finer(Encoding encoding) {
        return Encodings.answer(encoding, "a finer encoding", encoding::finer);
    }

    /** The finer encodings of all. */
    public List<Encoding> finer() {
        return usual.stream()
                .map(EncodingOrder::finer)
                .flatMap(Optional::stream)
                .toList();
    }

    /** The variants of an encoding. */
    public static List<Encoding> variants(Encoding encoding) {
        return Encodings.answer(encoding, "its variants", encoding::variants);
    }

    /** The encoding of a name, among all that weights are offered. */
    public Optional<Encoding> named(String name) {
        return Stream.of(usual.stream(), finer().stream(), usual.stream().flatMap(one -> variants(one).stream()))
                .flatMap(Function.identity())
                .filter(encoding -> encoding.name().equals(name))
                .findFirst();
    }
}
