package dev.eckart.onnx.rewrite;

import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.graph.GraphEdits;
import dev.eckart.onnx.graph.GraphIndex;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.scan.ConstantSite;
import dev.eckart.onnx.tensor.TensorTypes;
import java.util.ArrayList;
import java.util.List;

/**
 * The original graph, in which some tensors are no constants: each is an input of the model, and must be given to each run.
 *
 * @param model without the tensors
 */
public record OpenConstants(OnnxModel model, List<Given> given) {
    public OpenConstants {
        given = List.copyOf(given);
    }

    /**
     * A tensor to be given.
     *
     * @param input the name of the input that gives it
     */
    public record Given(String input, ConstantSite site) {

        /** The type of its numbers. */
        public ElementType type() {
            return site.weight().type();
        }
    }

    /**
     * Opens constants of a model.
     *
     * @param index of the model
     * @param sites those to open
     */
    public static OpenConstants of(OnnxModel model, GraphIndex index, List<ConstantSite> sites) {
        FreshNames names = new FreshNames(model.message().getGraph());
        GraphEdits edits = new GraphEdits(index);
        List<Given> given = new ArrayList<>();
        for (ConstantSite site : sites) {
            String name = names.take(site.root().name() + ".given");
            edits.addInput(
                    GraphIndex.MAIN,
                    NewTensors.declaration(
                            name, TensorTypes.dataType(site.weight().type()), site.dims()));
            edits.compute(
                    site.root(),
                    List.of(NodeProto.newBuilder()
                            .setOpType("Identity")
                            .setName(names.take(name + "_node"))
                            .addInput(name)
                            .addOutput(site.root().name())
                            .build()));
            given.add(new Given(name, site));
        }
        return new OpenConstants(
                new OnnxModel(
                        model.message().toBuilder().setGraph(edits.apply()).build(), model.payloads()),
                given);
    }
}
