package dev.eckart.onnx.file;

import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a model's large tensors, outside of its message: regions of mapped files, or of memory for tensors that
 * are new.
 */
public final class Payloads {
    private final List<Region> regions;

    private Payloads(List<Region> regions) {
        this.regions = regions;
    }

    static Payloads of(List<Region> regions) {
        return new Payloads(List.copyOf(regions));
    }

    public int size() {
        return regions.size();
    }

    /** The bytes of one payload. */
    public Region get(int index) {
        return regions.get(index);
    }

    /** These, and {@code more} from index {@link #size()} on. */
    public Payloads with(List<Region> more) {
        List<Region> all = new ArrayList<>(regions);
        all.addAll(more);
        return of(all);
    }
}
