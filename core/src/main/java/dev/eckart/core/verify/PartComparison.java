package dev.eckart.core.verify;

/**
 * One part of an output of two networks on the same inputs: all its numbers, over all samples, at one index along one
 * axis, such as one channel.
 *
 * @param axis the place of the axis in the output's shape, from 0
 * @param index the place along it, from 0
 * @param relativeError ‖y − y'‖₂ / ‖y‖₂ over the part; infinite where only the compressed network's numbers are not zero
 * @param cosine of the part's numbers in both networks, all of them as one vector
 */
public record PartComparison(int axis, int index, double relativeError, double cosine) {}
