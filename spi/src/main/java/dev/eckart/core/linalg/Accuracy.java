package dev.eckart.core.linalg;

/** How small a singular value must still be told from zero. */
public enum Accuracy {
    /**
     * Enough for sums of squares. The values come from the eigenvalues of the Gram matrix in double precision, whose
     * relative error is about ε₆₄·(σ₁/σᵢ)²: those below about 10⁻⁷·σ₁ are noise.
     */
    ENERGY,
    /** Every value to about ε₆₄·σ₁, by a true singular value decomposition: for numerical rank, and for doubles. */
    FULL
}
