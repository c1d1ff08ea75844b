package dev.eckart.onnx.file;

import dev.eckart.onnx.proto.ModelProto;

/**
 * A model: its message, in which a reference stands in place of the data of each large tensor, and those data.
 *
 * @param message small, whatever the size of the model
 */
public record OnnxModel(ModelProto message, Payloads payloads) {}
