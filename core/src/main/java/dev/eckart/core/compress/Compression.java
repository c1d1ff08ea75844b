package dev.eckart.core.compress;

import dev.eckart.core.factor.CompressionPlan;

/**
 * What became of a network.
 *
 * @param plan that was carried out
 * @param network the compressed one
 */
public record Compression<N extends Network<N>>(CompressionPlan plan, N network) {}
