package dev.eckart.core.calibrate;

/** A linear weight, by its name, that a calibration says nothing of. */
public record UncalibratedWeight(String name, UncalibratedReason reason) {}
