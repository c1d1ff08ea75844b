package dev.eckart.core.encode;

import dev.eckart.core.Lazy;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.stored.Stored;
import java.util.Optional;
import java.util.function.Supplier;

/** A form of a rank whose loss is known only when it is built: it is built once, when one of them is first asked for. */
final class RankedOffer implements Offer {
    private final int rank;
    private final Stored outline;
    private final Lazy<Built> built;

    /**
     * What it is.
     *
     * @param loss as of {@link Offer#loss}
     * @param biasShift as of {@link Offer#biasShift}
     */
    record Built(Stored form, double loss, Optional<MatrixSource> biasShift) {}

    RankedOffer(int rank, Stored outline, Supplier<Built> build) {
        this.rank = rank;
        this.outline = outline;
        this.built = Lazy.of(build);
    }

    @Override
    public String variant() {
        return "rank " + rank;
    }

    @Override
    public Stored outline() {
        return outline;
    }

    @Override
    public double loss() {
        return built.get().loss;
    }

    @Override
    public Optional<MatrixSource> biasShift() {
        return built.get().biasShift;
    }

    @Override
    public Stored build() {
        return built.get().form;
    }
}
