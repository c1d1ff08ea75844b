package dev.eckart.core.factor;

import dev.eckart.core.linalg.MatrixSource;
import java.util.Optional;

/**
 * Two factors B·A in the place of a weight W {@code [in × out]}.
 *
 * @param biasShift what is to be added to the products so that x·B·A + shift stands for x·W, {@code [1 × out]}; empty where
 *     there is nothing to add
 */
public record ShiftedPair(FactorPair factors, Optional<MatrixSource> biasShift) {}
