package dev.eckart.onnx.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Sensitivities;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.Truncation;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.WeightTrial.Samples;
import dev.eckart.onnx.calibrate.WeightTrial.Substitute;
import dev.eckart.onnx.run.InputFiles;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.ModelInput;
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
 */
public final class SensitivityMeter {
    /** How many samples suffice: sensitivities differ by orders of magnitude. */
    static final int SAMPLES = 32;

    /** The rank that weights are cut to, as a share of the smaller side. */
    private static final double CUT = 0.4;

    /** A weight that loses less by that has its rank halved until it does not, so that rounding is not what is measured. */
    private static final double LEAST_LOSS = 1e-4;

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
     * @param inventory the weights to measure
     * @param compressor knows what the network was calibrated on, so that weights are cut as they will be
     * @throws InvalidInputException if the inputs do not fit the network, it fails on them, or has no floating-point
     *     output
     */
    public Sensitivities measure(
            OnnxNetwork network, Inventory inventory, Compressor compressor, CalibrationInputs calibration) {
        if (inventory.linear().isEmpty()) {
            return new Sensitivities(0, Map.of(), List.of());
        }
        Measuring measuring = new Measuring();
        try (Progress.Task task = progress.start("Measuring", inventory.linear().size());
                WeightTrial trial = WeightTrial.open(
                        network,
                        inputs -> measuring.samples(inputs, calibration),
                        inventory.linear(),
                        threads,
                        temporary)) {
            compressor.truncate(inventory, new MiddlingRank(), truncation -> {
                measuring.add(trial, truncation);
                task.step(1);
            });
        }
        return measuring.sensitivities();
    }

    private record MiddlingRank() implements WeightRankSelector {

        @Override
        public Accuracy accuracy() {
            return Accuracy.ENERGY;
        }

        @Override
        public RankChoice choose(WeightSpectrum weight) {
            int rank = (int) Math.max(1, CUT * weight.smallerSide());
            while (rank > 1 && loss(weight, rank) < LEAST_LOSS) {
                rank /= 2;
            }
            return loss(weight, rank) < LEAST_LOSS
                    ? new RankChoice.Keep("it loses next to nothing at any rank")
                    : new RankChoice.Truncate(rank);
        }

        private static double loss(WeightSpectrum weight, int rank) {
            double error = weight.spectrum().relativeError(rank);
            return error * error;
        }
    }

    /** Under way. */
    private static final class Measuring {
        private final Map<String, Double> byWeight = new HashMap<>();
        private final List<String> notes = new ArrayList<>();
        private long samples;

        Samples samples(List<ModelInput> inputs, CalibrationInputs calibration) {
            Optional<String> mask = PaddingMask.input(calibration.mask(), inputs);
            InputSet set = InputFiles.read(calibration.inputs(), inputs).spread(SAMPLES);
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
            double loss = trial.loss(List.of(new Substitute(weight, truncation.product(), truncation.biasShift())));
            if (Double.isFinite(loss)) {
                double sensitivity = loss / truncation.relativeLoss();
                byWeight.put(
                        weight.name(), new BigDecimal(sensitivity).round(DIGITS).doubleValue());
            } else {
                notes.add("the network gives no finite numbers with %s at rank %d"
                        .formatted(weight.describe(), truncation.rank()));
            }
        }

        Sensitivities sensitivities() {
            return new Sensitivities(samples, byWeight, notes);
        }
    }
}
