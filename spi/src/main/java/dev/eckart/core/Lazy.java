package dev.eckart.core;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value that is computed when it is first asked for, and once. */
public final class Lazy<T> implements Supplier<T> {
    private final Supplier<T> computation;
    private @Nullable T value;

    private Lazy(Supplier<T> computation) {
        this.computation = computation;
    }

    /** One whose computation has not been asked for yet. */
    public static <T> Lazy<T> of(Supplier<T> computation) {
        return new Lazy<>(computation);
    }

    @Override
    public synchronized T get() {
        T known = value;
        if (known == null) {
            known = computation.get();
            value = known;
        }
        return known;
    }
}
