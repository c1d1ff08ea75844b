package dev.eckart.onnx.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Sensitivities;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.Truncation;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.WeightTrial.Samples;
import dev.eckart.onnx.calibrate.WeightTrial.Substitute;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.PaddingMask;
import dev.eckart.onnx.run.RunnableModel;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures how much a network's outputs suffer from what its weights lose: one weight after the other is cut to a middling
 * rank, and the network run on some of the calibration samples. What it loses ({@link WeightTrial}), divided by the relative
 * loss of the weight itself, is the weight's sensitivity. Z. Yuan et al. search ranks by such runs ("ASVD: Activation-aware
 * Singular Value Decomposition for Compressing Large Language Models", 2023).
 *
 * <p>Losses do not add up: what a weight costs a network of which much is cut is another thing than what it costs the
 * original. So a strategy may want weights to be measured again in what it made of them, and to choose anew. Of its
 * choices, that counts with which the network loses least on the samples.
 */
public final class SensitivityMeter {
    /** How many samples suffice: sensitivities differ by orders of magnitude. */
    static final int SAMPLES = 32;

    /** More digits might depend on the number of threads. */
    private static final MathContext DIGITS = new MathContext(4);

    private final int threads;
    private final Path temporary;
    private final Progress progress;

    /**
     * A meter.
     *
     * @param threads of ONNX Runtime
     * @param temporary a folder for a copy of the network
     */
    public SensitivityMeter(int threads, Path temporary, Progress progress) {
        this.threads = threads;
        this.temporary = temporary;
        this.progress = progress;
    }

    /**
     * Runs a network once for each weight.
     *
     * @param all the weights to measure; those that hold a NaN or an infinity are not cut, and not measured
     * @param compressor knows what the network was calibrated on, so that weights are cut as they will be
     * @throws InvalidInputException if the inputs do not fit the network, it fails on them, or has no floating-point
     *     output
     */
    public Sensitivities measure(
            OnnxNetwork network, Inventory all, Compressor compressor, CalibrationInputs calibration) {
        Inventory inventory = finite(all);
        if (inventory.linear().isEmpty()) {
            return new Sensitivities(0, Map.of(), List.of());
        }
        Measuring measuring = new Measuring();
        try (Progress.Task task = progress.start(
                        "Measuring sensitivities", inventory.linear().size());
                WeightTrial trial = open(network, inventory, measuring, calibration)) {
            compressor.truncate(inventory, new ProbeRank(), truncation -> {
                measuring.add(trial, truncation);
                task.step(1);
            });
        }
        return measuring.sensitivities();
    }

    /**
     * Measures again, in the network as a strategy cuts it by what is known, as often as it
     * {@linkplain RankSelector#sensitivityRounds() wants}.
     *
     * @param compressor as for {@link #measure}
     * @param first what that measured
     * @return those of all rounds, the first included, by which the strategy's choice loses least
     * @throws InvalidInputException as {@link #measure} does, or if the strategy's choices are not feasible
     */
    public Sensitivities measureAgain(
            OnnxNetwork network,
            Inventory all,
            Compressor compressor,
            CalibrationInputs calibration,
            RankSelector selector,
            Sensitivities first) {
        Inventory inventory = finite(all);
        int most = selector.sensitivityRounds();
        if (most == 0 || first.byWeight().isEmpty()) {
            return first;
        }
        Measuring measuring = new Measuring();
        try (Progress.Task task = progress.start(
                        "Measuring sensitivities again",
                        (long) most * inventory.linear().size());
                WeightTrial trial = open(network, inventory, measuring, calibration)) {
            return new SensitivityRounds(trial, inventory, compressor, selector, task).best(first, most);
        }
    }

    private static Inventory finite(Inventory inventory) {
        return new Inventory(
                inventory.linear().stream().filter(LinearWeight::isFinite).toList(), inventory.skipped());
    }

    private WeightTrial open(
            OnnxNetwork network, Inventory inventory, Measuring measuring, CalibrationInputs calibration) {
        return WeightTrial.open(
                network,
                running -> measuring.samples(running, network, calibration),
                inventory.linear(),
                threads,
                temporary);
    }

    /** What any number of threads comes to. */
    static double rounded(double number) {
        return Double.isFinite(number) ? new BigDecimal(number).round(DIGITS).doubleValue() : number;
    }

    /** As it would stand in for its weight. */
    static Substitute cut(Truncation truncation) {
        return new Substitute(truncation.weight(), truncation.product(), truncation.biasShift());
    }

    /** Under way. */
    private static final class Measuring {
        private final Map<String, Double> byWeight = new HashMap<>();
        private final List<String> notes = new ArrayList<>();
        private long samples;

        Samples samples(RunnableModel running, OnnxNetwork network, CalibrationInputs calibration) {
            Optional<String> mask = PaddingMask.input(calibration.mask(), running.inputs());
            InputSet set = calibration.read(running, network.model()).spread(SAMPLES);
            samples = set.samples();
            return new Samples(List.of(set), mask);
        }

        void add(WeightTrial trial, Truncation truncation) {
            LinearWeight weight = truncation.weight();
            Optional<String> obstacle = trial.obstacle(weight);
            if (obstacle.isPresent()) {
                notes.add(obstacle.get());
                return;
            }
            double loss = trial.loss(List.of(cut(truncation)));
            if (Double.isFinite(loss)) {
                byWeight.put(weight.name(), rounded(loss / truncation.relativeLoss()));
            } else {
                notes.add("the outputs of the network are not finite with %s at rank %d"
                        .formatted(weight.describe(), truncation.rank()));
            }
        }

        Sensitivities sensitivities() {
            return new Sensitivities(samples, byWeight, notes);
        }
    }
}
