package dev.eckart.core.compress;

/**
 * How a compressed network came to be. Holds no time and no path: the same input and options give the same bytes.
 *
 * @param version of this tool
 * @param rank the strategy as the user wrote it; empty where nothing was to be factored
 * @param encoding the encodings as the user wrote them; empty for pairs alone
 */
public record Provenance(String version, String rank, String encoding) {

    /** Of pairs alone. */
    public Provenance(String version, String rank) {
        this(version, rank, "");
    }
}
