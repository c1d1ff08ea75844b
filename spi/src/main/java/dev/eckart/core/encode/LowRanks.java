package dev.eckart.core.encode;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.MatrixSource;

/**
 * What a backend finds of the matrices that an encoding asks about while it works on a weight; what it found is dropped when
 * the weight is done with.
 */
public interface LowRanks {
    /** Without a backend. */
    LowRanks NONE = new LowRanks() {
        @Override
        public LowRank of(MatrixSource other) {
            throw new IllegalStateException("This view of a weight has no backend to decompose matrices with");
        }

        @Override
        public Decomposer backend() {
            throw new IllegalStateException("This view of a weight has no backend to multiply matrices with");
        }
    };

    /** Another matrix {@code [in × out]} in the weight's place, such as what rounding loses of it, on the same inputs. */
    LowRank of(MatrixSource other);

    /** Multiplies matrices. */
    Decomposer backend();
}
