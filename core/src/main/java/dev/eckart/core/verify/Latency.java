package dev.eckart.core.verify;

/**
 * Time of one run, the two networks taking turns on the same input.
 *
 * @param originalMs median, in milliseconds
 * @param compressedMs median, in milliseconds
 * @param ratio median of compressed / original over the turns
 * @param ratioLow first quartile of the same
 * @param ratioHigh third quartile of the same
 * @param samples in the input
 */
public record Latency(
        double originalMs, double compressedMs, double ratio, double ratioLow, double ratioHigh, long samples) {}
