package dev.eckart.core.encode;

import dev.eckart.core.Lazy;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.ShiftedPair;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.spectrum.WeightSpectrum;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * {@code pair}: the two factors of a rank in the weight's own type, W ≈ B·A, so that x·W becomes (x·B)·A, which is less to store
 * and less to compute.
 *
 * @param balance how the singular values are shared out between the factors
 */
public record PairEncoding(FactorPair.Balance balance) implements RankedEncoding {
    /** As users write it. */
    public static final String NAME = PAIR;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isOfProducts() {
        return true;
    }

    @Override
    public Stored outline(LinearWeight weight, int rank) {
        return new Product(
                Dense.zeros(weight.rows(), rank, weight.type()), Dense.zeros(rank, weight.columns(), weight.type()));
    }

    /** What truncation leaves out, and what rounding the factors to their type adds. */
    @Override
    public OptionalDouble loss(WeightSpectrum spectrum, int rank) {
        double truncated = spectrum.spectrum().relativeError(rank);
        double rounded = FactorPair.roundingError(spectrum.weight().type());
        return OptionalDouble.of(truncated * truncated + rounded * rounded);
    }

    @Override
    public RankedDraft draft(WeightView view) {
        LowRank lowRank = view.lowRank();
        return RankedDraft.of(lowRank, rank -> new Factored(view.weight(), rank, lowRank));
    }

    private final class Factored implements Offer {
        private final LinearWeight weight;
        private final int rank;
        private final LowRank lowRank;
        private final Lazy<ShiftedPair> pair;

        Factored(LinearWeight weight, int rank, LowRank lowRank) {
            this.weight = weight;
            this.rank = rank;
            this.lowRank = lowRank;
            this.pair = Lazy.of(() -> lowRank.pair(rank, balance));
        }

        @Override
        public String variant() {
            return "rank " + rank;
        }

        @Override
        public Stored outline() {
            return PairEncoding.this.outline(weight, rank);
        }

        @Override
        public double loss() {
            return PairEncoding.this.loss(lowRank.spectrum(), rank).orElseThrow();
        }

        @Override
        public Optional<MatrixSource> biasShift() {
            return pair.get().biasShift();
        }

        @Override
        public Stored build() {
            FactorPair factors = pair.get().factors();
            return new Product(new Dense(factors.b(), weight.type()), new Dense(factors.a(), weight.type()));
        }
    }

    /** {@code pair}. */
    public static final class Provider implements EncodingProvider {

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String summary() {
            return "two factors of the rank that --rank chooses";
        }

        @Override
        public String stores() {
            return "two matrices in the weight's own type";
        }

        @Override
        public String runs() {
            return "two products, (x·B)·A: faster where the rank is low";
        }

        @Override
        public String serves() {
            return "products, convolutions, tables; ranks by --rank";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(NAME, "x·W becomes (x·B)·A: smaller and faster, where the rank is low");
        }

        @Override
        public Encoding create(StrategyArguments arguments) {
            if (arguments.value().isPresent()) {
                throw arguments.refuse("pair takes no value; --rank says which rank");
            }
            arguments.allowing();
            return new PairEncoding(FactorPair.Balance.AUTO);
        }
    }
}
