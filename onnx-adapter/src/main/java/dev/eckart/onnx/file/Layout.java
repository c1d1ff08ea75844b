package dev.eckart.onnx.file;

import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which of a model's tensors go to a data file, and where in it.
 *
 * <p>Tensors that were in data files before keep their order and as much of their alignment as helps; so those of one file
 * never take more room than they took in it, whatever the order in the message. Others follow, in the message's order.
 */
final class Layout {
    /** Smaller tensors stay inside, where ONNX's own tools look for shapes and the like. */
    private static final int SMALLEST = 1024;

    /** From this size on, a tensor begins on a page of memory of its own. */
    private static final long LARGE = 1 << 20;

    private static final long PAGE = 4096;
    private static final long CACHE_LINE = 64;

    /** Fields whose content is laid out as raw data are. */
    private static final Set<Integer> LAID_OUT_AS_RAW = Set.of(
            TensorProto.RAW_DATA_FIELD_NUMBER,
            TensorProto.FLOAT_DATA_FIELD_NUMBER,
            TensorProto.DOUBLE_DATA_FIELD_NUMBER);

    private final OnnxModel model;
    private final ExternalData wanted;

    private Layout(OnnxModel model, ExternalData wanted) {
        this.model = model;
        this.wanted = wanted;
    }

    /** Part of a data file. */
    record Stretch(long offset, Region bytes) {}

    /**
     * A model, ready to be written.
     *
     * @param message with payloads for the tensors in the model's file alone
     * @param data what the data file holds, from its beginning; empty if there is to be none
     */
    record Arranged(ModelProto message, List<Stretch> data) {
        Arranged {
            data = List.copyOf(data);
        }
    }

    /**
     * Arranges a model.
     *
     * @param location of the data file, as tensors will name it
     */
    static Arranged arrange(OnnxModel model, ExternalData wanted, String location) {
        Layout layout = new Layout(model, wanted);
        Map<Integer, Stretch> stretches = layout.stretches();
        ModelProto message = TensorWalk.changeEach(model.message(), (tensor, initializer) -> {
            if (!tensor.hasPayload()) {
                return tensor;
            }
            Optional<Stretch> stretch = layout.goesOutside(tensor, initializer)
                    ? Optional.ofNullable(stretches.get(tensor.getPayload().getIndex()))
                    : Optional.empty();
            return stretch.map(to -> ExternalReference.outside(
                            tensor, location, to.offset(), to.bytes().size()))
                    .orElseGet(() -> ExternalReference.inside(tensor));
        });
        return new Arranged(message, List.copyOf(stretches.values()));
    }

    /** By the payloads' indices, in the file's order. */
    private Map<Integer, Stretch> stretches() {
        Map<Origin.Outside, Integer> before =
                new TreeMap<>(Comparator.comparingInt(Origin.Outside::file).thenComparingLong(Origin.Outside::offset));
        List<Integer> others = new ArrayList<>();
        TensorWalk.changeEach(model.message(), (tensor, initializer) -> {
            int index = tensor.getPayload().getIndex();
            if (goesOutside(tensor, initializer)) {
                if (model.payloads().origin(index) instanceof Origin.Outside outside) {
                    before.put(outside, index);
                } else {
                    others.add(index);
                }
            }
            return tensor;
        });
        List<Integer> order = new ArrayList<>(before.values());
        order.addAll(others);
        Map<Integer, Stretch> stretches = new LinkedHashMap<>();
        long end = 0;
        for (int index : order) {
            Region bytes = model.payloads().get(index);
            long alignment = alignment(index);
            long offset = (end + alignment - 1) / alignment * alignment;
            stretches.put(index, new Stretch(offset, bytes));
            end = offset + bytes.size();
        }
        return stretches;
    }

    private long alignment(int index) {
        // That of offset 0 tells nothing.
        if (model.payloads().origin(index) instanceof Origin.Outside outside && outside.offset() > 0) {
            return Math.min(PAGE, Long.lowestOneBit(outside.offset()));
        }
        return model.payloads().get(index).size() >= LARGE ? PAGE : CACHE_LINE;
    }

    private boolean goesOutside(TensorProto tensor, boolean initializer) {
        if (!tensor.hasPayload() || wanted == ExternalData.NEVER) {
            return false;
        }
        int index = tensor.getPayload().getIndex();
        Region bytes = model.payloads().get(index);
        Origin origin = model.payloads().origin(index);
        if (origin instanceof Origin.Outside) {
            return bytes.size() > 0;
        }
        if (wanted == ExternalData.AUTO
                && (origin instanceof Origin.Inside
                        || model.payloads().dataFiles().isEmpty())) {
            return false;
        }
        boolean place = initializer || origin instanceof Origin.New;
        return place && bytes.size() >= SMALLEST && isLaidOutAsRaw(tensor, bytes);
    }

    private static boolean isLaidOutAsRaw(TensorProto tensor, Region bytes) {
        OptionalLong size = RawSize.of(tensor);
        return LAID_OUT_AS_RAW.contains(tensor.getPayload().getField())
                && size.isPresent()
                && size.getAsLong() == bytes.size();
    }
}
