package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model whose weights are its own: no input has an initializer, and every input but the first is an initializer, with
 * the value that a test data set beside the model has for it.
 */
final class FrozenModel {
    /** From this version of the format on, initializers need not be inputs. */
    private static final long IR_VERSION = 4;

    private FrozenModel() {}

    /** Writes a model frozen, if that gives it linear weights that it does not have otherwise; says whether it did. */
    static boolean write(Path model, Path target) throws IOException {
        try {
            OnnxNetwork network = OnnxNetwork.read(model);
            if (!network.inventory().linear().isEmpty()) {
                return false;
            }
            OnnxModel frozen = freeze(network.model(), model.resolveSibling("test_data_set_0"));
            OnnxWriter.write(frozen, target);
            return !OnnxNetwork.read(target).inventory().linear().isEmpty();
        } catch (InvalidInputException e) {
            // The case of the model as it is says so.
            return false;
        }
    }

    private static OnnxModel freeze(OnnxModel model, Path testData) throws IOException {
        GraphProto graph = model.message().getGraph();
        Set<String> initialized =
                graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
        GraphProto.Builder frozen = graph.toBuilder().clearInput();
        int fed = 0;
        for (ValueInfoProto input : graph.getInputList()) {
            if (initialized.contains(input.getName())) {
                continue;
            }
            Path value = testData.resolve("input_%d.pb".formatted(fed));
            if (fed > 0 && input.getType().hasTensorType() && Files.exists(value)) {
                TensorProto tensor = TensorProto.parseFrom(Files.readAllBytes(value));
                frozen.addInitializer(tensor.toBuilder().setName(input.getName()));
            } else {
                frozen.addInput(input);
            }
            fed++;
        }
        long version = Math.max(IR_VERSION, model.message().getIrVersion());
        return new OnnxModel(
                model.message().toBuilder()
                        .setIrVersion(version)
                        .setGraph(frozen)
                        .build(),
                model.payloads());
    }
}
