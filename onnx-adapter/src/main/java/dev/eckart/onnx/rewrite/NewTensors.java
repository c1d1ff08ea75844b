package dev.eckart.onnx.rewrite;

import com.google.protobuf.ByteString;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.Payloads;
import dev.eckart.onnx.file.Region;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorShapeProto;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.tensor.TensorTypes;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/** The tensors that a change adds to a model, and the forms in which nodes take them. */
final class NewTensors {
    /** Before this version of the format, an initializer had to be an input too. */
    private static final int FIRST_WITHOUT_INPUTS = 4;

    private final OnnxModel model;
    private final GraphEdits edits;
    private final FreshNames names;
    private final List<Region> regions = new ArrayList<>();
    private final Map<Form, String> forms = new HashMap<>();
    private final Map<String, CRC32C> sums = new HashMap<>();

    /** A tensor in a type, and transposed or not. */
    private record Form(Stored stored, int type, boolean transposed) {}

    /** A tensor that was added. */
    record Stored(int graph, String name, ElementType type) {}

    NewTensors(OnnxModel model, GraphEdits edits, FreshNames names) {
        this.model = model;
        this.edits = edits;
        this.names = names;
    }

    /**
     * Adds a tensor.
     *
     * @param inPlace where to put it
     * @param wanted what to call it, if that is free
     * @throws dev.eckart.core.InvalidInputException if a number is too large for the type
     */
    Stored store(Value inPlace, String wanted, TensorView view, ElementType type) {
        String name = names.take(wanted);
        CRC32C sum = new CRC32C();
        regions.add(Tensors.store(view, type, name, model.payloads().scratch(), sum));
        sums.put(name, sum);
        add(inPlace, Tensors.ofPayload(name, view.dims(), type, model.payloads().size() + regions.size() - 1));
        return new Stored(inPlace.graph(), name, type);
    }

    /**
     * Adds a tensor of bytes.
     *
     * @param inPlace where to put it
     * @param wanted what to call it, if that is free
     * @param dataType ONNX's number for a type of one byte
     * @return its name
     */
    String storeBytes(Value inPlace, String wanted, List<Long> dims, int dataType, byte[] bytes) {
        String name = names.take(wanted);
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        regions.add(model.payloads()
                .scratch()
                .store(bytes.length, List.of(ByteBuffer.wrap(bytes)).iterator()));
        sums.put(name, sum);
        add(
                inPlace,
                TensorProto.newBuilder()
                        .setName(name)
                        .addAllDims(dims)
                        .setDataType(dataType)
                        .setPayload(TensorProto.Payload.newBuilder()
                                .setIndex(model.payloads().size() + regions.size() - 1)
                                .setField(TensorProto.RAW_DATA_FIELD_NUMBER))
                        .build());
        return name;
    }

    /**
     * Adds a small tensor, within the model's own file.
     *
     * @param inPlace where to put it
     * @param wanted what to call it, if that is free
     * @param raw its numbers, little-endian
     * @return its name
     */
    String storeRaw(Value inPlace, String wanted, List<Long> dims, int dataType, byte[] raw) {
        String name = names.take(wanted);
        add(
                inPlace,
                TensorProto.newBuilder()
                        .setName(name)
                        .addAllDims(dims)
                        .setDataType(dataType)
                        .setRawData(ByteString.copyFrom(raw))
                        .build());
        return name;
    }

    private void add(Value inPlace, TensorProto tensor) {
        edits.addInitializer(inPlace, tensor);
        if (inPlace.graph() == GraphIndex.MAIN && model.message().getIrVersion() < FIRST_WITHOUT_INPUTS) {
            edits.addInput(inPlace.graph(), declaration(tensor.getName(), tensor.getDataType(), tensor.getDimsList()));
        }
    }

    /** The declaration of an input that is a tensor. */
    static ValueInfoProto declaration(String name, int type, List<Long> dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        dims.forEach(dim -> shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim)));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
                .build();
    }

    /** The name under which nodes find a tensor in a type, and transposed if so wanted. */
    String operand(Stored stored, int type, boolean transposed) {
        String operand = stored.name;
        if (TensorTypes.dataType(stored.type) != type) {
            operand = forms.computeIfAbsent(
                    new Form(stored, type, false), form -> made(stored, stored.name, "Cast", "to", type));
        }
        if (transposed) {
            String upright = operand;
            operand = forms.computeIfAbsent(
                    new Form(stored, type, true), form -> made(stored, upright, "Transpose", "perm", 1, 0));
        }
        return operand;
    }

    private String made(Stored stored, String from, String operator, String attribute, long... values) {
        String to = names.take(from + "." + operator.toLowerCase(Locale.ROOT));
        edits.putFirst(
                stored.graph,
                NodeProto.newBuilder()
                        .setOpType(operator)
                        .setName(names.take(to + "_node"))
                        .addInput(from)
                        .addOutput(to)
                        .addAttribute(
                                values.length == 1
                                        ? Attributes.of(attribute, values[0])
                                        : Attributes.of(
                                                attribute,
                                                Arrays.stream(values).boxed().toList()))
                        .build());
        return to;
    }

    /** Sums over the bytes of the new tensors, by name. */
    Map<String, CRC32C> sums() {
        return Map.copyOf(sums);
    }

    /** The model's payloads, and those of the new tensors. */
    Payloads payloads() {
        return model.payloads().with(regions);
    }
}
