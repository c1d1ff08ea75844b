package dev.eckart.onnx.file;

import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.StringStringEntryProto;
import dev.eckart.onnx.proto.TensorProto;
import java.util.Arrays;
import java.util.Random;

/** Tensors that say where a data file holds them, and bytes for such files. */
final class ExternalTensors {
    private ExternalTensors() {}

    /** A row of bytes; {@code entries} are keys and values by turns. */
    static TensorProto tensor(String name, int bytes, String... entries) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .addDims(bytes)
                .setDataType(TensorProto.DataType.UINT8_VALUE)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL);
        for (int i = 0; i < entries.length; i += 2) {
            tensor.addExternalData(
                    StringStringEntryProto.newBuilder().setKey(entries[i]).setValue(entries[i + 1]));
        }
        return tensor.build();
    }

    /** A tensor with the entries that everyone writes. */
    static TensorProto tensor(String name, String location, long offset, int bytes) {
        return tensor(
                name, bytes, "location", location, "offset", String.valueOf(offset), "length", String.valueOf(bytes));
    }

    static ModelProto model(TensorProto... initializers) {
        ModelProto model = TextModels.withGraph("");
        GraphProto.Builder graph = model.getGraph().toBuilder().addAllInitializer(Arrays.asList(initializers));
        return model.toBuilder().setGraph(graph).build();
    }

    static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** The bytes of a tensor that was read. */
    static byte[] content(OnnxModel model, TensorProto tensor) {
        Region region = model.payloads().get(tensor.getPayload().getIndex());
        byte[] bytes = new byte[Math.toIntExact(region.size())];
        region.read(0, bytes.length).get(bytes);
        return bytes;
    }
}
