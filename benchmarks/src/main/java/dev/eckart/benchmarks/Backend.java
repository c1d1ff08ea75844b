package dev.eckart.benchmarks;

import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.OpenBlasDecomposer;
import java.util.function.Supplier;

/** Every backend to measure: one of them is one line here. */
public enum Backend {
    EJML(EjmlDecomposer::new),
    OPENBLAS(() -> OpenBlasDecomposer.load().decomposer().orElseThrow());

    // A constructor holds nothing that could change.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Supplier<Decomposer> constructor;

    Backend(Supplier<Decomposer> constructor) {
        this.constructor = constructor;
    }

    Decomposer decomposer() {
        return constructor.get();
    }
}
