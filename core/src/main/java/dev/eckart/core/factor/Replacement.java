package dev.eckart.core.factor;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import java.util.Optional;

/**
 * An edit to a network, as a value: put this pair where that weight was.
 *
 * @param biasShift what is to be added to the products, {@code [1 × out]}, so that x·B·A + shift stands for x·W; a
 *     network leaves it out where a product has no place for it
 */
public record Replacement(LinearWeight weight, FactorPair pair, Optional<MatrixSource> biasShift) {
    public Replacement {
        biasShift.ifPresent(shift -> {
            if (shift.rows() != 1 || shift.columns() != weight.columns()) {
                throw new IllegalArgumentException("%s: expected a shift of its outputs but was: [%d×%d]"
                        .formatted(weight.describe(), shift.rows(), shift.columns()));
            }
        });
        if (pair.b().rows() != weight.rows() || pair.a().columns() != weight.columns()) {
            throw new IllegalArgumentException("%s: expected factors of its shape but was: [%d×%d]·[%d×%d]"
                    .formatted(
                            weight.describe(),
                            pair.b().rows(),
                            pair.b().columns(),
                            pair.a().rows(),
                            pair.a().columns()));
        }
    }

    /** With nothing added. */
    public Replacement(LinearWeight weight, FactorPair pair) {
        this(weight, pair, Optional.empty());
    }
}
