package dev.eckart.onnx.rewrite;

import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The nodes that round an input of products to 8 bits, and what they give.
 *
 * <pre>{@code
 * x = Mul(x, factors)                                where there are any
 * m = Max(ReduceMax(Abs(x)), least); x = Div(x, m)   where each row has a step of its own
 * u, s, z = DynamicQuantizeLinear(x)
 * }</pre>
 *
 * @param integers u
 * @param step s, what one unit of the integers stands for
 * @param zeroPoint z, the integer that stands for zero
 * @param sizes m, what the products of each row are to be multiplied by; empty where all rows have one step
 */
record RoundedInput(
        List<NodeProto> nodes, String integers, String step, String zeroPoint, Optional<String> sizes) {
    /** From which on {@code ReduceMax} takes axes as an input. */
    private static final long OPSET_OF_AXES = 18;

    RoundedInput {
        nodes = List.copyOf(nodes);
    }

    /** Makes the nodes for the values of a model's main graph. */
    static final class Maker {
        private final FreshNames names;
        private final NewTensors tensors;
        private final long opset;
        private Optional<String> least = Optional.empty();
        private Optional<String> axes = Optional.empty();

        /** @param opset version of the standard operators that the model uses */
        Maker(FreshNames names, NewTensors tensors, long opset) {
            this.names = names;
            this.tensors = tensors;
            this.opset = opset;
        }

        /**
         * The nodes for a value.
         *
         * @param root in whose place tensors are added, if there are none yet
         * @param factors the tensor that it is multiplied by
         */
        RoundedInput of(String x, Value root, Optional<String> factors, boolean byRow) {
            List<NodeProto> nodes = new ArrayList<>();
            String rounded = factors.map(by -> add(nodes, "Mul", x, "smoothed", x, by)).orElse(x);
            Optional<String> sizes = Optional.empty();
            if (byRow) {
                String sizesOfAll = add(nodes, "Abs", x, "sizes", rounded);
                String largest = largestOfRows(nodes, x, sizesOfAll, root);
                // A row of zeros stays one.
                sizes = Optional.of(add(nodes, "Max", x, "size", largest, least(root)));
                rounded = add(nodes, "Div", x, "part", rounded, sizes.get());
            }
            String integers = names.take(x + ".integers");
            String step = names.take(x + ".step");
            String zeroPoint = names.take(x + ".zero");
            nodes.add(NodeProto.newBuilder()
                    .setOpType("DynamicQuantizeLinear")
                    .setName(names.take(integers + "_node"))
                    .addInput(rounded)
                    .addOutput(integers)
                    .addOutput(step)
                    .addOutput(zeroPoint)
                    .build());
            return new RoundedInput(nodes, integers, step, zeroPoint, sizes);
        }

        private String largestOfRows(List<NodeProto> nodes, String x, String sizes, Value root) {
            String largest = names.take(x + ".largest");
            NodeProto.Builder reducing = NodeProto.newBuilder()
                    .setOpType("ReduceMax")
                    .setName(names.take(largest + "_node"))
                    .addInput(sizes)
                    .addAttribute(Attributes.of("keepdims", 1))
                    .addOutput(largest);
            if (opset < OPSET_OF_AXES) {
                reducing.addAttribute(Attributes.of("axes", List.of(-1L)));
            } else {
                reducing.addInput(axes(root));
            }
            nodes.add(reducing.build());
            return largest;
        }

        private String least(Value root) {
            if (least.isEmpty()) {
                byte[] number = ByteBuffer.allocate(Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(Float.MIN_NORMAL)
                        .array();
                least = Optional.of(
                        tensors.storeRaw(root, "eckart.least", List.of(), DataType.FLOAT_VALUE, number));
            }
            return least.get();
        }

        private String axes(Value root) {
            if (axes.isEmpty()) {
                byte[] last = ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(-1)
                        .array();
                axes = Optional.of(tensors.storeRaw(root, "eckart.last", List.of(1L), DataType.INT64_VALUE, last));
            }
            return axes.get();
        }

        private String add(List<NodeProto> nodes, String operator, String x, String what, String... inputs) {
            String output = names.take(x + "." + what);
            nodes.add(NodeProto.newBuilder()
                    .setOpType(operator)
                    .setName(names.take(output + "_node"))
                    .addAllInput(List.of(inputs))
                    .addOutput(output)
                    .build());
            return output;
        }
    }
}
