package dev.eckart.onnx.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a model's large tensors, outside of its message: regions of the mapped file, or of memory for tensors
 * that are new.
 */
public final class Payloads {
    private final List<ByteBuffer> buffers;

    private Payloads(List<ByteBuffer> buffers) {
        this.buffers = buffers;
    }

    static Payloads of(List<ByteBuffer> buffers) {
        return new Payloads(List.copyOf(buffers));
    }

    public int size() {
        return buffers.size();
    }

    /** A view of one payload, little-endian, from its first byte to its last. */
    public ByteBuffer get(int index) {
        return buffers.get(index).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** These, and {@code more} from index {@link #size()} on. */
    public Payloads with(List<ByteBuffer> more) {
        List<ByteBuffer> all = new ArrayList<>(buffers);
        all.addAll(more);
        return of(all);
    }
}
