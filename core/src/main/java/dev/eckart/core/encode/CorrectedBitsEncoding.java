package dev.eckart.core.encode;

import dev.eckart.core.Lazy;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.stored.Sum;
import java.util.Optional;

/**
 * {@code bits:b+pair}: codes of b bits, and a pair of factors that makes up for what rounding to them loses, W ≈ Q + B·A. All of
 * it is added up once, when the model is loaded, so that it serves every operator at the original's speed.
 *
 * <p>What a pair holds of the weight is taken off, and the rest is rounded, as exactly as it needs to be where the pair cannot make
 * up for it. Then the pair is the best of its rank for what rounding lost, as the inputs see it, and so on in turns, while that
 * loses less. Ranks are chosen from the weight's own singular values.
 *
 * @param bits b, 2 to 8
 */
public record CorrectedBitsEncoding(int bits) implements RankedEncoding {
    /** The first two thirds of what turns gain come by so many; each costs a decomposition. */
    private static final int TURNS = 5;

    public CorrectedBitsEncoding {
        Blocks.requireBits(bits);
    }

    @Override
    public String name() {
        return "bits:%d+pair".formatted(bits);
    }

    @Override
    public Stored outline(LinearWeight weight, int rank) {
        ElementType type = Blocks.scaleType(weight.type());
        return new Sum(
                Blocks.zeros(weight.rows(), weight.columns(), bits, weight.rows(), weight.type()),
                new Product(Dense.zeros(weight.rows(), rank, type), Dense.zeros(rank, weight.columns(), type)));
    }

    @Override
    public RankedDraft draft(WeightView view) {
        LowRank lowRank = view.lowRank();
        return new RankedDraft() {
            @Override
            public LowRank lowRank() {
                return lowRank;
            }

            @Override
            public Offer offer(int rank) {
                return new Corrected(view, rank, lowRank);
            }
        };
    }

    private final class Corrected implements Offer {
        private final WeightView view;
        private final int rank;
        private final LowRank lowRank;
        private final Lazy<Built> built = Lazy.of(this::compute);

        Corrected(WeightView view, int rank, LowRank lowRank) {
            this.view = view;
            this.rank = rank;
            this.lowRank = lowRank;
        }

        private Built compute() {
            Built best = turn(pair(lowRank));
            for (int turn = 1; turn < TURNS && best.loss > 0; turn++) {
                Built next = turn(best.pair);
                if (!(next.loss < best.loss)) {
                    break;
                }
                best = next;
            }
            return best;
        }

        private FactorPair pair(LowRank of) {
            return of.pair(rank, FactorPair.Balance.BALANCED).factors();
        }

        /** Rounds what a pair leaves of the weight, and corrects what that loses by another. */
        private Built turn(FactorPair before) {
            LinearWeight weight = view.weight();
            Decomposer backend = view.lowRanks().backend();
            Matrix whole = Matrix.copyOf(weight.values());
            Matrix b = Matrix.copyOf(before.b());
            Blocks codes = RoundedDraft.of(
                            whole.minus(backend.times(b, before.a())),
                            view.inputs().map(inputs -> inputs.without(b)),
                            new Grid(bits, weight.type()))
                    .blocks();
            Matrix rounded = codes.toMatrix(() -> backend);
            FactorPair after = pair(view.lowRanks().of(whole.minus(rounded)));
            Matrix sum = rounded.plus(backend.times(Matrix.copyOf(after.b()), after.a()));
            ElementType type = Blocks.scaleType(weight.type());
            Stored form = new Sum(codes, new Product(new Dense(after.b(), type), new Dense(after.a(), type)));
            return new Built(form, after, view.loss(sum), view.biasShift(sum));
        }

        @Override
        public String variant() {
            return "rank " + rank;
        }

        @Override
        public Stored outline() {
            return CorrectedBitsEncoding.this.outline(view.weight(), rank);
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

    /** @param pair of the form */
    private record Built(Stored form, FactorPair pair, double loss, Optional<MatrixSource> biasShift) {}
}
