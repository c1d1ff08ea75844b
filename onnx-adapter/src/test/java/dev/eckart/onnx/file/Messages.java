package dev.eckart.onnx.file;

import dev.eckart.onnx.proto.ModelProto;
import java.util.List;

/** Models whose message is all there is of them. */
public final class Messages {
    private Messages() {}

    public static OnnxModel model(ModelProto message) {
        return new OnnxModel(message, Payloads.of(List.of(), List.of(), List.of(), Scratch.onHeap()));
    }
}
