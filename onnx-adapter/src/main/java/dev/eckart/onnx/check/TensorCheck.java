package dev.eckart.onnx.check;

import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.file.RawSize;
import dev.eckart.onnx.file.Region;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.FunctionProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;

/**
 * Compares what tensors hold with what they declare; where the data are in an external file, looks at the dimensions
 * alone.
 */
final class TensorCheck {
    /** Dimensions that a sentence repeats. */
    private static final int SHOWN_DIMS = 8;

    /** Bytes looked at together. */
    private static final int CHUNK = 1 << 16;

    /** A varint has no more bytes. */
    private static final int LONGEST_VARINT = 10;

    private final Payloads payloads;

    TensorCheck(Payloads payloads) {
        this.payloads = payloads;
    }

    /** Checks each tensor of the model's graph, in whatever depth, and of its functions. */
    void require(ModelProto model) {
        graph(model.getGraph());
        for (FunctionProto function : model.getFunctionsList()) {
            function.getAttributeProtoList()
                    .forEach(attribute -> attribute(attribute, () -> "of function " + Quoted.name(function.getName())));
            function.getNodeList().forEach(this::node);
        }
    }

    private void graph(GraphProto graph) {
        graph.getInitializerList().forEach(tensor -> tensor(tensor, () -> initializer(tensor)));
        graph.getSparseInitializerList().forEach(tensor -> sparse(tensor, () -> initializer(tensor.getValues())));
        graph.getNodeList().forEach(this::node);
    }

    private static String initializer(TensorProto tensor) {
        return "initializer " + Quoted.name(tensor.getName());
    }

    private void node(NodeProto node) {
        for (AttributeProto attribute : node.getAttributeList()) {
            attribute(attribute, () -> "of " + Quoted.node(node));
        }
    }

    private void attribute(AttributeProto attribute, Supplier<String> where) {
        Supplier<String> what = () -> "tensor %s %s".formatted(Quoted.name(attribute.getName()), where.get());
        if (attribute.hasT()) {
            tensor(attribute.getT(), what);
        }
        attribute.getTensorsList().forEach(tensor -> tensor(tensor, what));
        if (attribute.hasSparseTensor()) {
            sparse(attribute.getSparseTensor(), what);
        }
        attribute.getSparseTensorsList().forEach(tensor -> sparse(tensor, what));
        if (attribute.hasG()) {
            graph(attribute.getG());
        }
        attribute.getGraphsList().forEach(this::graph);
    }

    /** Few numbers may stand for many, but the dimensions are bound to be possible. */
    private void sparse(SparseTensorProto sparse, Supplier<String> what) {
        elements(TensorProto.newBuilder().addAllDims(sparse.getDimsList()).build(), what);
        tensor(sparse.getValues(), what);
        tensor(sparse.getIndices(), () -> "the indices of " + what.get());
    }

    private void tensor(TensorProto tensor, Supplier<String> what) {
        long elements = elements(tensor, what);
        int bits = RawSize.bits(tensor.getDataType());
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return;
        }
        if (holds(tensor, TensorProto.RAW_DATA_FIELD_NUMBER)) {
            long bytes = rawBytes(tensor);
            // A text has no raw form, and an unknown type has an unknown one.
            if (bits != 0 && bytes != bytesOf(elements, bits)) {
                throw mismatch(tensor, what, bytes + " bytes");
            }
        } else if (bits != 0 || tensor.getDataType() == DataType.STRING_VALUE) {
            long entries = entries(tensor, field(tensor.getDataType()), what);
            if (entries != entriesFor(elements, tensor.getDataType())) {
                throw mismatch(tensor, what, entries + " in the field of that type");
            }
        }
    }

    private static long elements(TensorProto tensor, Supplier<String> what) {
        try {
            return Tensors.elements(tensor);
        } catch (InvalidInputException e) {
            throw new InvalidInputException(
                    "%s declares impossible dimensions: %s".formatted(what.get(), shape(tensor)), e);
        }
    }

    private static InvalidInputException mismatch(TensorProto tensor, Supplier<String> what, String held) {
        return new InvalidInputException("%s declares %s numbers of %s but holds %s"
                .formatted(what.get(), shape(tensor), TensorTypes.label(tensor.getDataType()), held));
    }

    private static String shape(TensorProto tensor) {
        List<Long> dims = tensor.getDimsList();
        return dims.size() <= SHOWN_DIMS
                ? Tensors.shape(dims)
                : Tensors.shape(dims.subList(0, SHOWN_DIMS)).replace("]", "×…]");
    }

    /** The field that holds numbers of a type where there are no raw data. */
    private static int field(int dataType) {
        return switch (dataType) {
            case DataType.FLOAT_VALUE, DataType.COMPLEX64_VALUE -> TensorProto.FLOAT_DATA_FIELD_NUMBER;
            case DataType.DOUBLE_VALUE, DataType.COMPLEX128_VALUE -> TensorProto.DOUBLE_DATA_FIELD_NUMBER;
            case DataType.INT64_VALUE -> TensorProto.INT64_DATA_FIELD_NUMBER;
            case DataType.UINT32_VALUE, DataType.UINT64_VALUE -> TensorProto.UINT64_DATA_FIELD_NUMBER;
            case DataType.STRING_VALUE -> TensorProto.STRING_DATA_FIELD_NUMBER;
            default -> TensorProto.INT32_DATA_FIELD_NUMBER;
        };
    }

    /** Entries of that field; those of fewer than eight bits share one that holds a byte. */
    private static long entriesFor(long elements, int dataType) {
        return switch (dataType) {
            case DataType.COMPLEX64_VALUE, DataType.COMPLEX128_VALUE -> bytesOf(elements, 2 * Byte.SIZE);
            case DataType.STRING_VALUE -> elements;
            default -> bytesOf(elements, Math.min(RawSize.bits(dataType), Byte.SIZE));
        };
    }

    /** Bytes that numbers take together; the largest long if that is not a long, since nothing holds as many. */
    private static long bytesOf(long elements, int bits) {
        return elements > Long.MAX_VALUE / bits - Byte.SIZE
                ? Long.MAX_VALUE
                : (elements * bits + Byte.SIZE - 1) / Byte.SIZE;
    }

    private static boolean holds(TensorProto tensor, int field) {
        return (field == TensorProto.RAW_DATA_FIELD_NUMBER && tensor.hasRawData()) || isPayload(tensor, field);
    }

    private static boolean isPayload(TensorProto tensor, int field) {
        return tensor.hasPayload() && tensor.getPayload().getField() == field;
    }

    private Region payload(TensorProto tensor) {
        return payloads.get(tensor.getPayload().getIndex());
    }

    private long rawBytes(TensorProto tensor) {
        return isPayload(tensor, TensorProto.RAW_DATA_FIELD_NUMBER)
                ? payload(tensor).size()
                : tensor.getRawData().size();
    }

    private long entries(TensorProto tensor, int field, Supplier<String> what) {
        if (isPayload(tensor, field)) {
            return packed(payload(tensor), field, what);
        }
        return switch (field) {
            case TensorProto.FLOAT_DATA_FIELD_NUMBER -> tensor.getFloatDataCount();
            case TensorProto.DOUBLE_DATA_FIELD_NUMBER -> tensor.getDoubleDataCount();
            case TensorProto.INT32_DATA_FIELD_NUMBER -> tensor.getInt32DataCount();
            case TensorProto.INT64_DATA_FIELD_NUMBER -> tensor.getInt64DataCount();
            case TensorProto.UINT64_DATA_FIELD_NUMBER -> tensor.getUint64DataCount();
            default -> tensor.getStringDataCount();
        };
    }

    /** Entries of a packed field, which protobuf has not seen yet. */
    private static long packed(Region data, int field, Supplier<String> what) {
        int width = switch (field) {
            case TensorProto.FLOAT_DATA_FIELD_NUMBER -> Float.BYTES;
            case TensorProto.DOUBLE_DATA_FIELD_NUMBER -> Double.BYTES;
            default -> 0;
        };
        if (width == 0) {
            return varints(data, what);
        }
        if (data.size() % width != 0) {
            throw new InvalidInputException(
                    "%s ends within a number, after %d bytes".formatted(what.get(), data.size()));
        }
        return data.size() / width;
    }

    private static long varints(Region data, Supplier<String> what) {
        long count = 0;
        int length = 0;
        for (long at = 0; at < data.size(); at += CHUNK) {
            ByteBuffer bytes = data.read(at, (int) Math.min(CHUNK, data.size() - at));
            while (bytes.hasRemaining()) {
                length++;
                if (length > LONGEST_VARINT) {
                    throw new InvalidInputException(what.get() + " holds a number longer than 64 bits");
                }
                if (bytes.get() >= 0) {
                    count++;
                    length = 0;
                }
            }
        }
        if (length > 0) {
            throw new InvalidInputException(
                    "%s ends within a number, after %d bytes".formatted(what.get(), data.size()));
        }
        return count;
    }
}
