package dev.eckart.onnx.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.compress.CostlyWeights;
import dev.eckart.core.compress.CostlyWeights.Measured;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Stored;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.WeightTrial.Samples;
import dev.eckart.onnx.calibrate.WeightTrial.Substitute;
import dev.eckart.onnx.rewrite.OpenConstants;
import dev.eckart.onnx.rewrite.StoredCodes;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.RunnableModel;
import dev.eckart.onnx.scan.ConstantSite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds the constants of an encoded network that its outputs lose most by ({@link CostlyWeights}): the original is run with all
 * constants as the codes have them, and, where that loses much, once with each of them.
 *
 * @param threads of ONNX Runtime
 * @param temporary a folder for a copy of the network
 */
public record CostMeter(int threads, Path temporary, Progress progress) {
    /** The copy, and twice the constants that are tried, are in temporary files, and may be in memory as well. */
    static final long MOST_BYTES = 1L << 30;

    private static final int SAMPLES = 8;

    /** No seed that a comparison is usually made with: what is chosen here is not to be judged by the same inputs. */
    private static final long SEED = 0x5eed;

    /**
     * What was found.
     *
     * @param costly names of constants
     * @param warnings why nothing was measured, in sentences
     */
    public record Found(Set<String> costly, List<String> warnings) {
        public Found {
            costly = Set.copyOf(costly);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Finds the costly constants.
     *
     * @param encoded what was made of the network
     * @param plan by which it was made
     * @param order the encodings that it was made by
     * @param calibration the inputs to run the network on; made up if there are none
     */
    public Found find(
            OnnxNetwork network,
            OnnxNetwork encoded,
            CompressionPlan plan,
            EncodingOrder order,
            Optional<CalibrationInputs> calibration) {
        Map<String, StoredCodes.Coded> coded = encoded.coded();
        Map<String, Long> bytes = new HashMap<>();
        coded.forEach((weight, as) -> {
            // What has a rank is given more by a larger one.
            if (as.rank().isEmpty() && !as.corrected()) {
                bytes.put(weight, as.bytes());
            }
        });
        OpenConstants open = network.openConstants(bytes.keySet());
        long tried = open.given().stream()
                .mapToLong(given -> given.site().weight().bytes())
                .sum();
        if (tried > MOST_BYTES) {
            return new Found(
                    Set.of(),
                    List.of(
                            "which weights the outputs lose most by was not measured: those that are encoded have more than 1 GiB"));
        }
        if (open.given().isEmpty()) {
            return new Found(Set.of(), List.of());
        }
        Function<ConstantSite, Stored> codes = network.codes(encoded);
        try (Progress.Task task =
                        progress.start("Measuring losses", open.given().size());
                WeightTrial trial = WeightTrial.openConstants(
                        open, running -> samples(running, network, calibration), threads, temporary)) {
            double loss = trial.loss(open.given().stream()
                    .map(given -> substitute(given.site(), codes))
                    .toList());
            if (!CostlyWeights.callsForSparing(loss)) {
                return new Found(Set.of(), List.of());
            }
            List<Measured> measured = new ArrayList<>();
            for (OpenConstants.Given given : open.given()) {
                LinearWeight weight = given.site().weight();
                measured.add(new Measured(
                        weight.name(),
                        bytes.getOrDefault(weight.name(), 0L),
                        finerBytes(weight, taken(weight, plan, order)),
                        trial.loss(List.of(substitute(given.site(), codes)))));
                task.step(1);
            }
            return new Found(CostlyWeights.of(loss, measured, !order.finer().isEmpty()), List.of());
        } catch (InvalidInputException e) {
            return new Found(
                    Set.of(), List.of("which weights the outputs lose most by was not measured: " + e.getMessage()));
        }
    }

    private static Substitute substitute(ConstantSite site, Function<ConstantSite, Stored> codes) {
        return new Substitute(site.weight(), codes.apply(site).dense(EjmlDecomposer::new));
    }

    private static Samples samples(
            RunnableModel running, OnnxNetwork network, Optional<CalibrationInputs> calibration) {
        if (calibration.isEmpty()) {
            return new Samples(MadeUpInputs.forModel(running, network.model(), SEED), Optional.empty());
        }
        InputSet set = calibration.get().read(running, network.model()).spread(SAMPLES);
        return new Samples(List.of(set), PaddingMask.input(calibration.get().mask(), running.inputs()));
    }

    private static Optional<Encoding> taken(LinearWeight weight, CompressionPlan plan, EncodingOrder order) {
        return plan.replaced().stream()
                .filter(planned -> planned.weight().name().equals(weight.name()))
                .findFirst()
                .flatMap(PlannedWeight::encoding)
                .flatMap(order::named);
    }

    private static long finerBytes(LinearWeight weight, Optional<Encoding> taken) {
        return taken.flatMap(EncodingOrder::finer)
                .filter(encoding -> Encodings.answer(encoding, weight.describe(), () -> encoding.obstacle(weight))
                        .isEmpty())
                .flatMap(encoding -> bytes(weight, encoding))
                .orElse(weight.bytes());
    }

    private static Optional<Long> bytes(LinearWeight weight, Encoding encoding) {
        return Encodings.answer(
                        encoding,
                        weight.describe(),
                        () -> encoding.draft(new WeightView(weight)).offers())
                .stream()
                .map(Offer::bytes)
                .min(Long::compare);
    }
}
