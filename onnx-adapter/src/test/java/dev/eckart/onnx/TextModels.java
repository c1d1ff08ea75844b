package dev.eckart.onnx;

import com.google.protobuf.TextFormat;
import dev.eckart.onnx.proto.ModelProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Models written out in protobuf's text format. */
public final class TextModels {
    private TextModels() {}

    /** A model around the text of its graph. */
    public static ModelProto withGraph(String graph) {
        try {
            return TextFormat.parse(
                    "ir_version: 8 opset_import { version: 13 } graph { name: \"g\" %s }".formatted(graph),
                    ModelProto.class);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Its file. */
    public static Path write(ModelProto model, Path file) {
        try {
            return Files.write(file, model.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An input or output of float32. */
    public static String value(String kind, String name, int... dims) {
        StringBuilder shape = new StringBuilder();
        for (int dim : dims) {
            shape.append("dim { dim_value: %d } ".formatted(dim));
        }
        return "%s { name: \"%s\" type { tensor_type { elem_type: 1 shape { %s } } } } ".formatted(kind, name, shape);
    }
}
