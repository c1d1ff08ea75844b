package dev.eckart.cli;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** One change to the structure of an encoded protobuf message, at any depth: what is between the change and the root fits it. */
final class WireMutation {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private static final int WIRE_TYPE_BITS = 3;
    private static final int WIRE_TYPE = (1 << WIRE_TYPE_BITS) - 1;
    private static final int VARINT_BITS = 7;

    /** Out of this many changes, one is made to a message itself, and the others further down. */
    private static final int DOWN = 5;

    private static final long[] INTEGERS = {
        0,
        1,
        -1,
        2,
        127,
        1 << 16,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 40,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private final RandomGenerator random;

    WireMutation(RandomGenerator random) {
        this.random = random;
    }

    /** A field as it is written: its key, of number and wire type, and its value without a length. */
    private static final class Field {
        private final long key;
        private final byte[] value;

        Field(long key, byte[] value) {
            this.key = key;
            this.value = value;
        }

        int wireType() {
            return (int) key & WIRE_TYPE;
        }

        void writeTo(ByteArrayOutputStream out) {
            writeVarint(out, key);
            if (wireType() == LENGTH) {
                writeVarint(out, value.length);
            }
            out.writeBytes(value);
        }
    }

    /** The message with one change. */
    byte[] of(byte[] message) {
        Optional<List<Field>> parsed = fields(message);
        if (parsed.isEmpty() || parsed.get().isEmpty()) {
            return changed(message);
        }
        List<Field> fields = parsed.get();
        int at = random.nextInt(fields.size());
        Field field = fields.get(at);
        boolean nested = field.wireType() == LENGTH
                && fields(field.value).filter(list -> !list.isEmpty()).isPresent();
        if (nested && random.nextInt(DOWN) > 0) {
            fields.set(at, new Field(field.key, of(field.value)));
        } else {
            change(fields, at);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fields.forEach(each -> each.writeTo(out));
        return out.toByteArray();
    }

    private void change(List<Field> fields, int at) {
        Field field = fields.get(at);
        switch (random.nextInt(4)) {
            case 0 -> fields.remove(at);
            case 1 -> fields.add(at, field);
            case 2 -> Collections.swap(fields, at, random.nextInt(fields.size()));
            default -> fields.set(at, new Field(field.key, otherValue(field)));
        }
    }

    private byte[] otherValue(Field field) {
        return switch (field.wireType()) {
            case VARINT -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                writeVarint(out, INTEGERS[random.nextInt(INTEGERS.length)]);
                yield out.toByteArray();
            }
            case FIXED64 ->
                ByteBuffer.allocate(Long.BYTES).putLong(random.nextLong()).array();
            case FIXED32 ->
                ByteBuffer.allocate(Integer.BYTES).putInt(random.nextInt()).array();
            default -> changed(field.value);
        };
    }

    private byte[] changed(byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        byte[] changed = bytes.clone();
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(changed, random.nextInt(bytes.length));
            case 1 -> Arrays.copyOf(changed, bytes.length + 1 + random.nextInt(8));
            case 2 -> new byte[0];
            default -> {
                changed[random.nextInt(bytes.length)] = (byte) random.nextInt();
                yield changed;
            }
        };
    }

    /** Empty if the bytes are no message. */
    private static Optional<List<Field>> fields(byte[] message) {
        List<Field> fields = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message);
        while (in.hasRemaining()) {
            Optional<Long> key = varint(in);
            if (key.isEmpty() || key.get() >>> WIRE_TYPE_BITS == 0) {
                return Optional.empty();
            }
            int from = in.position();
            long length;
            switch ((int) (key.get() & WIRE_TYPE)) {
                case VARINT -> {
                    if (varint(in).isEmpty()) {
                        return Optional.empty();
                    }
                    length = (long) in.position() - from;
                    in.position(from);
                }
                case FIXED64 -> length = Long.BYTES;
                case FIXED32 -> length = Integer.BYTES;
                case LENGTH -> length = varint(in).orElse(-1L);
                default -> length = -1;
            }
            if (length < 0 || length > in.remaining()) {
                return Optional.empty();
            }
            byte[] value = new byte[(int) length];
            in.get(value);
            fields.add(new Field(key.get(), value));
        }
        return Optional.of(fields);
    }

    private static Optional<Long> varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE && in.hasRemaining(); shift += VARINT_BITS) {
            byte next = in.get();
            value |= (long) (next & Byte.MAX_VALUE) << shift;
            if (next >= 0) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    private static void writeVarint(ByteArrayOutputStream out, long value) {
        long left = value;
        while ((left & ~Byte.MAX_VALUE) != 0) {
            out.write((int) (left & Byte.MAX_VALUE) | Byte.MIN_VALUE);
            left >>>= VARINT_BITS;
        }
        out.write((int) left);
    }
}
