package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.run.InputTypes;
import dev.eckart.onnx.run.ModelInput;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a model takes and gives, which whatever is to stand for it must take and give, too: inputs of the same names, ranks and
 * types, but for the width of floating-point numbers, and outputs of the same names and shapes. Further outputs do no harm.
 */
final class ModelInterface {
    private final Path path;
    private final Map<String, ModelInput> inputs;

    ModelInterface(Path path, Session session) {
        this.path = path;
        this.inputs = byName(session);
    }

    /** @throws InvalidInputException if a model takes other inputs, or lacks an output that is a tensor */
    void requireSame(Path other, Session session) {
        Map<String, ModelInput> found = byName(session);
        boolean same = inputs.keySet().equals(found.keySet())
                && inputs.values().stream().allMatch(input -> {
                    ModelInput taken = Objects.requireNonNull(found.get(input.name()));
                    return InputTypes.areAlike(input.type(), taken.type())
                            && input.dims().size() == taken.dims().size();
                });
        if (!same) {
            throw new InvalidInputException(
                    "`%s` takes other inputs than `%s`: expected %s but was: %s; compare models of the same inputs and outputs"
                            .formatted(other, path, describe(inputs), describe(found)));
        }
    }

    /**
     * @param expected what this model gives for a sample
     * @param found what the other one gives for the same
     * @throws InvalidInputException if an output is missing, or of another shape
     */
    void requireSameShapes(Path other, Map<String, Output> expected, Map<String, Output> found) {
        for (Output output : expected.values()) {
            Output counterpart = found.get(output.name());
            if (counterpart == null) {
                throw new InvalidInputException(
                        "`%s` has no output `%s` of numbers, which `%s` has; it has: %s; compare models of the same inputs and outputs"
                                .formatted(
                                        other,
                                        output.name(),
                                        path,
                                        found.isEmpty() ? "nothing" : String.join(", ", found.keySet())));
            }
            if (!output.shape().equals(counterpart.shape())) {
                throw new InvalidInputException(
                        "`%s` gives output `%s` as %s where `%s` gives %s; compare models of the same inputs and outputs"
                                .formatted(
                                        other,
                                        output.name(),
                                        Tensors.shape(counterpart.shape()),
                                        path,
                                        Tensors.shape(output.shape())));
            }
        }
    }

    private static Map<String, ModelInput> byName(Session session) {
        return session.inputs().stream().collect(Collectors.toMap(ModelInput::name, Function.identity()));
    }

    private static String describe(Map<String, ModelInput> inputs) {
        return inputs.values().stream()
                .map(input -> input.name() + " " + input.describe())
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
