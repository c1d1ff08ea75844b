package dev.eckart.onnx.file;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import org.jspecify.annotations.Nullable;

/** A walk over all tensors of a model, wherever in its message they are, in the message's order. */
final class TensorWalk {

    /** What to put in a tensor's place. */
    interface Change {
        /**
         * The tensor that is to be there instead, or the same one.
         *
         * @param initializer whether it is an initializer of the main graph or of a subgraph of it
         */
        TensorProto apply(TensorProto tensor, boolean initializer);
    }

    private final Change change;

    private TensorWalk(Change change) {
        this.change = change;
    }

    /** The model with each tensor changed. */
    static ModelProto changeEach(ModelProto model, Change change) {
        return (ModelProto) new TensorWalk(change).walk(model, false);
    }

    private Message walk(Message message, boolean running) {
        Message.@Nullable Builder changed = null;
        Descriptor type = message.getDescriptorForType();
        for (int number : Wire.towardsTensors(type)) {
            FieldDescriptor field = type.findFieldByNumber(number);
            if (field.isRepeated()) {
                for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                    Message before = (Message) message.getRepeatedField(field, i);
                    Message after = step(field, before, running);
                    if (after != before) {
                        changed = changed == null ? message.toBuilder() : changed;
                        changed.setRepeatedField(field, i, after);
                    }
                }
            } else if (message.hasField(field)) {
                Message before = (Message) message.getField(field);
                Message after = step(field, before, running);
                if (after != before) {
                    changed = changed == null ? message.toBuilder() : changed;
                    changed.setField(field, after);
                }
            }
        }
        return changed == null ? message : changed.build();
    }

    /** @param running whether the message that the field is in belongs to the main graph */
    private Message step(FieldDescriptor field, Message message, boolean running) {
        if (message instanceof TensorProto tensor) {
            boolean initializer = field.getContainingType() == GraphProto.getDescriptor();
            return change.apply(tensor, running && initializer);
        }
        boolean mainGraph = field.getContainingType() == ModelProto.getDescriptor()
                && field.getNumber() == ModelProto.GRAPH_FIELD_NUMBER;
        return walk(message, running || mainGraph);
    }
}
