package dev.eckart.models;

import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.Session;
import java.nio.file.Path;
import java.util.Map;

/** The operators of the graph that ONNX Runtime makes of a model and runs. */
final class RunOperators {
    private RunOperators() {}

    /**
     * How many nodes of each operator a run of a model has.
     *
     * @param folder for what the runtime writes down meanwhile
     */
    static Map<String, Integer> of(Path model, Path folder) {
        try (Session session = Session.openLogged(model, 1, folder)) {
            for (InputSet set :
                    MadeUpInputs.forModel(session, OnnxNetwork.read(model).model(), 1)) {
                session.run(set.batch(0, set.samples()));
            }
            return session.operators();
        }
    }
}
