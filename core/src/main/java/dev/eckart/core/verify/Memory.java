package dev.eckart.core.verify;

/**
 * What a process grows by, at its peak, from before it loads a network to after it ran it once: the resident memory of a
 * session, in bytes.
 */
public record Memory(long originalBytes, long compressedBytes) {

    /** Of the compressed network's to the original's. */
    public double ratio() {
        return (double) compressedBytes / originalBytes;
    }
}
