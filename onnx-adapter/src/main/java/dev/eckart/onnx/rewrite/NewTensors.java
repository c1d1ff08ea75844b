package dev.eckart.onnx.rewrite;

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
        TensorProto tensor =
                Tensors.ofPayload(name, view.dims(), type, model.payloads().size() + regions.size() - 1);
        edits.addInitializer(inPlace, tensor);
        if (inPlace.graph() == GraphIndex.MAIN && model.message().getIrVersion() < FIRST_WITHOUT_INPUTS) {
            edits.addInput(inPlace.graph(), declaration(name, tensor.getDataType(), view.dims()));
        }
        return new Stored(inPlace.graph(), name, type);
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
