package dev.eckart.onnx.run;

import dev.eckart.core.npy.NpyArray;
import java.util.List;
import java.util.Map;

/** A model that is loaded, and runs on inputs. */
public interface RunnableModel {

    /** The inputs that a run must be given, in the model's order. */
    List<ModelInput> inputs();

    /**
     * Runs the model once, and returns those of its outputs that are tensors of numbers or flags.
     *
     * @throws dev.eckart.core.InvalidInputException if the model fails on these inputs
     */
    Map<String, Output> run(Map<String, NpyArray> inputs);
}
