package dev.eckart.onnx.job;

import dev.eckart.core.factor.IfSlower;
import java.nio.file.Path;
import java.util.Optional;

/**
 * That pairs are timed before they are made.
 *
 * @param ifSlower what becomes of those that are not faster than the weight
 * @param inputs that give layers their real shapes; if empty, those of a calibration do, or made-up ones
 * @param seed for made-up inputs
 */
public record TimedPairs(IfSlower ifSlower, Optional<Path> inputs, long seed) {}
