package dev.eckart.onnx.check;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import java.nio.file.Path;

/**
 * Refuses models that are broken, before anything is done with them.
 *
 * <p>What is required is that
 *
 * <ol>
 *   <li>each tensor, in graphs and in functions, holds as many numbers as its dimensions and type declare;
 *   <li>each value is defined once in its graph, and whatever nodes and outputs refer to is defined in their graph or
 *       in one around it;
 *   <li>no node waits for its own outputs;
 *   <li>each set of operators is imported in a version that ONNX Runtime does not cut to another number.
 * </ol>
 *
 * <p>Beyond that, whatever ONNX Runtime loads is accepted: nodes in any order, names of an outer graph defined anew
 * in an inner one, initializers that are inputs too, types and operators that nobody knows. Training graphs, which it
 * never looks at, and the names in functions, which it looks at only where they are called, are left to it.
 */
public final class ModelCheck {
    private ModelCheck() {}

    /**
     * Checks a model. Takes memory and time in proportion to its message, whatever it declares.
     *
     * @param path where the model was read from
     * @throws InvalidInputException if it is broken; the message says where
     */
    public static void require(OnnxModel model, Path path) {
        try {
            new TensorCheck(model.payloads()).require(model.message());
            GraphCheck.require(model.message().getGraph());
            model.message().getOpsetImportList().forEach(ModelCheck::requireVersion);
        } catch (InvalidInputException e) {
            throw new InvalidInputException(
                    "`%s` is a broken ONNX model: %s; export it again".formatted(path, e.getMessage()), e);
        }
    }

    private static void requireVersion(OperatorSetIdProto operators) {
        if (operators.getVersion() < 0 || operators.getVersion() > Integer.MAX_VALUE) {
            throw new InvalidInputException("it imports version %d of the operators of domain `%s`"
                    .formatted(operators.getVersion(), operators.getDomain()));
        }
    }
}
