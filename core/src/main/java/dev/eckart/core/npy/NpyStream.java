package dev.eckart.core.npy;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** One array as a sequence of bytes: mark, version, length of the header, header, numbers. */
final class NpyStream {
    /** The mark of the format; its first byte is not ASCII, so that no text begins with it. */
    private static final byte[] MARK = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    /** How a zip archive begins. */
    private static final byte[] ZIP_MARK = {'P', 'K', 3, 4};

    /** Far more than an array of numbers needs. */
    private static final int MAX_HEADER_BYTES = 1 << 20;

    /** The numbers begin at a multiple of this, padded with spaces before. */
    private static final int ALIGNMENT = 64;

    private NpyStream() {}

    /**
     * Reads the one array that a stream holds.
     *
     * @param length how many bytes the stream is said to have
     * @param source what is being read, as messages name it
     * @throws InvalidInputException if it is no array of numbers, or damaged
     */
    static NpyArray read(InputStream in, long length, String source) throws IOException {
        byte[] mark = in.readNBytes(MARK.length);
        if (!Arrays.equals(mark, MARK)) {
            throw new InvalidInputException(
                    Arrays.equals(Arrays.copyOf(mark, ZIP_MARK.length), ZIP_MARK)
                            ? "%s is a zip archive: name one array in it, as FILE.npz:NAME".formatted(source)
                            : "%s is no NumPy array: expected a file that numpy.save wrote".formatted(source));
        }
        byte[] version = exactly(2, in, source);
        if (version[0] < 1 || version[0] > 3) {
            throw new InvalidInputException(
                    "%s has format version %d.%d; expected 1.0, 2.0 or 3.0: save it again with numpy.save"
                            .formatted(source, Byte.toUnsignedInt(version[0]), Byte.toUnsignedInt(version[1])));
        }
        int width = version[0] == 1 ? Short.BYTES : Integer.BYTES;
        ByteBuffer field = ByteBuffer.wrap(exactly(width, in, source)).order(ByteOrder.LITTLE_ENDIAN);
        long headerBytes =
                width == Short.BYTES ? Short.toUnsignedLong(field.getShort()) : Integer.toUnsignedLong(field.getInt());
        long left = length - MARK.length - version.length - width;
        if (headerBytes > left || headerBytes > MAX_HEADER_BYTES) {
            throw new InvalidInputException("%s is damaged: expected a header of %d bytes but %d are left"
                    .formatted(source, headerBytes, left));
        }
        String dictionary = new String(
                exactly((int) headerBytes, in, source),
                version[0] == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        return numbers(NpyHeader.parse(dictionary, source), in, left - headerBytes, source);
    }

    /** Reads what follows the header; allocates only once the stream is known to be as long as the header says. */
    private static NpyArray numbers(NpyHeader header, InputStream in, long length, String source) throws IOException {
        long expected = header.dataBytes();
        if (expected != length) {
            throw new InvalidInputException(
                    "%s is damaged: its header says %s, which takes %s bytes, but %d follow; save it again"
                            .formatted(
                                    source,
                                    header.describe(),
                                    expected == Long.MAX_VALUE ? "too many" : expected,
                                    length));
        }
        List<Integer> shape = header.shape().stream()
                .map(axis -> (int) Math.min(axis, Integer.MAX_VALUE))
                .toList();
        if (!NpyArray.isShape(header.type(), shape)) {
            throw new InvalidInputException("%s is %s; expected at most %d bytes of numbers: save it in parts"
                    .formatted(source, header.describe(), NpyArray.MAX_BYTES));
        }
        byte[] bytes = exactly((int) length, in, source);
        if (in.read() >= 0) {
            throw new InvalidInputException("%s is damaged: expected it to end after %d bytes of numbers; save it again"
                    .formatted(source, length));
        }
        if (header.bigEndian()) {
            reverseEach(bytes, header.type().bytes());
        }
        return NpyArray.wrap(
                header.type(),
                shape,
                header.fortranOrder() ? inCOrder(bytes, shape, header.type().bytes()) : bytes);
    }

    /** The next bytes of a stream that is known to be meant to have them. */
    private static byte[] exactly(int count, InputStream in, String source) throws IOException {
        byte[] bytes = new byte[count];
        if (in.readNBytes(bytes, 0, count) < count) {
            throw new InvalidInputException("%s is damaged: it ends early; save or copy it again".formatted(source));
        }
        return bytes;
    }

    private static void reverseEach(byte[] numbers, int width) {
        for (int start = 0; start < numbers.length; start += width) {
            for (int i = start, j = start + width - 1; i < j; i++, j--) {
                byte swapped = numbers[i];
                numbers[i] = numbers[j];
                numbers[j] = swapped;
            }
        }
    }

    /** Numbers whose first axis varies fastest, with the last one varying fastest instead. */
    private static byte[] inCOrder(byte[] numbers, List<Integer> shape, int width) {
        int axes = shape.size();
        int[] strides = new int[axes];
        for (int axis = 0, stride = width; axis < axes; axis++) {
            strides[axis] = stride;
            stride *= shape.get(axis);
        }
        byte[] ordered = new byte[numbers.length];
        int[] index = new int[axes];
        for (int to = 0, from = 0; to < ordered.length; to += width) {
            System.arraycopy(numbers, from, ordered, to, width);
            for (int axis = axes - 1; axis >= 0; axis--) {
                from += strides[axis];
                index[axis]++;
                if (index[axis] < shape.get(axis)) {
                    break;
                }
                from -= strides[axis] * index[axis];
                index[axis] = 0;
            }
        }
        return ordered;
    }

    /** Writes an array as numpy.save does: in C order, little-endian, version 1.0. */
    static void write(NpyArray array, OutputStream out) throws IOException {
        String dictionary = NpyHeader.dictionaryOf(array);
        int unpadded = MARK.length + 2 + Short.BYTES + dictionary.length() + 1;
        int padding = Math.floorMod(-unpadded, ALIGNMENT);
        byte[] header = (dictionary + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
        out.write(MARK);
        out.write(new byte[] {1, 0, (byte) header.length, (byte) (header.length >> 8)});
        out.write(header);
        Channels.newChannel(out).write(array.bytes());
    }
}
