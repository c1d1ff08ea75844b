package dev.eckart.core.model;

/**
 * A network in four numbers.
 *
 * @param bytes on disk, data files included
 * @param parameters numbers in all stored weights
 * @param opset version of the standard operators
 */
public record NetworkSummary(long bytes, long parameters, long opset) {}
