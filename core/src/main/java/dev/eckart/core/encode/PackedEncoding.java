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

/**
 * {@code packed:b}: each number of a weight as a code of 4 or 8 bits, with a scale for each block of an output's numbers. Codes stay
 * codes while the network runs: what a product or a look-up needs of them becomes numbers there and then. So the weight takes as
 * little memory as bytes in the file, which counts for tables and for networks whose weights fill the memory.
 *
 * @param bits b, 4 or 8
 * @param blockSize numbers of a block
 */
public record PackedEncoding(int bits, int blockSize) implements Correctable {
    private static final int USUAL_BLOCK = 32;
    private static final String BLOCK = "block";

    public PackedEncoding {
        Packed.requireBits(bits);
        Packed.requireBlockSize(blockSize);
    }

    /** Blocks of 32. */
    public PackedEncoding(int bits) {
        this(bits, USUAL_BLOCK);
    }

    @Override
    public String name() {
        return blockSize == USUAL_BLOCK ? "packed:" + bits : "packed:%d,%s=%d".formatted(bits, BLOCK, blockSize);
    }

    @Override
    public Optional<String> obstacle(LinearWeight weight) {
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
        return BlockRounding.of(view, bits, blockSize);
    }

    @Override
    public Stored rounded(LinearWeight weight) {
        return Packed.zeros(weight.rows(), weight.columns(), bits, blockSize, pairType(weight));
    }

    /** With scales that products take, too. */
    @Override
    public Stored round(LinearWeight weight, Matrix other, Optional<CalibratedInputs> inputs) {
        List<Offer> offers = BlockRounding.of(new WeightView(weight.withValues(other)), bits, blockSize)
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
                    "packed", "8 bits or 4, as --size allows; without --size, 8",
                    "packed:4+pair", "4 bits, and a pair of the rank that --rank chooses for what they lose");
        }

        @Override
        public Encoding create(StrategyArguments arguments) {
            if (arguments.value().isEmpty()) {
                arguments.allowing();
                return new AnyBits(name(), List.of(new PackedEncoding(Byte.SIZE), new PackedEncoding(4)));
            }
            String value = arguments.allowing(BLOCK).value().orElseThrow();
            boolean corrected = value.endsWith(CorrectedEncoding.SUFFIX);
            String bits = corrected ? value.substring(0, value.length() - CorrectedEncoding.SUFFIX.length()) : value;
            if (!bits.equals("4") && !bits.equals("8")) {
                throw arguments.refuse("expected 4 or 8 bits but was: " + bits);
            }
            String block = arguments.options().getOrDefault(BLOCK, String.valueOf(USUAL_BLOCK));
            if (!block.matches("16|32|64|128|256")) {
                throw arguments.refuse("expected blocks of 16, 32, 64, 128 or 256 but was: " + block);
            }
            PackedEncoding packed = new PackedEncoding(Integer.parseInt(bits), Integer.parseInt(block));
            return corrected ? new CorrectedEncoding(packed) : packed;
        }
    }
}
