package dev.eckart.core.verify;

/** What sessions with the two networks take. */
public record Memory(Taken original, Taken compressed) {

    /**
     * What a process grows by, from before it loads a network: resident memory.
     *
     * @param loaded in bytes, when it is loaded
     * @param peak in bytes, the most from then until it was run once; loading often takes more than running
     */
    public record Taken(long loaded, long peak) {}

    /** Of the compressed network's peak to the original's. */
    public double ratio() {
        return (double) compressed.peak / original.peak;
    }
}
