package dev.eckart.core.compress;

/**
 * How a compressed network came to be. Holds no time and no path: the same input and options give the same bytes.
 *
 * @param version of this tool
 * @param rank the strategy as the user wrote it
 */
public record Provenance(String version, String rank) {}
