package dev.eckart.onnx.rewrite;

import com.google.protobuf.ByteString;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.Region;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.FunctionProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.SparseTensorProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.proto.TypeProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import dev.eckart.onnx.tensor.TensorView;
import dev.eckart.onnx.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A model that computes in float32 what another computes in 16 bits: each float16 and bfloat16 number that is stored, taken,
 * given out or cast to is a float32 there. The stored numbers are the same, as a wider type holds them all.
 *
 * <p>Rounding to 16 bits moves the output of a product by as much as some mistakes do. Two such models of which one is a
 * right rewrite of the other differ by the rounding of float32 alone.
 */
public final class Widened {
    /** The integer attributes that name an element type. */
    private static final Set<String> TYPE_ATTRIBUTES =
            Set.of("to", "dtype", "output_dtype", "output_datatype", "precision", "softmax_precision", "stash_type");

    private final OnnxModel model;
    private final List<Region> regions = new ArrayList<>();

    private Widened(OnnxModel model) {
        this.model = model;
    }

    /** The model in float32; the same message if it has nothing of 16 bits. */
    public static OnnxModel of(OnnxModel model) {
        Widened widened = new Widened(model);
        ModelProto message = model.message();
        ModelProto.Builder wide = message.toBuilder().setGraph(widened.graph(message.getGraph()));
        for (int i = 0; i < message.getFunctionsCount(); i++) {
            wide.setFunctions(i, widened.function(message.getFunctions(i)));
        }
        return new OnnxModel(wide.build(), model.payloads().with(widened.regions));
    }

    /** The type that stands in the place of one: float32 for float16 and bfloat16. */
    static int type(int dataType) {
        return isNarrow(dataType) ? DataType.FLOAT_VALUE : dataType;
    }

    private static boolean isNarrow(long dataType) {
        return dataType == DataType.FLOAT16_VALUE || dataType == DataType.BFLOAT16_VALUE;
    }

    private GraphProto graph(GraphProto graph) {
        GraphProto.Builder wide = graph.toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            wide.setInitializer(i, initializer(graph.getInitializer(i)));
        }
        for (int i = 0; i < graph.getSparseInitializerCount(); i++) {
            wide.setSparseInitializer(i, sparse(graph.getSparseInitializer(i)));
        }
        for (int i = 0; i < graph.getInputCount(); i++) {
            wide.setInput(i, value(graph.getInput(i)));
        }
        for (int i = 0; i < graph.getOutputCount(); i++) {
            wide.setOutput(i, value(graph.getOutput(i)));
        }
        for (int i = 0; i < graph.getValueInfoCount(); i++) {
            wide.setValueInfo(i, value(graph.getValueInfo(i)));
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            wide.setNode(i, node(graph.getNode(i)));
        }
        return wide.build();
    }

    private FunctionProto function(FunctionProto function) {
        FunctionProto.Builder wide = function.toBuilder();
        for (int i = 0; i < function.getNodeCount(); i++) {
            wide.setNode(i, node(function.getNode(i)));
        }
        for (int i = 0; i < function.getAttributeProtoCount(); i++) {
            wide.setAttributeProto(i, attribute(function.getAttributeProto(i)));
        }
        for (int i = 0; i < function.getValueInfoCount(); i++) {
            wide.setValueInfo(i, value(function.getValueInfo(i)));
        }
        return wide.build();
    }

    private NodeProto node(NodeProto node) {
        NodeProto.Builder wide = node.toBuilder();
        for (int i = 0; i < node.getAttributeCount(); i++) {
            wide.setAttribute(i, attribute(node.getAttribute(i)));
        }
        return wide.build();
    }

    private AttributeProto attribute(AttributeProto attribute) {
        AttributeProto.Builder wide = attribute.toBuilder();
        if (TYPE_ATTRIBUTES.contains(attribute.getName()) && isNarrow(attribute.getI())) {
            wide.setI(DataType.FLOAT_VALUE);
        }
        if (attribute.hasT()) {
            wide.setT(tensor(attribute.getT()));
        }
        for (int i = 0; i < attribute.getTensorsCount(); i++) {
            wide.setTensors(i, tensor(attribute.getTensors(i)));
        }
        if (attribute.hasSparseTensor()) {
            wide.setSparseTensor(sparse(attribute.getSparseTensor()));
        }
        for (int i = 0; i < attribute.getSparseTensorsCount(); i++) {
            wide.setSparseTensors(i, sparse(attribute.getSparseTensors(i)));
        }
        if (attribute.hasG()) {
            wide.setG(graph(attribute.getG()));
        }
        for (int i = 0; i < attribute.getGraphsCount(); i++) {
            wide.setGraphs(i, graph(attribute.getGraphs(i)));
        }
        if (attribute.hasTp()) {
            wide.setTp(type(attribute.getTp()));
        }
        for (int i = 0; i < attribute.getTypeProtosCount(); i++) {
            wide.setTypeProtos(i, type(attribute.getTypeProtos(i)));
        }
        return wide.build();
    }

    private static ValueInfoProto value(ValueInfoProto value) {
        return value.hasType()
                ? value.toBuilder().setType(type(value.getType())).build()
                : value;
    }

    private static TypeProto type(TypeProto type) {
        TypeProto.Builder wide = type.toBuilder();
        switch (type.getValueCase()) {
            case TENSOR_TYPE ->
                wide.getTensorTypeBuilder()
                        .setElemType(type(type.getTensorType().getElemType()));
            case SPARSE_TENSOR_TYPE ->
                wide.getSparseTensorTypeBuilder()
                        .setElemType(type(type.getSparseTensorType().getElemType()));
            case SEQUENCE_TYPE ->
                wide.getSequenceTypeBuilder()
                        .setElemType(type(type.getSequenceType().getElemType()));
            case OPTIONAL_TYPE ->
                wide.getOptionalTypeBuilder()
                        .setElemType(type(type.getOptionalType().getElemType()));
            case MAP_TYPE ->
                wide.getMapTypeBuilder().setValueType(type(type.getMapType().getValueType()));
            case OPAQUE_TYPE, VALUE_NOT_SET -> {}
        }
        return wide.build();
    }

    private SparseTensorProto sparse(SparseTensorProto tensor) {
        return tensor.toBuilder().setValues(tensor(tensor.getValues())).build();
    }

    /** An initializer, which may be large. Infinities and what is no number, as masks have them, stay what they are. */
    private TensorProto initializer(TensorProto tensor) {
        if (!isNarrow(tensor.getDataType())) {
            return tensor;
        }
        TensorView view = Tensors.view(tensor, model.payloads()).orElseThrow();
        regions.add(model.payloads().scratch().store(view.size() * Float.BYTES, Tensors.floats(view)));
        return Tensors.ofPayload(
                tensor.getName(),
                tensor.getDimsList(),
                ElementType.FLOAT32,
                model.payloads().size() + regions.size() - 1);
    }

    /** A tensor in a node, which is written into the model's own file. */
    private TensorProto tensor(TensorProto tensor) {
        if (!isNarrow(tensor.getDataType())) {
            return tensor;
        }
        TensorView view = Tensors.view(tensor, model.payloads()).orElseThrow();
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(view.size() * Float.BYTES));
        Tensors.floats(view).forEachRemaining(bytes::put);
        return TensorProto.newBuilder()
                .setName(tensor.getName())
                .addAllDims(tensor.getDimsList())
                .setDataType(DataType.FLOAT_VALUE)
                .setRawData(ByteString.copyFrom(bytes.flip()))
                .build();
    }
}
