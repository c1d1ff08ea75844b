package dev.eckart.onnx.calibrate;

import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.ChangedInputs;
import dev.eckart.core.calibrate.InputChange;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.UnrefittedReason;
import dev.eckart.core.compress.ChangeMeter;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.run.TemporaryModel;
import dev.eckart.onnx.scan.LinearSite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Looks at the layers of a model and of others that were made from it, side by side, on the calibration inputs. Both
 * models run on the same samples, some at a time; of each only what the values in question need. Values are summed over
 * and dropped.
 */
public final class LayerComparison implements ChangeMeter<OnnxNetwork> {
    private final Calibrator calibrator;
    private final Path path;
    private final OnnxNetwork original;
    private final CalibrationInputs calibration;

    LayerComparison(Calibrator calibrator, Path path, OnnxNetwork original, CalibrationInputs calibration) {
        this.calibrator = calibrator;
        this.path = path;
        this.original = original;
        this.calibration = calibration;
    }

    /** @throws dev.eckart.core.InvalidInputException as {@link Calibrator#calibrate} does */
    @Override
    public InputChange measure(OnnxNetwork soFar, LinearWeight weight) {
        // Layers that are factored jointly have one and the same input.
        LinearWeight any = members(weight).get(0);
        int size = 2 * any.rows();
        if (size > Calibrator.MOST_INPUTS) {
            return new InputChange.Unknown(UnrefittedReason.WIDE);
        }
        List<LayerInput> inputs = LayerInput.of(site(any), original.index()).inputs();
        long room = calibrator.room(path, List.of(size));
        return this.<InputChange>run(soFar, inputs, room, run -> {
                    Map<List<LayerInput>, List<LinearWeight>> layer = Map.of(inputs, List.of(any));
                    InputStatistics both = run.sum(layer, 2, calibrator.decomposer()::rowSums, Progress.NONE)
                            .byWeight()
                            .get(any.name());
                    return both == null
                            ? new InputChange.Unknown(UnrefittedReason.NOT_FINITE)
                            : new InputChange.Measured(ChangedInputs.of(both));
                })
                .orElse(new InputChange.Unknown(UnrefittedReason.RESHAPED));
    }

    /**
     * How far the outputs of calibrated layers are off where the compressed network is run as a whole:
     * ‖Y − Y'‖_F / ‖Y − mean‖_F over all samples, where Y is what the layer gives in the original. Of layers that are
     * factored as one, it is the root of their mean square.
     *
     * @return by the names of the plan's weights; without those whose nodes do more than to multiply and to add a bias,
     *     whose outputs do not vary, or are not finite; nothing if shapes of outputs are not those of the original
     * @throws dev.eckart.core.InvalidInputException as {@link Calibrator#calibrate} does
     */
    public Map<String, Double> errors(OnnxNetwork compressed, CompressionPlan plan) {
        Map<String, List<OutputErrors>> byWeight = new LinkedHashMap<>();
        for (PlannedWeight planned : plan.factored()) {
            List<LinearWeight> members = members(planned.weight());
            List<OutputErrors> errors = members.stream()
                    .flatMap(member -> OutputErrors.of(site(member), original.index()).stream())
                    .toList();
            if (planned.calibrated() && errors.size() == members.size()) {
                byWeight.put(planned.weight().name(), errors);
            }
        }
        List<OutputErrors> all =
                byWeight.values().stream().flatMap(List::stream).toList();
        if (all.isEmpty()) {
            return Map.of();
        }
        List<LayerInput> outputs =
                all.stream().flatMap(errors -> errors.inputs().stream()).toList();
        return run(compressed, outputs, calibrator.room(path, List.of()), run -> {
                    run.sum(all, calibrator.progress());
                    Map<String, Double> measured = new LinkedHashMap<>();
                    byWeight.forEach((weight, errors) ->
                            OutputErrors.together(errors).ifPresent(error -> measured.put(weight, error)));
                    return measured;
                })
                .orElse(Map.of());
    }

    /** What comes of a run; empty if the models give values of different shapes. */
    private <R> Optional<R> run(
            OnnxNetwork changed, Collection<LayerInput> values, long room, Function<CalibrationRun, R> work) {
        try (TemporaryModel before = calibrator.expose(original, values, path);
                TemporaryModel after = calibrator.expose(changed, values, path)) {
            Runs both = Runs.beside(after.session(), before.session());
            return Optional.of(work.apply(calibrator.run(both, before.session(), original, calibration, room)));
        } catch (Runs.ShapesDifferException e) {
            return Optional.empty();
        } catch (IOException | UncheckedIOException e) {
            throw calibrator.unwritable(e);
        }
    }

    private static List<LinearWeight> members(LinearWeight weight) {
        return weight.joint().map(JointBlocks::members).orElse(List.of(weight));
    }

    private LinearSite site(LinearWeight weight) {
        return original.sites().stream()
                .filter(site -> site.weight().name().equals(weight.name()))
                .findFirst()
                .orElseThrow();
    }
}
