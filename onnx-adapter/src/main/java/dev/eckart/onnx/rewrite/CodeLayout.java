package dev.eckart.onnx.rewrite;

import dev.eckart.core.stored.Packed;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How codes stand in a file, as metadata has it: {@code 5} for codes that are made numbers when the model is loaded, {@code 4/32} for
 * codes in blocks that stay codes, and {@code 4/32/10000} where those of the outputs from 10,000 on have fewer bits in the file; {@code 16}
 * for no codes but numbers in float16.
 *
 * @param bits of a code, 2 to 8, or of a number in float16
 * @param blockSize numbers that share a scale, of codes that stay codes; 0 of others
 * @param full outputs whose codes have all bits in the file, where those after them have {@link Packed#RARE_BITS}; empty where all do
 */
record CodeLayout(int bits, int blockSize, OptionalInt full) {
    private static final Pattern TEXT = Pattern.compile("16|([2-8])(?:/(\\d{1,3})(?:/(\\d{1,9}))?)?");

    /** Numbers in float16. */
    static final CodeLayout FLOAT16 = new CodeLayout(Short.SIZE);

    /** Of codes that are made numbers when the model is loaded. */
    CodeLayout(int bits) {
        this(bits, 0, OptionalInt.empty());
    }

    static CodeLayout of(Packed packed) {
        return new CodeLayout(
                packed.bits(),
                packed.blockSize(),
                packed.hasRare() ? OptionalInt.of(packed.full()) : OptionalInt.empty());
    }

    String text() {
        return bits + (blockSize == 0 ? "" : "/" + blockSize) + (full.isEmpty() ? "" : "/" + full.getAsInt());
    }

    static Optional<CodeLayout> parse(String text) {
        Matcher found = TEXT.matcher(text);
        if (!found.matches()) {
            return Optional.empty();
        }
        if (found.group(1) == null) {
            return Optional.of(FLOAT16);
        }
        return Optional.of(new CodeLayout(
                Integer.parseInt(found.group(1)),
                found.group(2) == null ? 0 : Integer.parseInt(found.group(2)),
                found.group(3) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(found.group(3)))));
    }
}
