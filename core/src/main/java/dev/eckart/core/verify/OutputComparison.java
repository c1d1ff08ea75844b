package dev.eckart.core.verify;

/**
 * One output of two networks on the same inputs.
 *
 * @param name of the output
 * @param maxAbsoluteError max |y − y'|
 * @param relativeError ‖y − y'‖₂ / ‖y‖₂ over all samples
 * @param cosine mean over samples of the cosine of the flattened outputs
 * @param top1Agreement share of rows (along the last axis) whose largest entry is at the same place in both
 */
public record OutputComparison(
        String name, double maxAbsoluteError, double relativeError, double cosine, double top1Agreement) {}
