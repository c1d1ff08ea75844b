package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.compress.Network;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.PairEncoding;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.JointLayers;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.run.InputSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which weights get which rank, or are stored in which other form.
 *
 * @param pairs who chooses ranks, and what is asked of pairs
 * @param scope what of the network is worked on
 * @param calibration inputs that weights are judged by; empty where they are taken as they are
 * @param encodings that each weight is offered, in order
 * @param aim what the model is to come to, where no strategy says which ranks: then each weight takes the variant and the rank that this allows
 */
public record Selection(
        Pairs pairs, Scope scope, Optional<CalibrationInputs> calibration, EncodingOrder encodings, Optional<Aim> aim) {
    public Selection {
        if (pairs.refit && calibration.isEmpty()) {
            throw new IllegalArgumentException("Expected calibration inputs to refit on");
        }
    }

    /**
     * Who chooses ranks, and what is asked of pairs.
     *
     * @param rank the strategy as the user wrote it
     * @param selector the same, ready for use
     * @param joint whether layers on one input are factored as one
     * @param refit whether pairs are fitted to what their inputs become by other pairs; needs a calibration
     * @param timed whether pairs are to be faster than what they replace, and what that is timed on
     */
    public record Pairs(
            String rank,
            RankSelector selector,
            FactorPair.Balance balance,
            boolean joint,
            boolean refit,
            Optional<TimedPairs> timed) {}

    /**
     * What of a network is worked on.
     *
     * @param filter which weights
     * @param freezeDefaults whether inputs that have a default value count as constants
     * @param fastGelu whether each Gelu becomes the {@code FastGelu} of ONNX Runtime
     * @param portable whether all that is added is to be computed alike by other runtimes than ONNX Runtime
     */
    public record Scope(WeightFilter filter, boolean freezeDefaults, boolean fastGelu, boolean portable) {}

    /** Pairs as they are planned. */
    public Selection(
            String rank,
            RankSelector selector,
            WeightFilter filter,
            FactorPair.Balance balance,
            boolean joint,
            boolean freezeDefaults,
            Optional<CalibrationInputs> calibration) {
        this(
                new Pairs(rank, selector, balance, joint, false, Optional.empty()),
                new Scope(filter, freezeDefaults, false, false),
                calibration,
                new EncodingOrder(List.of(new PairEncoding(balance))),
                Optional.empty());
    }

    /** Each layer by itself, and nothing that callers may feed. */
    public Selection(String rank, RankSelector selector, WeightFilter filter, FactorPair.Balance balance) {
        this(rank, selector, filter, balance, false, false, Optional.empty());
    }

    /** The same, with or without refitting. */
    public Selection refit(boolean wanted) {
        return with(new Pairs(pairs.rank, pairs.selector, pairs.balance, pairs.joint, wanted, pairs.timed));
    }

    /** The same, with or without timing. */
    public Selection timed(Optional<TimedPairs> wanted) {
        return with(new Pairs(pairs.rank, pairs.selector, pairs.balance, pairs.joint, pairs.refit, wanted));
    }

    private Selection with(Pairs others) {
        return new Selection(others, scope, calibration, encodings, aim);
    }

    /** The same, with other encodings to choose from. */
    public Selection encodings(EncodingOrder wanted) {
        return new Selection(pairs, scope, calibration, wanted, aim);
    }

    /** The same, with or without an aim. */
    public Selection aim(Optional<Aim> wanted) {
        return new Selection(pairs, scope, calibration, encodings, wanted);
    }

    /** The same, with or without {@code FastGelu}. */
    public Selection fastGelu(boolean wanted) {
        return with(new Scope(scope.filter, scope.freezeDefaults, wanted, scope.portable));
    }

    /** The same, for ONNX Runtime alone or for other runtimes, too. */
    public Selection portable(boolean wanted) {
        return with(new Scope(scope.filter, scope.freezeDefaults, scope.fastGelu, wanted));
    }

    private Selection with(Scope other) {
        return new Selection(pairs, other, calibration, encodings, aim);
    }

    /**
     * What is worked on: a network that is to be unpacked as is wanted, and with {@code FastGelu} if that is wanted.
     *
     * @throws InvalidInputException if it has no Gelu
     */
    OnnxNetwork base(OnnxNetwork original) {
        OnnxNetwork network = scope.portable ? original.withPortableCodes() : original;
        if (!scope.fastGelu) {
            return network;
        }
        OnnxNetwork fast = network.withFastGelu();
        if (fast.fastGeluPlaces() == network.fastGeluPlaces()) {
            throw new InvalidInputException(
                    "--fast-gelu: the model has no Gelu by erf in float32 that FastGelu could replace; leave it out");
        }
        return fast;
    }

    /** The same, calibrated on no sample that the evaluation holds back. */
    Selection apartFrom(Optional<Evaluation> evaluation) {
        boolean holdsBack = evaluation
                .filter(wanted -> wanted.inputs() instanceof InputSource.HeldBack)
                .isPresent();
        return holdsBack
                ? new Selection(pairs, scope, calibration.map(CalibrationInputs::holdingBack), encodings, aim)
                : this;
    }

    /** The strategy as the user wrote it; empty where no encoding has ranks. */
    String factoredBy() {
        return hasRanks() && aim.isEmpty() ? pairs.rank : "";
    }

    private boolean hasRanks() {
        return encodings.usual().stream().anyMatch(RankedEncoding.class::isInstance);
    }

    /** Whether pairs are all that weights are offered. */
    boolean isOfPairsAlone() {
        return encodings.usual().stream().allMatch(PairEncoding.class::isInstance);
    }

    /**
     * Whether inputs of layers that are longer than usual are to count less: where inputs are rounded, a few of them would own what
     * is made up for.
     */
    boolean tempers() {
        return encodings.usual().stream().anyMatch(Encoding::roundsInputs)
                && (aim.isPresent() || encodings.usual().stream().noneMatch(Encoding::isOfProducts));
    }

    /** Whether the run has use for a backend that decomposes matrices. */
    boolean decomposes() {
        return hasRanks() || calibration.isPresent();
    }

    /** The encodings as the user writes them. */
    String encoding() {
        return encodings.text();
    }

    /**
     * What a network's weights are offered.
     *
     * @throws InvalidInputException if an encoding is for weights alone of which there are none
     */
    Offering offering(OnnxNetwork network) {
        Inventory linear = inventory(network);
        boolean ofProducts = encodings.usual().stream().allMatch(Encoding::isOfProducts);
        Inventory constants = ofProducts ? new Inventory(List.of(), List.of()) : constants(network);
        encodings.only().forEach((encoding, pattern) -> {
            if (Stream.concat(linear.linear().stream(), constants.linear().stream())
                    .noneMatch(weight -> pattern.matches(weight.name()))) {
                throw new InvalidInputException(
                        "--encoding %s@%s: no weight has such a name; `eckart scan` lists their names"
                                .formatted(encoding, pattern.glob()));
            }
        });
        return new Offering(
                linear,
                constants,
                encodings.map(
                        encoding -> encoding instanceof PairEncoding ? new PairEncoding(pairs.balance) : encoding),
                pairs.selector);
    }

    /** The linear weights to work on. */
    Inventory inventory(Network<?> network) {
        Inventory inventory = scope.filter.apply(network.inventory());
        return pairs.joint ? JointLayers.group(inventory) : inventory;
    }

    /** The constants to work on, whatever operator takes them. */
    Inventory constants(Network<?> network) {
        return scope.filter.apply(network.constants());
    }
}
