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
 * @param rank the strategy as the user wrote it
 * @param selector the same, ready for use
 * @param joint whether layers on one input are factored as one
 * @param freezeDefaults whether inputs that have a default value count as constants
 * @param calibration inputs that weights are judged by; empty where they are taken as they are
 * @param refit whether pairs are fitted to what their inputs become by other pairs; needs a calibration
 * @param timed whether pairs are to be faster than what they replace, and what that is timed on
 * @param encodings that each weight is offered, in order
 * @param aim what the model is to come to, where no strategy says which ranks: then each weight takes the variant and the rank that this allows
 * @param fastGelu whether each Gelu becomes the {@code FastGelu} of ONNX Runtime
 */
public record Selection(
        String rank,
        RankSelector selector,
        WeightFilter filter,
        FactorPair.Balance balance,
        boolean joint,
        boolean freezeDefaults,
        Optional<CalibrationInputs> calibration,
        boolean refit,
        Optional<TimedPairs> timed,
        EncodingOrder encodings,
        Optional<Aim> aim,
        boolean fastGelu) {
    public Selection {
        if (refit && calibration.isEmpty()) {
            throw new IllegalArgumentException("Expected calibration inputs to refit on");
        }
    }

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
                rank,
                selector,
                filter,
                balance,
                joint,
                freezeDefaults,
                calibration,
                false,
                Optional.empty(),
                new EncodingOrder(List.of(new PairEncoding(balance))),
                Optional.empty(),
                false);
    }

    /** Each layer by itself, and nothing that callers may feed. */
    public Selection(String rank, RankSelector selector, WeightFilter filter, FactorPair.Balance balance) {
        this(rank, selector, filter, balance, false, false, Optional.empty());
    }

    /** The same, with or without refitting. */
    public Selection refit(boolean wanted) {
        return new Selection(
                rank,
                selector,
                filter,
                balance,
                joint,
                freezeDefaults,
                calibration,
                wanted,
                timed,
                encodings,
                aim,
                fastGelu);
    }

    /** The same, with or without timing. */
    public Selection timed(Optional<TimedPairs> wanted) {
        return new Selection(
                rank,
                selector,
                filter,
                balance,
                joint,
                freezeDefaults,
                calibration,
                refit,
                wanted,
                encodings,
                aim,
                fastGelu);
    }

    /** The same, with other encodings to choose from. */
    public Selection encodings(EncodingOrder wanted) {
        return new Selection(
                rank,
                selector,
                filter,
                balance,
                joint,
                freezeDefaults,
                calibration,
                refit,
                timed,
                wanted,
                aim,
                fastGelu);
    }

    /** The same, with or without an aim. */
    public Selection aim(Optional<Aim> wanted) {
        return new Selection(
                rank,
                selector,
                filter,
                balance,
                joint,
                freezeDefaults,
                calibration,
                refit,
                timed,
                encodings,
                wanted,
                fastGelu);
    }

    /** The same, with or without {@code FastGelu}. */
    public Selection fastGelu(boolean wanted) {
        return new Selection(
                rank,
                selector,
                filter,
                balance,
                joint,
                freezeDefaults,
                calibration,
                refit,
                timed,
                encodings,
                aim,
                wanted);
    }

    /**
     * A network with {@code FastGelu}, if that is wanted.
     *
     * @throws InvalidInputException if it has no Gelu
     */
    OnnxNetwork base(OnnxNetwork network) {
        if (!fastGelu) {
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
        return evaluation
                        .filter(wanted -> wanted.inputs() instanceof InputSource.HeldBack)
                        .isEmpty()
                ? this
                : new Selection(
                        rank,
                        selector,
                        filter,
                        balance,
                        joint,
                        freezeDefaults,
                        calibration.map(CalibrationInputs::holdingBack),
                        refit,
                        timed,
                        encodings,
                        aim,
                        fastGelu);
    }

    /** The strategy as the user wrote it; empty where no encoding has ranks. */
    String factoredBy() {
        return hasRanks() && aim.isEmpty() ? rank : "";
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
                encodings.map(encoding -> encoding instanceof PairEncoding ? new PairEncoding(balance) : encoding),
                selector);
    }

    /** The linear weights to work on. */
    Inventory inventory(Network<?> network) {
        Inventory inventory = filter.apply(network.inventory());
        return joint ? JointLayers.group(inventory) : inventory;
    }

    /** The constants to work on, whatever operator takes them. */
    Inventory constants(Network<?> network) {
        return filter.apply(network.constants());
    }
}
