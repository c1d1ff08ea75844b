package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.factor.RankedForm;
import dev.eckart.core.model.NamePattern;
import dev.eckart.onnx.job.SizeAim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The stored forms that weights are offered. */
final class EncodingOptions {
    private static final String ANY = "pair,pair-bits,bits";
    private static final String STANDARD_CALIBRATED = "pair,pair-bits,int8,bits";
    private static final String ANY_CALIBRATED = "pair,pair-bits,int8,packed,bits";

    /** The encoding whose codes operators of ONNX Runtime's own compute on. */
    private static final String PACKED = "packed";

    /** Whose operators a model may have. */
    enum Operators {
        STANDARD,
        ANY
    }

    @Option(
            names = "--encoding",
            paramLabel = "LIST",
            description =
                    "How weights are stored: pair (the default without --size; --rank says which), bits:8 (codes of 8 bits, or of 2"
                            + " to 7, with a scale for each output, for every operator that takes a constant), any that"
                            + " `eckart encodings` lists, or several, as in pair,bits:8: a weight takes the first that"
                            + " makes it smaller. packed:4@PATTERN offers one only to weights of such names.")
    private @Nullable String list;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            description =
                    "The truest model in files of that size, such as 15%% of MODEL or 15MB: each weight gets the bits and"
                            + " the rank that this allows it, of those encodings of --encoding that have ranks and of the first other that"
                            + " serves it (default: pair,pair-bits,int8,packed,bits with --calibration, and without int8 and packed"
                            + " where inputs are not known, which are not rounded then).")
    private @Nullable String size;

    @Option(
            names = "--operators",
            paramLabel = "standard|any",
            defaultValue = "any",
            description =
                    "standard: only operators of ONNX's own, for a model that is to run elsewhere than on ONNX Runtime, so that packed"
                            + " is left out (default: any). Operators that MODEL has stay in either case.")
    private Operators operators = Operators.ANY;

    /** Whether the user asked for pairs, and nothing else. */
    boolean pairsAlone() {
        return list != null && list.equals(RankedForm.PAIR);
    }

    /** Whether the model is to have no operators but ONNX's own beside those that it has. */
    boolean isStandard() {
        return operators == Operators.STANDARD;
    }

    /** Whether the user named no encodings. */
    boolean isUnset() {
        return list == null;
    }

    /** Pairs alone. */
    EncodingOrder pairs(PluginOptions plugins) {
        return new EncodingOrder(List.of(plugins.encodings().select(RankedForm.PAIR)));
    }

    /** Whether there is anything to choose for a weight but to leave it as it is: bits, or a rank. */
    static boolean leaveAChoice(EncodingOrder encodings) {
        return encodings.usual().stream()
                .anyMatch(encoding -> encoding instanceof RankedEncoding
                        || EncodingOrder.variants(encoding).size() > 1);
    }

    /**
     * Refuses a size in bytes where there are several models, of which none is known to be meant.
     *
     * @throws InvalidInputException also if it is no size
     */
    void requireShare() {
        Optional.ofNullable(size)
                .map(SizeAim::parse)
                .filter(aim -> aim.share().isEmpty())
                .ifPresent(aim -> {
                    throw new InvalidInputException(
                            "--size %s: the folder has several models, for each of which this would be the size; give a share of each, such as 25%%"
                                    .formatted(aim.text()));
                });
    }

    /** Whether there is a size to keep to. */
    boolean hasSize() {
        return size != null;
    }

    /**
     * The size to keep to, if there is one.
     *
     * @throws InvalidInputException if it is none, or an encoding is of products and has no ranks
     */
    Optional<SizeAim> size(EncodingOrder encodings) {
        Optional<SizeAim> aim = Optional.ofNullable(size).map(SizeAim::parse);
        aim.ifPresent(any -> encodings.usual().stream()
                .filter(encoding -> encoding.isOfProducts() && !(encoding instanceof RankedEncoding))
                .findFirst()
                .ifPresent(other -> {
                    throw new InvalidInputException(
                            "--size divides bytes among ranks and among encodings that make up the weight again, and %s is none of these; leave it out of --encoding"
                                    .formatted(other.name()));
                }));
        return aim;
    }

    /**
     * The encodings of the list.
     *
     * @param calibrated whether it is known what inputs of layers are like, so that they may be rounded
     * @throws InvalidInputException if one does not exist, is given twice, or refuses its arguments
     */
    EncodingOrder encodings(PluginOptions plugins, boolean calibrated) {
        String list = Optional.ofNullable(this.list)
                .orElse(!calibrated ? ANY : operators == Operators.STANDARD ? STANDARD_CALIBRATED : ANY_CALIBRATED);
        List<Encoding> encodings = new ArrayList<>();
        Map<String, NamePattern> only = new HashMap<>();
        Encodings known = plugins.encodings();
        for (String call : calls(list)) {
            int at = call.indexOf('@');
            Encoding encoding = known.select(at < 0 ? call : call.substring(0, at));
            if (operators == Operators.STANDARD && encoding.name().startsWith(PACKED)) {
                throw new InvalidInputException(
                        "--operators standard: %s takes operators of ONNX Runtime's own; leave it out of --encoding"
                                .formatted(encoding.name()));
            }
            if (encodings.stream().anyMatch(other -> other.name().equals(encoding.name()))) {
                throw new InvalidInputException(
                        "--encoding %s: an encoding is given twice; give each once".formatted(list));
            }
            encodings.add(encoding);
            if (at >= 0) {
                only.put(encoding.name(), new NamePattern(call.substring(at + 1)));
            }
        }
        requirePairFirst(list, encodings);
        return new EncodingOrder(encodings, only, Set.of());
    }

    private static void requirePairFirst(String list, List<Encoding> encodings) {
        List<String> others = encodings.stream()
                .map(Encoding::name)
                .filter(name -> !name.equals(RankedForm.PAIR))
                .toList();
        if (others.size() < encodings.size() && !encodings.get(0).name().equals(RankedForm.PAIR)) {
            throw new InvalidInputException(
                    "--encoding %s: pair must come first, as other encodings store every weight; write pair,%s"
                            .formatted(list, String.join(",", others)));
        }
    }

    /** What stands between commas; {@code key=value} belongs to the encoding before it. */
    private static List<String> calls(String list) {
        List<String> calls = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            if (part.contains("=") && !calls.isEmpty()) {
                calls.set(calls.size() - 1, calls.get(calls.size() - 1) + "," + part);
            } else {
                calls.add(part);
            }
        }
        return calls;
    }
}
