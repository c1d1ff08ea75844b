package dev.eckart.onnx.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a model's large tensors, outside of its message: regions of the files that it was read from, or of a
 * {@link Scratch} for tensors that are new.
 */
public final class Payloads {
    private final List<Payload> payloads;
    private final List<Path> dataFiles;
    private final List<ReadFile> files;
    private final Scratch scratch;

    /** Some bytes, and where they were read from. */
    record Payload(Region bytes, Origin origin) {}

    private Payloads(List<Payload> payloads, List<Path> dataFiles, List<ReadFile> files, Scratch scratch) {
        this.payloads = payloads;
        this.dataFiles = dataFiles;
        this.files = files;
        this.scratch = scratch;
    }

    /** @param files all that were read, the model's own among them */
    static Payloads of(List<Payload> payloads, List<Path> dataFiles, List<ReadFile> files, Scratch scratch) {
        return new Payloads(List.copyOf(payloads), List.copyOf(dataFiles), List.copyOf(files), scratch);
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
        return of(all, dataFiles, files, scratch);
    }

    /** The files beside the model's that some were read from. */
    public List<Path> dataFiles() {
        return dataFiles;
    }

    /**
     * Refuses what was read from files that are not what they were when they were opened.
     *
     * @throws dev.eckart.core.InvalidInputException if one was changed, cut short, replaced or removed
     */
    public void requireUnchanged() {
        files.forEach(ReadFile::requireUnchanged);
    }

    /** Where the bytes of new tensors go. */
    public Scratch scratch() {
        return scratch;
    }

    /** These, with another place for the bytes of new tensors. */
    public Payloads withScratch(Scratch other) {
        return new Payloads(payloads, dataFiles, files, other);
    }
}
