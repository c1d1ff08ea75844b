package dev.eckart.onnx.rewrite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Codes of 2 to 7 bits in bytes: eight codes in as many bytes as a code has bits.
 *
 * <p>A group of codes is a group of bytes, {@code [bytes × m]} for {@code [codes × m]}. Each byte holds as many whole codes as
 * fit, from its lowest bits on: its hosts. The bits that are left in the bytes of a group make up the remaining codes, the
 * guests: of a single guest, each byte has some neighbouring bits; of several, each byte has one bit of each. So most codes
 * come out of a byte by one shift, and few by sums of bits.
 *
 * @param bits of a code
 * @param bytes in a group
 * @param codes in a group
 */
record PackedCodes(int bits, int bytes, int codes) {

    /** The packing of codes of so many bits. */
    static PackedCodes of(int bits) {
        return switch (bits) {
            case 2 -> new PackedCodes(2, 1, 4);
            case 4 -> new PackedCodes(4, 1, 2);
            case 6 -> new PackedCodes(6, 3, 4);
            case 3, 5, 7 -> new PackedCodes(bits, bits, Byte.SIZE);
            default -> throw new IllegalArgumentException("Expected 2 to 7 bits but was: " + bits);
        };
    }

    /** Whole codes in a byte. */
    int hosts() {
        return Byte.SIZE / bits;
    }

    /** Codes of a group that are made up of the bits left. */
    int guests() {
        return codes - hosts() * bytes;
    }

    /** Bits of a byte that hold no whole code: its highest. */
    int left() {
        return Byte.SIZE - hosts() * bits;
    }

    /** Groups that hold so many codes; the last may be filled up with zeros. */
    int groups(long count) {
        return Math.toIntExact((count + Byte.SIZE - 1) / Byte.SIZE * Byte.SIZE / codes);
    }

    /** What a guest is the sum of: bits of a byte as a number, times a factor. */
    record Part(int guest, int row, int shift, int width, int factor) {}

    /** All parts of all guests. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        int lowest = Byte.SIZE - left();
        for (int guest = 0; guest < guests(); guest++) {
            for (int row = 0; row < bytes; row++) {
                parts.add(
                        guests() == 1
                                ? new Part(guest, row, lowest, left(), 1 << (left() * row))
                                : new Part(guest, row, lowest + guest, 1, 1 << row));
            }
        }
        return parts;
    }

    /**
     * Packs codes.
     *
     * @param values each in [−2^(bits−1), 2^(bits−1))
     * @return {@code [bytes × groups]}
     */
    byte[] pack(byte[] values) {
        int groups = groups(values.length);
        int mask = (1 << bits) - 1;
        byte[] packed = new byte[bytes * groups];
        for (int host = 0; host < hosts(); host++) {
            for (int i = 0; i < packed.length; i++) {
                int at = host * packed.length + i;
                packed[i] |= (byte) (code(values, at, mask) << (host * bits));
            }
        }
        for (Part part : parts()) {
            int from = (hosts() * bytes + part.guest) * groups;
            for (int i = 0; i < groups; i++) {
                int piece = code(values, from + i, mask) / part.factor & ((1 << part.width) - 1);
                packed[part.row * groups + i] |= (byte) (piece << part.shift);
            }
        }
        return packed;
    }

    private static int code(byte[] values, int at, int mask) {
        return at < values.length ? values[at] & mask : 0;
    }

    /** The codes that were packed, so many of them. */
    byte[] unpack(byte[] packed, int count) {
        int groups = groups(count);
        int mask = (1 << bits) - 1;
        byte[] codesOfAll = new byte[codes * groups];
        for (int host = 0; host < hosts(); host++) {
            for (int i = 0; i < packed.length; i++) {
                codesOfAll[host * packed.length + i] = (byte) ((packed[i] & 0xff) >> (host * bits) & mask);
            }
        }
        for (Part part : parts()) {
            int to = (hosts() * bytes + part.guest) * groups;
            for (int i = 0; i < groups; i++) {
                int piece = (packed[part.row * groups + i] & 0xff) >> part.shift & ((1 << part.width) - 1);
                codesOfAll[to + i] += (byte) (piece * part.factor);
            }
        }
        int unused = Integer.SIZE - bits;
        for (int i = 0; i < count; i++) {
            codesOfAll[i] = (byte) (codesOfAll[i] << unused >> unused);
        }
        return codesOfAll.length == count ? codesOfAll : Arrays.copyOf(codesOfAll, count);
    }
}
