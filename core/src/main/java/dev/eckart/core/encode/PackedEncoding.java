package dev.eckart.core.encode;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.stored.Packed;
import dev.eckart.core.stored.Stored;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code packed:b}: each number of a weight as a code of 4 or 8 bits, with a scale for each block of an output's numbers. Codes stay
 * codes while the network runs: what a product or a look-up needs of them becomes numbers there and then. So the weight takes as
 * little memory as bytes in the file, which counts for tables and for networks whose weights fill the memory.
 *
 * <p>Vocabularies are sorted by frequency, more or less: the last rows of a table may be given 3 bits in the file, and have 4 in memory.
 *
 * @param bits b, 4 or 8
 * @param blockSize numbers of a block
 * @param rare the part of a weight's outputs, the last ones, that have 3 bits: from 0 to below 1, and above 0 with 4 bits alone
 */
public record PackedEncoding(int bits, int blockSize, double rare) implements Correctable {
    private static final int USUAL_BLOCK = 32;
    private static final String BLOCK = "block";
    private static final String RARE = "rare";

    /** Bits of the rows that are not rare. */
    private static final int BITS_BESIDE_RARE = 4;

    /** A weight of fewer outputs than so many times its inputs is no table of a vocabulary. */
    private static final int LEAST_RATIO = 4;

    /** What is tried for the part of rows that are rare, where a size is to be kept to. */
    private static final List<Double> RARE_PARTS = List.of(0.25, 0.5, 0.625, 0.75, 0.875, 0.94, 0.98);

    public PackedEncoding {
        Packed.requireBits(bits);
        Packed.requireBlockSize(blockSize);
        if (!(rare >= 0 && rare < 1) || (rare > 0 && bits != BITS_BESIDE_RARE)) {
            throw new IllegalArgumentException(
                    "Expected a part from 0 to below 1 of codes of 4 bits but was: %s of %d".formatted(rare, bits));
        }
    }

    /** All outputs in the same bits. */
    public PackedEncoding(int bits, int blockSize) {
        this(bits, blockSize, 0);
    }

    /** Of all bits, where a size is to be kept to. */
    static List<Encoding> choices() {
        return Stream.concat(
                        Stream.of(new PackedEncoding(Byte.SIZE), new PackedEncoding(BITS_BESIDE_RARE)),
                        RARE_PARTS.stream().map(rare -> new PackedEncoding(BITS_BESIDE_RARE, USUAL_BLOCK, rare)))
                .<Encoding>map(one -> one)
                .toList();
    }

    /** Blocks of 32. */
    public PackedEncoding(int bits) {
        this(bits, USUAL_BLOCK);
    }

    @Override
    public String name() {
        return "packed:" + bits
                + (blockSize == USUAL_BLOCK ? "" : ",%s=%d".formatted(BLOCK, blockSize))
                + (rare == 0 ? "" : ",%s=%s".formatted(RARE, rare));
    }

    @Override
    public Optional<String> obstacle(LinearWeight weight) {
        if (rare > 0 && weight.columns() <= LEAST_RATIO * weight.rows()) {
            return Optional.of("rare rows are those of a vocabulary, of more than %d times as many rows as columns"
                    .formatted(LEAST_RATIO));
        }
        return weight.type() == ElementType.FLOAT32 || weight.type() == ElementType.FLOAT16
                ? Optional.empty()
                : Optional.of("codes that stay codes stand for float32 and float16, and this is "
                        + weight.type().label());
    }

    @Override
    public Optional<Encoding> finer() {
        return bits < Byte.SIZE ? Optional.of(new PackedEncoding(Byte.SIZE, blockSize)) : Optional.empty();
    }

    @Override
    public Draft draft(WeightView view) {
        return BlockRounding.of(view, bits, full(view.weight()), blockSize);
    }

    /** Outputs that are not rare. */
    private int full(LinearWeight weight) {
        return Math.max(1, weight.columns() - (int) (rare * weight.columns()));
    }

    @Override
    public Stored rounded(LinearWeight weight) {
        return Packed.zeros(weight.rows(), weight.columns(), bits, full(weight), blockSize, pairType(weight));
    }

    /** With scales that products take, too. */
    @Override
    public Stored round(LinearWeight weight, Matrix other, Optional<CalibratedInputs> inputs) {
        List<Offer> offers = BlockRounding.of(new WeightView(weight.withValues(other)), bits, full(weight), blockSize)
                .offers();
        return offers.get(offers.size() - 1).build();
    }

    @Override
    public ElementType pairType(LinearWeight weight) {
        return weight.type() == ElementType.FLOAT16 ? ElementType.FLOAT16 : ElementType.FLOAT32;
    }

    /** {@code packed:4}. */
    public static final class Provider implements EncodingProvider {

        @Override
        public String name() {
            return "packed";
        }

        @Override
        public String summary() {
            return "each number as a code of 4 or 8 bits, which stays one in memory, too";
        }

        @Override
        public String stores() {
            return "codes, a scale for each block; with +pair, two factors";
        }

        @Override
        public String runs() {
            return "on the codes: MatMulNBits, GatherBlockQuantized";
        }

        @Override
        public String serves() {
            return "products and tables in float32 and float16, in ONNX Runtime alone";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    "packed:4", "4 bits, in blocks of 32: tables and products of ONNX Runtime",
                    "packed:8,block=64", "8 bits, in blocks of 64",
                    "packed:4,rare=0.5", "4 bits, and 3 in the file for the last half of a table's rows",
                    "packed", "8 bits, 4, or 3 for a table's rare rows, as --size allows; without --size, 8",
                    "packed:4+pair", "4 bits, and a pair of the rank that --rank chooses for what they lose");
        }

        @Override
        public Encoding create(StrategyArguments arguments) {
            if (arguments.value().isEmpty()) {
                arguments.allowing();
                return new AnyBits(name(), choices());
            }
            String value = arguments.allowing(BLOCK, RARE).value().orElseThrow();
            boolean corrected = value.endsWith(CorrectedEncoding.SUFFIX);
            String bits = corrected ? value.substring(0, value.length() - CorrectedEncoding.SUFFIX.length()) : value;
            if (!bits.equals("4") && !bits.equals("8")) {
                throw arguments.refuse("expected 4 or 8 bits but was: " + bits);
            }
            String block = arguments.options().getOrDefault(BLOCK, String.valueOf(USUAL_BLOCK));
            if (!block.matches("16|32|64|128|256")) {
                throw arguments.refuse("expected blocks of 16, 32, 64, 128 or 256 but was: " + block);
            }
            double rare = rare(arguments, bits.equals("4") && !corrected);
            PackedEncoding packed = new PackedEncoding(Integer.parseInt(bits), Integer.parseInt(block), rare);
            return corrected ? new CorrectedEncoding(packed) : packed;
        }

        private static double rare(StrategyArguments arguments, boolean allowed) {
            String rare = arguments.options().get(RARE);
            if (rare == null) {
                return 0;
            }
            if (!allowed) {
                throw arguments.refuse(
                        "rare rows are for codes of 4 bits without a pair: packed:4,%s=%s".formatted(RARE, rare));
            }
            if (!rare.matches("0?\\.\\d{1,9}") || Double.parseDouble(rare) == 0) {
                throw arguments.refuse("expected a part of the rows between 0 and 1, such as %s=0.5, but was: %s"
                        .formatted(RARE, rare));
            }
            return Double.parseDouble(rare);
        }
    }
}
