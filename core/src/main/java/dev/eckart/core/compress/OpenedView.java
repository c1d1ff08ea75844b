package dev.eckart.core.compress;

import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputRoots;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.encode.CalibratedInputs;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.model.LinearWeight;
import java.util.List;
import java.util.Optional;

/** A view of a single weight as the engine has it, with a backend: to try an encoding by itself. */
public final class OpenedView implements AutoCloseable {
    private final WeightView view;
    private final OpenMatrices matrices;

    private OpenedView(WeightView view, OpenMatrices matrices) {
        this.view = view;
        this.matrices = matrices;
    }

    /**
     * Opens a weight.
     *
     * @param inputs that it is multiplied by, if they are known
     */
    public static OpenedView of(LinearWeight weight, Optional<InputStatistics> inputs, Decomposer backend) {
        WeightOpener opener = new WeightOpener(backend, Calibration.NONE, new InputRoots(backend, 0));
        OpenMatrices matrices = new OpenMatrices(opener, weight, inputs, Accuracy.FULL);
        return new OpenedView(
                new WeightView(weight, inputs.map(known -> new CalibratedInputs(known, () -> backend, List.of(weight.values()))), matrices),
                matrices);
    }

    /** What an encoding is shown. */
    public WeightView view() {
        return view;
    }

    @Override
    public void close() {
        matrices.close();
    }
}
