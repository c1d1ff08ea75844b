package dev.eckart.strategy;

import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Codes;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Packed;
import dev.eckart.core.stored.Product;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.stored.Sum;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

/**
 * What an encoding offered for a weight, beside what it built.
 *
 * @param where for messages: the call, the variant and the weight
 * @param outline that was offered
 * @param dense the matrix that the form stands for, of the weight's shape
 */
record BuiltSample(
        String where, String variant, OptionalInt rank, Stored outline, Offered offered, Stored form, Matrix dense) {

    /** What an offer says in numbers. */
    record Offered(long bytes, double loss, Optional<Matrix> biasShift) {}

    /** Asks for everything, in the order in which the engine does, and expects the weight's shape. */
    static BuiltSample of(CalledEncoding called, SampleWeight sample, WeightView view, OptionalInt rank, Offer offer) {
        String variant = called.answered("variant", sample, offer::variant);
        String where = "`%s` (%s) for %s".formatted(called.call(), variant, sample);
        Stored outline = called.answered("outline", sample, offer::outline);
        expectShape("outline", where, sample, outline);
        long bytes = called.answered("bytes", sample, offer::bytes);
        double loss = called.answered("loss", sample, offer::loss);
        if (rank.isPresent() && called.encoding() instanceof RankedEncoding ranked) {
            Stored promised =
                    called.answered("outline", sample, () -> ranked.outline(sample.weight(), rank.getAsInt()));
            if (!isLike(promised, outline)) {
                throw new AssertionError(
                        "An offer's outline must be the encoding's outline of the rank, %s of %d bytes, but was %s of %d bytes with %s"
                                .formatted(promised.text(), promised.bytes(), outline.text(), outline.bytes(), where));
            }
        }
        Stored form = called.answered("build", sample, offer::build);
        expectShape("form", where, sample, form);
        Optional<Matrix> shift =
                called.answered("biasShift", sample, offer::biasShift).map(row -> shift(row, where, sample));
        Matrix dense = called.answered("the numbers of build", sample, () -> form.toMatrix(view.lowRanks()::backend));
        return new BuiltSample(where, variant, rank, outline, new Offered(bytes, loss, shift), form, dense);
    }

    private static void expectShape(String what, String where, SampleWeight sample, Stored form) {
        if (form.rows() != sample.weight().rows()
                || form.columns() != sample.weight().columns()) {
            throw new AssertionError("The %s must have the weight's shape [%d×%d], but has [%d×%d] with %s"
                    .formatted(
                            what,
                            sample.weight().rows(),
                            sample.weight().columns(),
                            form.rows(),
                            form.columns(),
                            where));
        }
    }

    private static Matrix shift(MatrixSource row, String where, SampleWeight sample) {
        if (row.rows() != 1 || row.columns() != sample.weight().columns()) {
            throw new AssertionError("The shift of the bias must have the shape [1×%d], but has [%d×%d] with %s"
                    .formatted(sample.weight().columns(), row.rows(), row.columns(), where));
        }
        return Matrix.copyOf(row);
    }

    private static boolean isLike(Stored one, Stored other) {
        return one.bytes() == other.bytes() && one.text().equals(other.text());
    }

    /** The matrices that the form is made of. */
    List<Stored> parts() {
        return parts(form).toList();
    }

    private static Stream<Stored> parts(Stored form) {
        if (form instanceof Product product) {
            return Stream.concat(parts(product.b()), parts(product.a()));
        }
        if (form instanceof Sum sum) {
            return Stream.concat(parts(sum.one()), parts(sum.other()));
        }
        return Stream.of(form);
    }

    /** The part of the weight that is lost where plain numbers are rounded to their type, which is not done yet. */
    double rounding() {
        return parts().stream()
                .mapToDouble(part -> part instanceof Dense dense ? FactorPair.roundingError(dense.type()) : 0)
                .max()
                .orElse(0);
    }

    /** The part of the weight's energy that rounding to codes may lose; 0 without codes. */
    double codesLoss() {
        return parts().stream()
                .mapToDouble(part -> part instanceof Dense ? 0 : Math.pow(4, 1.0 - bits(part)))
                .max()
                .orElse(0);
    }

    private static int bits(Stored codes) {
        return codes instanceof Blocks blocks ? blocks.bits() : ((Packed) codes).bits();
    }

    /** A code that its bits do not hold, for people; empty if there is none. */
    Optional<String> codeOutOfRange() {
        return parts().stream()
                .filter(part -> !(part instanceof Dense))
                .flatMap(part -> outOfRange(part).stream())
                .findFirst();
    }

    private static Optional<String> outOfRange(Stored part) {
        return part instanceof Packed packed
                ? outOfRange(packed.codes(), packed::bitsOf)
                : outOfRange(((Blocks) part).codes(), any -> bits(part));
    }

    private static Optional<String> outOfRange(Codes codes, IntUnaryOperator bitsOf) {
        for (int i = 0; i < codes.rows(); i++) {
            for (int j = 0; j < codes.columns(); j++) {
                int bits = bitsOf.applyAsInt(j);
                int half = 1 << (bits - 1);
                if (codes.get(i, j) >= half || codes.get(i, j) < -half) {
                    return Optional.of("%d at [%d, %d], where %d bits hold %d to %d"
                            .formatted(codes.get(i, j), i, j, bits, -half, half - 1));
                }
            }
        }
        return Optional.empty();
    }

    /** The first number of the dense equivalent that a type does not hold, for people; empty if it holds all. */
    Optional<String> numberBeyond(ElementType type) {
        for (int i = 0; i < dense.rows(); i++) {
            for (int j = 0; j < dense.columns(); j++) {
                if (!(Math.abs(dense.get(i, j)) <= type.largest())) {
                    return Optional.of("%s at [%d, %d]".formatted(dense.get(i, j), i, j));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether another time gave the same. */
    boolean isSameAs(BuiltSample other) {
        return variant.equals(other.variant)
                && isLike(outline, other.outline)
                && offered.equals(other.offered)
                && isLike(form, other.form)
                && dense.equals(other.dense);
    }
}
