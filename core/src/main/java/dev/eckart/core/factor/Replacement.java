package dev.eckart.core.factor;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import java.util.Optional;

/**
 * An edit to a network, as a value: put this stored form where that weight was.
 *
 * @param stored the form, of the weight's shape
 * @param biasShift what is to be added to the products, {@code [1 × out]}, so that x·W' + shift stands for x·W; a network
 *     leaves it out where a product has no place for it
 */
public record Replacement(LinearWeight weight, Stored stored, Optional<MatrixSource> biasShift) {
    public Replacement {
        biasShift.ifPresent(shift -> {
            if (shift.rows() != 1 || shift.columns() != weight.columns()) {
                throw new IllegalArgumentException("%s: expected a shift of its outputs but was: [%d×%d]"
                        .formatted(weight.describe(), shift.rows(), shift.columns()));
            }
        });
        if (stored.rows() != weight.rows() || stored.columns() != weight.columns()) {
            throw new IllegalArgumentException("%s: expected a form of its shape but was: [%d×%d]"
                    .formatted(weight.describe(), stored.rows(), stored.columns()));
        }
    }

    /** A form with nothing added to the products. */
    public Replacement(LinearWeight weight, Stored stored) {
        this(weight, stored, Optional.empty());
    }

    /** A pair of factors in the weight's type, with nothing added to the products. */
    public Replacement(LinearWeight weight, FactorPair pair) {
        this(weight, pair, Optional.empty());
    }

    /** A pair of factors in the weight's type. */
    public Replacement(LinearWeight weight, FactorPair pair, Optional<MatrixSource> biasShift) {
        this(weight, new Product(new Dense(pair.b(), weight.type()), new Dense(pair.a(), weight.type())), biasShift);
    }

    /** The two factors, if the form is a product of two plain matrices. */
    public Optional<FactorPair> pair() {
        return stored instanceof Product product && product.b() instanceof Dense b && product.a() instanceof Dense a
                ? Optional.of(new FactorPair(b.values(), a.values()))
                : Optional.empty();
    }
}
