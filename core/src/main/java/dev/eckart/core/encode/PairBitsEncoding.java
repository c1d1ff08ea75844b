package dev.eckart.core.encode;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.ShiftedPair;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@code pair-bits:b}: the two factors of a rank as codes of b bits, with a scale for each of a factor's columns. x·W becomes
 * (x·B)·A as with a pair, in a part of its bytes: codes become numbers once, when the model is loaded.
 *
 * <p>A is rounded first. Then B is fitted to what became of A, B' = B·A·A'ᵀ·(A'·A'ᵀ)⁻¹, and rounded with the inputs' covariance in
 * view, where that is known.
 *
 * @param bits b, 2 to 8
 */
public record PairBitsEncoding(int bits) implements RankedEncoding {
    /** What is added to the diagonal of A'·A'ᵀ, as a part of its mean: rows that became zeros have no inverse. */
    private static final double RIDGE = 1e-6;

    public PairBitsEncoding {
        Blocks.requireBits(bits);
    }

    @Override
    public String name() {
        return "pair-bits:" + bits;
    }

    @Override
    public boolean isOfProducts() {
        return true;
    }

    @Override
    public Stored outline(LinearWeight weight, int rank) {
        return new Product(
                Blocks.zeros(weight.rows(), rank, bits, weight.rows(), weight.type()),
                Blocks.zeros(rank, weight.columns(), bits, rank, weight.type()));
    }

    @Override
    public RankedDraft draft(WeightView view) {
        LowRank lowRank = view.lowRank();
        return RankedDraft.of(
                lowRank, rank -> new RankedOffer(rank, outline(view.weight(), rank), () -> built(view, rank, lowRank)));
    }

    private RankedOffer.Built built(WeightView view, int rank, LowRank lowRank) {
        Decomposer backend = view.lowRanks().backend();
        ShiftedPair pair = lowRank.pair(rank, FactorPair.Balance.AUTO);
        Matrix b = Matrix.copyOf(pair.factors().b());
        Matrix a = Matrix.copyOf(pair.factors().a());
        Grid grid = new Grid(bits, view.weight().type());
        Blocks roundedA = NearestRounding.of(a, grid).blocks();
        Matrix newA = roundedA.toMatrix(() -> backend);
        Blocks roundedB = RoundedDraft.of(fitted(b, a, newA, backend), view.inputs(), grid)
                .blocks();
        Matrix product = backend.times(roundedB.toMatrix(() -> backend), newA);
        // What became of the mean since the pair was shifted.
        Optional<MatrixSource> shift = LossMetric.shift(backend.times(b, a), product, view.inputs())
                .map(more -> pair.biasShift()
                        .<MatrixSource>map(one -> Matrix.copyOf(one).plus(Matrix.copyOf(more)))
                        .orElse(more))
                .or(pair::biasShift);
        return new RankedOffer.Built(new Product(roundedB, roundedA), view.loss(product), shift);
    }

    private static Matrix fitted(Matrix b, Matrix a, Matrix newA, Decomposer backend) {
        Matrix gram = backend.timesTransposed(newA, newA);
        double mean =
                IntStream.range(0, gram.rows()).mapToDouble(i -> gram.get(i, i)).sum() / gram.rows();
        if (!(mean > 0 && Double.isFinite(mean))) {
            return b;
        }
        double[] ridge = new double[gram.rows()];
        Arrays.fill(ridge, RIDGE * mean);
        Matrix root = backend.inverseRoot(gram.plus(Matrix.diagonal(gram.rows(), gram.rows(), ridge)));
        Matrix crossed = backend.times(b, backend.timesTransposed(a, newA));
        return backend.times(backend.timesTransposed(crossed, root), root);
    }

    /** {@code pair-bits:8}. */
    public static final class Provider implements EncodingProvider {

        @Override
        public String name() {
            return "pair-bits";
        }

        @Override
        public String summary() {
            return "two factors of the rank that --rank chooses, as codes of 2 to 8 bits";
        }

        @Override
        public String stores() {
            return "codes of two matrices, a scale for each of their columns";
        }

        @Override
        public String runs() {
            return "two products, of numbers that are made at load";
        }

        @Override
        public String serves() {
            return "products, convolutions, tables; ranks by --rank";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    "pair-bits:8",
                    "a pair in a quarter of its bytes, and as fast",
                    "pair-bits",
                    "the rank and the bits for each weight that --size allows; without --size, 8");
        }

        @Override
        public Encoding create(StrategyArguments arguments) {
            return arguments.allowing().value().isEmpty()
                    ? new AnyPairBits()
                    : new PairBitsEncoding(BitsEncoding.bits(arguments, name()));
        }
    }
}
