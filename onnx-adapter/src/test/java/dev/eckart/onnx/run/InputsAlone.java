package dev.eckart.onnx.run;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.file.Messages;
import dev.eckart.onnx.proto.ModelProto;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A model of which nothing is known but its inputs. */
record InputsAlone(List<ModelInput> inputs) implements RunnableModel {

    @Override
    public Map<String, Output> run(Map<String, NpyArray> arrays) {
        return Map.of();
    }

    static InputSet set(List<ModelInput> inputs, Map<String, NpyArray> arrays, String origin) {
        return InputSet.of(new InputsAlone(inputs), Messages.model(ModelProto.getDefaultInstance()), arrays, origin);
    }

    static InputSet read(Path location, List<ModelInput> inputs) {
        return InputFiles.read(location, new InputsAlone(inputs), Messages.model(ModelProto.getDefaultInstance()));
    }
}
