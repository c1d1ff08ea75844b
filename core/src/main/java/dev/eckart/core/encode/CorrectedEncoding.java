package dev.eckart.core.encode;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.stored.Sum;
import java.util.Optional;

/**
 * {@code bits:b+pair}, {@code packed:b+pair}: codes, and a pair of factors that makes up for what rounding to them loses, W ≈ Q +
 * B·A.
 *
 * <p>What a pair holds of the weight is taken off, and the rest is rounded, as exactly as it needs to be where the pair cannot make
 * up for it. Then the pair is the best of its rank for what rounding lost, as the inputs see it, and so on in turns, while that
 * loses less. Ranks are chosen from the weight's own singular values.
 *
 * @param rounding what gives the codes
 */
public record CorrectedEncoding(Encoding rounding) implements RankedEncoding {
    /** What a name ends with that asks for a pair. */
    static final String SUFFIX = "+pair";

    /** Later ones gain a few hundredths of the loss each, and each costs a decomposition. */
    private static final int TURNS = 5;

    public CorrectedEncoding {
        if (!(rounding instanceof Correctable)) {
            throw new IllegalArgumentException(
                    "Expected an encoding whose losses a pair can make up for but was: " + rounding.name());
        }
    }

    private Correctable correctable() {
        return (Correctable) rounding;
    }

    @Override
    public String name() {
        String[] parts = rounding.name().split(",", 2);
        return parts[0] + SUFFIX + (parts.length > 1 ? "," + parts[1] : "");
    }

    @Override
    public Optional<String> obstacle(LinearWeight weight) {
        return rounding.obstacle(weight);
    }

    @Override
    public Stored outline(LinearWeight weight, int rank) {
        ElementType type = correctable().pairType(weight);
        return new Sum(
                correctable().rounded(weight),
                new Product(Dense.zeros(weight.rows(), rank, type), Dense.zeros(rank, weight.columns(), type)));
    }

    @Override
    public RankedDraft draft(WeightView view) {
        LowRank lowRank = view.lowRank();
        return RankedDraft.of(
                lowRank,
                rank -> new RankedOffer(rank, outline(view.weight(), rank), () -> new Turns(view, rank).best(lowRank)));
    }

    /** The turns for one rank. */
    private final class Turns {
        private final WeightView view;
        private final int rank;

        Turns(WeightView view, int rank) {
            this.view = view;
            this.rank = rank;
        }

        /** @param lowRank of the weight itself */
        RankedOffer.Built best(LowRank lowRank) {
            Turn best = turn(pair(lowRank));
            for (int turn = 1; turn < TURNS && best.loss() > 0; turn++) {
                Turn next = turn(best.pair);
                if (!(next.loss() < best.loss())) {
                    break;
                }
                best = next;
            }
            return best.built;
        }

        private FactorPair pair(LowRank of) {
            return of.pair(rank, FactorPair.Balance.BALANCED).factors();
        }

        /** Rounds what a pair leaves of the weight, and corrects what that loses by another. */
        private Turn turn(FactorPair before) {
            LinearWeight weight = view.weight();
            Decomposer backend = view.lowRanks().backend();
            Matrix whole = Matrix.copyOf(weight.values());
            Matrix b = Matrix.copyOf(before.b());
            Stored codes = correctable()
                    .round(
                            weight,
                            whole.minus(backend.times(b, before.a())),
                            view.inputs().map(inputs -> inputs.without(b)));
            Matrix rounded = codes.toMatrix(() -> backend);
            FactorPair after = pair(view.lowRanks().of(whole.minus(rounded)));
            Matrix sum = rounded.plus(backend.times(Matrix.copyOf(after.b()), after.a()));
            ElementType type = correctable().pairType(weight);
            Stored form = new Sum(codes, new Product(new Dense(after.b(), type), new Dense(after.a(), type)));
            return new Turn(after, new RankedOffer.Built(form, view.loss(sum), view.biasShift(sum)));
        }
    }

    /** @param pair of the form */
    private record Turn(FactorPair pair, RankedOffer.Built built) {

        double loss() {
            return built.loss();
        }
    }
}
