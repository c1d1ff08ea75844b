package dev.eckart.onnx.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.compress.CostlyWeights;
import dev.eckart.core.compress.CostlyWeights.Measured;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.encode.Float16Encoding;
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
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.PaddingMask;
import dev.eckart.onnx.run.RunnableModel;
import dev.eckart.onnx.scan.ConstantSite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
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

    private static final String UNMEASURED = "which weights the outputs lose most by was not measured: ";

    private static final int SAMPLES = 8;

    /** To tell weights from each other, and not only the worst from the rest. */
    private static final int SAMPLES_FOR_ALL = 24;

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

        private static Found because(String reason) {
            return new Found(Set.of(), List.of(UNMEASURED + reason));
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
        Map<String, Long> bytes = bytes(encoded);
        return tried(network, encoded, calibration, SAMPLES, new Found(Set.of(), List.of()), Found::because, trying -> {
            double loss = trying.lossOfAll();
            if (!CostlyWeights.callsForSparing(loss)) {
                return new Found(Set.of(), List.of());
            }
            List<Measured> measured = trying.each((weight, alone) -> new Measured(
                    weight.name(),
                    bytes.getOrDefault(weight.name(), 0L),
                    finerBytes(weight, taken(weight, plan, order)),
                    alone));
            return new Found(CostlyWeights.of(loss, measured, hasMoreBits(order)), List.of());
        });
    }

    /** Whether there is a finer form that is meant for all weights, too. */
    private static boolean hasMoreBits(EncodingOrder order) {
        return order.finer().stream().anyMatch(finer -> !(finer instanceof Float16Encoding));
    }

    /**
     * What the outputs lose by each constant alone, where it is encoded.
     *
     * @param losses ‖y − y'‖² / ‖y‖² by the constant's name, as of {@link Measured#loss}
     * @param warnings why nothing was measured, in sentences
     */
    public record Losses(Map<String, Double> losses, List<String> warnings) {
        public Losses {
            losses = Map.copyOf(losses);
            warnings = List.copyOf(warnings);
        }

        private static Losses because(String reason) {
            return new Losses(Map.of(), List.of(UNMEASURED + reason));
        }
    }

    /**
     * Runs the original once with each constant as an encoded network has it.
     *
     * @param encoded what was made of the network
     * @param calibration the inputs to run the network on; made up if there are none
     */
    public Losses losses(OnnxNetwork network, OnnxNetwork encoded, Optional<CalibrationInputs> calibration) {
        return tried(
                network,
                encoded,
                calibration,
                SAMPLES_FOR_ALL,
                new Losses(Map.of(), List.of()),
                Losses::because,
                trying -> {
                    Map<String, Double> losses = new HashMap<>();
                    trying.each((weight, alone) -> losses.put(weight.name(), alone));
                    return new Losses(losses, List.of());
                });
    }

    /** The original, loaded so that each constant in codes can be given as these have it. */
    private record Trying(
            List<OpenConstants.Given> constants,
            WeightTrial trial,
            Function<ConstantSite, Stored> codes,
            Progress.Task task) {

        double lossOfAll() {
            return trial.loss(
                    constants.stream().map(given -> substitute(given.site())).toList());
        }

        /** What becomes of each constant, and of what the outputs lose where it alone is in codes. */
        <T> List<T> each(BiFunction<LinearWeight, Double, T> use) {
            List<T> all = new ArrayList<>();
            for (OpenConstants.Given given : constants) {
                all.add(use.apply(given.site().weight(), trial.loss(List.of(substitute(given.site())))));
                task.step(1);
            }
            return all;
        }

        private Substitute substitute(ConstantSite site) {
            return new Substitute(site.weight(), codes.apply(site).dense(EjmlDecomposer::new));
        }
    }

    /**
     * Measures something of the constants in codes.
     *
     * @param nothing where there are none
     * @param because what is found where nothing was measured, by the reason
     */
    private <R> R tried(
            OnnxNetwork network,
            OnnxNetwork encoded,
            Optional<CalibrationInputs> calibration,
            int samples,
            R nothing,
            Function<String, R> because,
            Function<Trying, R> measure) {
        OpenConstants open = network.openConstants(bytes(encoded).keySet());
        if (isTooLarge(open)) {
            return because.apply("those that are encoded have more than 1 GiB");
        }
        if (open.given().isEmpty()) {
            return nothing;
        }
        try (Progress.Task task =
                        progress.start("Measuring losses", open.given().size());
                WeightTrial trial = WeightTrial.openConstants(
                        open, running -> samples(running, network, calibration, samples), threads, temporary)) {
            return measure.apply(new Trying(open.given(), trial, network.codes(encoded), task));
        } catch (InvalidInputException e) {
            return because.apply(e.getMessage());
        }
    }

    /** Those of each constant in codes, by its name. */
    private static Map<String, Long> bytes(OnnxNetwork encoded) {
        Map<String, Long> bytes = new HashMap<>();
        encoded.coded().forEach((weight, as) -> {
            // What has a rank is given more by a larger one.
            if (as.rank().isEmpty() && !as.corrected()) {
                bytes.put(weight, as.bytes());
            }
        });
        return bytes;
    }

    private static boolean isTooLarge(OpenConstants open) {
        return open.given().stream()
                        .mapToLong(given -> given.site().weight().bytes())
                        .sum()
                > MOST_BYTES;
    }

    private static Samples samples(
            RunnableModel running, OnnxNetwork network, Optional<CalibrationInputs> calibration, int most) {
        if (calibration.isEmpty()) {
            return new Samples(MadeUpInputs.forModel(running, network.model(), SEED), Optional.empty());
        }
        InputSet set = calibration.get().read(running, network.model()).spread(most);
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
