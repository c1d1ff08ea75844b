package dev.eckart.core.verify;

/**
 * An operator that the runtime makes of several nodes, and of which it makes fewer in the compressed network.
 *
 * @param operator as the runtime calls it
 * @param original how many it makes in the original
 * @param compressed how many in the compressed network
 */
public record LostFusion(String operator, int original, int compressed) {}
