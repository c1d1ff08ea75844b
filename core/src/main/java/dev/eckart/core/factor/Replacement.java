package dev.eckart.core.factor;

import dev.eckart.core.model.LinearWeight;

/** An edit to a network, as a value: put this pair where that weight was. */
public record Replacement(LinearWeight weight, FactorPair pair) {
    public Replacement {
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
}
