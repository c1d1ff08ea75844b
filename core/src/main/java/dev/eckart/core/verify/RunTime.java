package dev.eckart.core.verify;

/**
 * Time of one run of a network, over turns in which all networks of a comparison were run.
 *
 * @param medianMs in milliseconds
 * @param lowMs first quartile of the same
 * @param highMs third quartile of the same
 */
public record RunTime(double medianMs, double lowMs, double highMs) {}
