package dev.eckart.onnx.run;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Destination;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Inputs out of files, in one of the forms that users have them in:
 *
 * <ol>
 *   <li>an {@code .npz} file, keyed by the names of the inputs;
 *   <li>a directory of {@code NAME.npy} files, one for each input; in the file's name, every character of the input's
 *       name but letters, digits, dots, hyphens and underscores stands as an underscore;
 *   <li>an ONNX test data set, a directory of {@code input_N.pb} files in the order of the model's inputs.
 * </ol>
 */
public final class InputFiles {
    private InputFiles() {}

    /**
     * Reads the values of a model's inputs.
     *
     * @param running as for {@link InputSet#of}
     * @param model as for {@link InputSet#of}
     * @throws InvalidInputException if they are in none of these forms, or do not fit the inputs
     */
    public static InputSet read(Path location, RunnableModel running, OnnxModel model) {
        return InputSet.of(running, model, arrays(location, running.inputs()), "`%s`".formatted(location));
    }

    private static Map<String, NpyArray> arrays(Path location, List<ModelInput> inputs) {
        if (!Files.exists(location)) {
            throw new InvalidInputException(
                    "`%s` does not exist; expected an .npz file, a directory of .npy files, or an ONNX test data set"
                            .formatted(location));
        }
        if (Files.isRegularFile(location) && location.toString().endsWith(".npy")) {
            throw new InvalidInputException(
                    "`%s` is one array; expected an .npz file, which names each input's array, or a directory of .npy files: give `%s`, if the file is named after the input"
                            .formatted(location, location.toAbsolutePath().getParent()));
        }
        if (!Files.isDirectory(location)) {
            return NpyFile.readAll(location);
        }
        return Files.exists(location.resolve("input_0.pb"))
                ? testDataSet(location, inputs)
                : npyFiles(location, inputs);
    }

    private static Map<String, NpyArray> npyFiles(Path directory, List<ModelInput> inputs) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (ModelInput input : inputs) {
            Path file = directory.resolve(input.name().replaceAll("[^A-Za-z0-9._-]", "_") + ".npy");
            arrays.put(input.name(), NpyFile.read(file));
        }
        return arrays;
    }

    private static Map<String, NpyArray> testDataSet(Path directory, List<ModelInput> inputs) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            ElementConversion.requireTensor(inputs.get(i));
            Path file = directory.resolve("input_%d.pb".formatted(i));
            Destination.requireReadable(file, "an ONNX tensor");
            try {
                arrays.put(inputs.get(i).name(), array(TensorProto.parseFrom(Files.readAllBytes(file)), file));
            } catch (InvalidProtocolBufferException e) {
                throw new InvalidInputException("`%s` is not an ONNX tensor: %s".formatted(file, e.getMessage()), e);
            } catch (IOException e) {
                throw new InvalidInputException(
                        "`%s`, for input `%s`, cannot be read: %s"
                                .formatted(file, inputs.get(i).name(), e),
                        e);
            }
        }
        return arrays;
    }

    private static NpyArray array(TensorProto tensor, Path file) {
        NpyType type = switch (tensor.getDataType()) {
            case DataType.FLOAT_VALUE -> NpyType.FLOAT32;
            case DataType.DOUBLE_VALUE -> NpyType.FLOAT64;
            case DataType.FLOAT16_VALUE -> NpyType.FLOAT16;
            case DataType.BFLOAT16_VALUE -> NpyType.BFLOAT16;
            case DataType.INT8_VALUE -> NpyType.INT8;
            case DataType.INT16_VALUE -> NpyType.INT16;
            case DataType.INT32_VALUE -> NpyType.INT32;
            case DataType.INT64_VALUE -> NpyType.INT64;
            case DataType.UINT8_VALUE -> NpyType.UINT8;
            case DataType.BOOL_VALUE -> NpyType.BOOL;
            default ->
                throw new InvalidInputException(
                        "`%s` holds numbers of type %d, which cannot be fed".formatted(file, tensor.getDataType()));
        };
        ByteBuffer bytes = tensor.hasRawData() ? tensor.getRawData().asReadOnlyByteBuffer() : typedData(tensor, type);
        try {
            List<Integer> shape =
                    tensor.getDimsList().stream().map(Math::toIntExact).toList();
            return NpyArray.of(type, shape, bytes);
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new InvalidInputException(
                    "`%s` declares %s numbers of %s but holds %d bytes"
                            .formatted(file, Tensors.shape(tensor.getDimsList()), type.label(), bytes.remaining()),
                    e);
        }
    }

    private static ByteBuffer typedData(TensorProto tensor, NpyType type) {
        long size = (long) tensor.getFloatDataCount() * Float.BYTES
                + (long) tensor.getDoubleDataCount() * Double.BYTES
                + (long) tensor.getInt64DataCount() * Long.BYTES
                + (long) tensor.getInt32DataCount() * Math.min(type.bytes(), Integer.BYTES);
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
        tensor.getFloatDataList().forEach(bytes::putFloat);
        tensor.getDoubleDataList().forEach(bytes::putDouble);
        tensor.getInt64DataList().forEach(bytes::putLong);
        for (int value : tensor.getInt32DataList()) {
            switch (type.bytes()) {
                case 1 -> bytes.put((byte) value);
                case 2 -> bytes.putShort((short) value);
                default -> bytes.putInt(value);
            }
        }
        return bytes.flip();
    }
}
