package dev.eckart.core.verify;

/**
 * Time of one run, the two networks taking turns on the same input.
 *
 * <p>In each turn both networks run once, one right after the other, so that what else the machine does falls on both. The
 * turn whose ratio compressed / original is the median of all turns stands for them: the two times are that turn's, and the
 * ratio is their quotient. Medians of each network's times would be of different turns, and their quotient another number.
 *
 * @param originalMs of that turn, in milliseconds
 * @param compressedMs of that turn, in milliseconds
 * @param ratio median of compressed / original over the turns
 * @param ratioLow first quartile of the same
 * @param ratioHigh third quartile of the same
 * @param samples in the input
 */
public record Latency(
        double originalMs, double compressedMs, double ratio, double ratioLow, double ratioHigh, long samples) {}
