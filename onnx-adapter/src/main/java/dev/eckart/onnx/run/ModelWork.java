package dev.eckart.onnx.run;

import dev.eckart.core.file.PendingFile;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * One load or run of a model by ONNX Runtime.
 *
 * @param sentence the beginning of a sentence about it: {@code running `small.onnx` on `x` [8×128]}
 */
public record ModelWork(String sentence) {

    static ModelWork loading(Path model) {
        return new ModelWork("loading `%s`".formatted(PendingFile.destination(model)));
    }

    static ModelWork measuringMemory(Path model) {
        return new ModelWork("measuring the memory of `%s`".formatted(model));
    }

    /** A run on inputs, of which the first one's shape is told. */
    static ModelWork running(Path model, Map<String, NpyArray> inputs) {
        Iterator<Map.Entry<String, NpyArray>> entries = inputs.entrySet().iterator();
        if (!entries.hasNext()) {
            return new ModelWork("running `%s`".formatted(PendingFile.destination(model)));
        }
        Map.Entry<String, NpyArray> first = entries.next();
        List<Long> shape =
                first.getValue().shape().stream().map(Integer::longValue).toList();
        return new ModelWork("running `%s` on `%s` %s%s"
                .formatted(
                        PendingFile.destination(model),
                        first.getKey(),
                        Tensors.shape(shape),
                        inputs.size() == 1
                                ? ""
                                : " and %d more input%s".formatted(inputs.size() - 1, inputs.size() == 2 ? "" : "s")));
    }
}
