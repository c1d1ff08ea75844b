package dev.eckart.onnx.rewrite;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.stored.Integers;
import dev.eckart.onnx.graph.Attributes;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.tensor.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Products of integers in the place of those by a constant.
 *
 * <pre>{@code
 * before                   after
 * y = MatMul(x, W)         u, s, z = DynamicQuantizeLinear(x)      once for all products of x, see RoundedInput
 *                          p = MatMulInteger(u, codes, z, 0)
 *                          y = Cast(p) · (s · scales)              · m, where rows have steps of their own
 *
 * y = Gemm(x, W, c)        the same, and y = … + c
 * }</pre>
 *
 * <p>All are standard operators, of which ONNX Runtime makes one for a product when it loads the model. Zero points are always
 * given: without one, some settings of the runtime end the process.
 */
public final class IntegerLowering {
    /** From which on there is {@code DynamicQuantizeLinear}. */
    private static final long OPSET = 11;

    private final GraphIndex index;
    private final GraphEdits edits;
    private final NewTensors tensors;
    private final FreshNames names;
    private final CodesLowering codes;
    private final RoundedInput.Maker rounding;
    private final Map<Key, Rounded> rounded = new LinkedHashMap<>();
    private final Map<Factors, String> factors = new HashMap<>();
    private final Map<Integer, List<NodeProto>> products = new LinkedHashMap<>();
    private final Map<Integer, String> zeros = new HashMap<>();

    /** @param input what they multiply, of the first product that has them */
    private record Factors(Value input, List<Double> numbers) {}

    /** @param factors the tensor that the input is multiplied by; empty if there is none */
    private record Key(Value input, Optional<String> factors, boolean byRow) {}

    /** @param first the first node that takes the input */
    private record Rounded(RoundedInput input, int first) {}

    /** @param opset version of the standard operators that the model uses */
    IntegerLowering(
            GraphIndex index,
            GraphEdits edits,
            NewTensors tensors,
            FreshNames names,
            CodesLowering codes,
            long opset) {
        this.index = index;
        this.edits = edits;
        this.tensors = tensors;
        this.names = names;
        this.codes = codes;
        this.rounding = new RoundedInput.Maker(names, tensors, opset);
    }

    /**
     * Why no products of integers can stand for those by a constant, for people, without a capital or a full stop; empty if they
     * can.
     *
     * @param opset version of the standard operators that the model uses; 0 where it uses none
     */
    public static Optional<String> obstacle(GraphIndex index, ConstantSite site, long opset) {
        List<Use> uses = index.uses(site.root());
        if (opset < OPSET) {
            return Optional.of(
                    "the model has opset %d, but products of rounded inputs take %d or newer".formatted(opset, OPSET));
        }
        boolean suits = site.dims().size() == 2
                && site.root().graph() == GraphIndex.MAIN
                && uses.stream()
                        .allMatch(use -> index.graphOf(use.node()) == GraphIndex.MAIN
                                && PackedLowering.isProduct(index, site, use));
        return suits ? Optional.empty() : Optional.of("only MatMul and Gemm of the main graph multiply integers");
    }

    /** Stores a constant as codes, to which there is no {@linkplain #obstacle obstacle}. */
    CodeNames store(ConstantSite site, Integers form) {
        Value root = site.root();
        CodesLowering.IntegerOperand operand = codes.storeIntegers(site, form);
        Optional<String> smoothing = form.factors().map(row -> factors(root, row));
        for (Use use : index.uses(root)) {
            products.put(use.node(), nodes(site, index.node(use.node()), use, operand, smoothing, form.byRow()));
            edits.release(use);
        }
        edits.removeIfUnused(root);
        return smoothing.map(operand.names()::smoothedBy).orElse(operand.names());
    }

    /** The tensor of factors, which products of the same inputs share. */
    private String factors(Value root, MatrixSource row) {
        double[] numbers = Matrix.copyOf(row).toArray();
        return factors.computeIfAbsent(
                new Factors(
                        index.value(new Use(index.uses(root).get(0).node(), 0)).orElseThrow(),
                        Arrays.stream(numbers).boxed().toList()),
                unused -> tensors.store(
                                root,
                                root.name() + ".factors",
                                TensorView.of(row).reshaped(List.of((long) numbers.length)),
                                ElementType.FLOAT32)
                        .name());
    }

    /** Puts all nodes into the graph; each input is rounded before the first product that takes it. */
    void finish() {
        for (Rounded one : rounded.values()) {
            products.computeIfPresent(one.first, (node, nodes) -> {
                List<NodeProto> all = new ArrayList<>(one.input.nodes());
                all.addAll(nodes);
                return all;
            });
        }
        products.forEach(edits::replace);
    }

    private List<NodeProto> nodes(
            ConstantSite site,
            NodeProto original,
            Use use,
            CodesLowering.IntegerOperand operand,
            Optional<String> smoothing,
            boolean byRow) {
        List<NodeProto> nodes = new ArrayList<>();
        Value x = index.value(new Use(use.node(), 0)).orElseThrow();
        RoundedInput input = rounded.compute(
                        new Key(x, smoothing, byRow),
                        (key, known) -> new Rounded(
                                known == null
                                        ? rounding.of(original.getInput(0), site.root(), smoothing, byRow)
                                        : known.input,
                                known == null ? use.node() : Math.min(known.first, use.node())))
                .input;
        String product = add(
                nodes, "MatMulInteger", original, input.integers(), operand.value(), input.zeroPoint(), zero(site.root()));
        String numbers = names.take(original.getOutput(0) + ".numbers");
        nodes.add(NodeProto.newBuilder()
                .setOpType("Cast")
                .setName(names.take(numbers + "_node"))
                .addInput(product)
                .addOutput(numbers)
                .addAttribute(Attributes.of("to", DataType.FLOAT_VALUE))
                .build());
        String units = add(nodes, "Mul", original, input.step(), operand.names().scales());
        String ofParts = add(nodes, "Mul", original, numbers, units);
        // Not by way of the units: the runtime would make one operator of it that has one step for all rows.
        String scaled = input.sizes()
                .map(sizes -> add(nodes, "Mul", original, ofParts, sizes))
                .orElse(ofParts);
        boolean adds = original.getOpType().equals("Gemm")
                && original.getInputCount() > 2
                && !original.getInput(2).isEmpty();
        if (adds) {
            add(nodes, "Add", original, scaled, original.getInput(2));
        }
        NodeProto last = nodes.get(nodes.size() - 1);
        nodes.set(
                nodes.size() - 1,
                last.toBuilder()
                        .setName(original.getName())
                        .setOutput(0, original.getOutput(0))
                        .build());
        return nodes;
    }

    private String add(List<NodeProto> nodes, String operator, NodeProto original, String... inputs) {
        String output = names.take(original.getOutput(0) + ".part");
        nodes.add(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(names.take(output + "_node"))
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build());
        return output;
    }

    private String zero(Value root) {
        return zeros.computeIfAbsent(
                root.graph(),
                unused -> tensors.storeRaw(root, "eckart.zero.int8", List.of(), DataType.INT8_VALUE, new byte[1]));
    }
}
