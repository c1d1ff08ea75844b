package dev.eckart.onnx.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a model's large tensors, outside of its message: regions of mapped files, or of a {@link Scratch} for
 * tensors that are new.
 */
public final class Payloads {
    private final List<Payload> payloads;
    private final List<Path> dataFiles;
    private final Scratch scratch;

    /** Some bytes, and where they were read from. */
    record Payload(Region bytes, Origin origin) {}

    private Payloads(List<Payload> payloads, List<Path> dataFiles, Scratch scratch) {
        this.payloads = payloads;
        this.dataFiles = dataFiles;
        this.scratch = scratch;
    }

    static Payloads of(List<Payload> payloads, List<Path> dataFiles, Scratch scratch) {
        return new Payloads(List.copyOf(payloads), List.copyOf(dataFiles), scratch);
    }

    public int size() {
        return payloads.size();
    }

    /** The bytes of one payload. */
    public Region get(int index) {
        return payloads.get(index).bytes();
    }

    Origin origin(int index) {
        return payloads.get(index).origin();
    }

    /** These, and {@code more} from index {@link #size()} on. */
    public Payloads with(List<Region> more) {
        List<Payload> all = new ArrayList<>(payloads);
        more.forEach(bytes -> all.add(new Payload(bytes, new Origin.New())));
        return of(all, dataFiles, scratch);
    }

    /** The files beside the model's that some were read from. */
    public List<Path> dataFiles() {
        return dataFiles;
    }

    /** Where the bytes of new tensors go. */
    public Scratch scratch() {
        return scratch;
    }

    /** These, with another place for the bytes of new tensors. */
    public Payloads withScratch(Scratch other) {
        return new Payloads(payloads, dataFiles, other);
    }
}
