package dev.eckart.core.npy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ObjDoubleConsumer;

/**
 * An immutable array of numbers with zero or more axes, the last one varying fastest ("C order").
 *
 * <p>Its numbers take at most {@value #MAX_BYTES} bytes.
 */
public final class NpyArray {
    /** As many as NumPy allows. */
    static final int MAX_AXES = 64;

    /** The longest Java array on any virtual machine. */
    static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    /** Numbers of a matrix that are read at a time. */
    private static final int PANEL = 1 << 16;

    private final NpyType type;
    private final List<Integer> shape;
    /** Read-only and little-endian; the numbers, from its first byte to its last. */
    private final ByteBuffer bytes;

    private NpyArray(NpyType type, List<Integer> shape, ByteBuffer numbers) {
        this.type = type;
        this.shape = List.copyOf(shape);
        this.bytes = numbers.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        if (!isShape(type, this.shape)
                || product(this.shape) != numbers.capacity() / type.bytes()
                || numbers.capacity() % type.bytes() != 0) {
            throw new IllegalArgumentException(
                    "Expected the bytes of %s but was: %d bytes".formatted(describe(), bytes.capacity()));
        }
    }

    /**
     * An array from a copy of its bytes.
     *
     * @param shape length of each axis; none for a single number
     * @param littleEndian the numbers, from position to limit, little-endian whatever order the buffer is set to
     * @throws IllegalArgumentException if a length is negative, or the shape and the bytes do not match
     */
    public static NpyArray of(NpyType type, List<Integer> shape, ByteBuffer littleEndian) {
        byte[] copy = new byte[littleEndian.remaining()];
        littleEndian.duplicate().get(copy);
        return wrap(type, shape, copy);
    }

    /** A matrix as float64 {@code [rows, columns]}. */
    public static NpyArray ofMatrix(MatrixSource matrix) {
        return ofMatrix(NpyType.FLOAT64, matrix, ByteBuffer::putDouble);
    }

    /** A matrix as float32 {@code [rows, columns]}, each number rounded to nearest. */
    public static NpyArray ofMatrixAsFloats(MatrixSource matrix) {
        return ofMatrix(NpyType.FLOAT32, matrix, (bytes, number) -> bytes.putFloat((float) number));
    }

    /** Some rows at a time, so that there is no second copy of the matrix. */
    private static NpyArray ofMatrix(NpyType type, MatrixSource matrix, ObjDoubleConsumer<ByteBuffer> put) {
        int columns = matrix.columns();
        byte[] bytes = new byte[Math.multiplyExact(Math.multiplyExact(matrix.rows(), columns), type.bytes())];
        ByteBuffer numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int height = Math.max(1, Math.min(matrix.rows(), PANEL / Math.max(1, columns)));
        double[] panel = new double[height * columns];
        for (int row = 0; row < matrix.rows(); row += height) {
            int rows = Math.min(height, matrix.rows() - row);
            matrix.read(row, 0, rows, columns, panel);
            for (int i = 0; i < rows * columns; i++) {
                put.accept(numbers, panel[i]);
            }
        }
        return wrap(type, List.of(matrix.rows(), columns), bytes);
    }

    /**
     * An array of float32.
     *
     * @param shape length of each axis; none for a single number
     * @throws IllegalArgumentException if a length is negative, or the shape and the numbers do not match
     */
    public static NpyArray ofFloats(List<Integer> shape, float... numbers) {
        byte[] bytes = new byte[Math.multiplyExact(numbers.length, Float.BYTES)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(numbers);
        return wrap(NpyType.FLOAT32, shape, bytes);
    }

    /** Takes ownership of {@code littleEndian}: the caller keeps no reference to it. */
    static NpyArray wrap(NpyType type, List<Integer> shape, byte[] littleEndian) {
        return new NpyArray(type, shape, ByteBuffer.wrap(littleEndian));
    }

    /** What its numbers are stored as. */
    public NpyType type() {
        return type;
    }

    /** Length of each axis; none for a single number. */
    public List<Integer> shape() {
        return shape;
    }

    /** How many numbers it holds. */
    public int size() {
        return bytes.capacity() / type.bytes();
    }

    /** The numbers in C order: a buffer of the caller's own, read-only and little-endian, from position 0. */
    public ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A number by its place in C order; integers beyond ±2⁵³ are rounded.
     *
     * @throws IndexOutOfBoundsException if there is no such place
     */
    public double doubleAt(int index) {
        return type.doubleAt(bytes, Objects.checkIndex(index, size()) * type.bytes());
    }

    /**
     * An integer by its place in C order; true and false are 1 and 0.
     *
     * @throws IndexOutOfBoundsException if there is no such place
     * @throws IllegalStateException if the type is not {@linkplain NpyType#isInteger an integer one}
     * @throws ArithmeticException if it is 2⁶³ or more
     */
    public long longAt(int index) {
        return type.longAt(bytes, Objects.checkIndex(index, size()) * type.bytes());
    }

    /**
     * The part that holds the entries {@code from} (inclusive) to {@code to} (exclusive) of the first axis, without a
     * copy.
     *
     * @throws IndexOutOfBoundsException if the part leaves the axis, or there is no axis
     */
    public NpyArray slice(int from, int to) {
        Objects.checkFromToIndex(from, to, shape.isEmpty() ? 0 : shape.get(0));
        List<Integer> lengths = new ArrayList<>(shape);
        lengths.set(0, to - from);
        int entry = product(shape.subList(1, shape.size())) * type.bytes();
        return new NpyArray(type, lengths, bytes.slice(from * entry, (to - from) * entry));
    }

    /**
     * Some entries of the first axis, in the order in which they are named; a copy.
     *
     * @throws IndexOutOfBoundsException if there are not as many
     */
    public NpyArray take(int... entries) {
        List<Integer> lengths = new ArrayList<>(shape);
        lengths.set(0, entries.length);
        ByteBuffer taken = ByteBuffer.allocate(product(lengths) * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int entry : entries) {
            taken.put(slice(entry, entry + 1).bytes());
        }
        return new NpyArray(type, lengths, taken.flip());
    }

    /**
     * As {@link #slice(int, int)}, of any axis; a copy, but for the first one.
     *
     * @throws IndexOutOfBoundsException if the part leaves the axis, or there is no such axis
     */
    public NpyArray slice(int axis, int from, int to) {
        return axis == 0 ? slice(from, to) : withFirst(axis).slice(from, to).withFirstAt(axis);
    }

    /**
     * As {@link #take(int...)}, of any axis.
     *
     * @throws IndexOutOfBoundsException if there are not as many entries, or there is no such axis
     */
    public NpyArray take(int axis, int[] entries) {
        return withFirst(axis).take(entries).withFirstAt(axis);
    }

    /**
     * The array with one axis before all others, which stay in their order.
     *
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public NpyArray withFirst(int axis) {
        Objects.checkIndex(axis, shape.size());
        List<Integer> lengths = new ArrayList<>(shape);
        lengths.add(0, lengths.remove(axis));
        return swapped(lengths, product(shape.subList(0, axis)), shape.get(axis));
    }

    /** The array with its first axis at another place, after those that were behind it. */
    private NpyArray withFirstAt(int axis) {
        List<Integer> lengths = new ArrayList<>(shape);
        lengths.add(axis, lengths.remove(0));
        return swapped(lengths, shape.get(0), product(lengths.subList(0, axis)));
    }

    /** An array {@code [first, second, …]} as {@code [second, first, …]}, whatever axes these are made of. */
    private NpyArray swapped(List<Integer> lengths, int first, int second) {
        if (size() == 0 || first == 1 || second == 1) {
            return new NpyArray(type, lengths, bytes);
        }
        int entry = bytes.capacity() / first / second;
        ByteBuffer swapped = ByteBuffer.allocate(bytes.capacity());
        for (int j = 0; j < second; j++) {
            for (int i = 0; i < first; i++) {
                swapped.put(bytes.slice((i * second + j) * entry, entry));
            }
        }
        return new NpyArray(type, lengths, swapped.flip());
    }

    /**
     * A copy in double as {@code [rows × columns]}: the first axis is the rows, the others together the columns.
     *
     * @throws InvalidInputException if there are fewer than 2 axes
     */
    public Matrix toMatrix() {
        return Matrix.copyOf(asMatrix());
    }

    /**
     * The array read as a matrix, without a copy: the first axis is the rows, the others together the columns.
     *
     * @throws InvalidInputException if there are fewer than 2 axes
     */
    public MatrixSource asMatrix() {
        if (shape.size() < 2) {
            throw new InvalidInputException(
                    "%s is no matrix: expected 2 axes or more but was: %d; reshape it to [1, n] or [n, 1]"
                            .formatted(describe(), shape.size()));
        }
        return new Rows(this, shape.get(0), product(shape.subList(1, shape.size())));
    }

    private record Rows(NpyArray array, int rows, int columns) implements MatrixSource {
        @Override
        public void read(int row, int column, int rows, int columns, double[] target) {
            Objects.checkFromIndexSize(row, rows, this.rows);
            Objects.checkFromIndexSize(column, columns, this.columns);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    int index = (row + i) * this.columns + column + j;
                    target[i * columns + j] = array.type.doubleAt(array.bytes, index * array.type.bytes());
                }
            }
        }
    }

    /** As messages name it: {@code float32 [2000, 784]}. */
    public String describe() {
        return "%s %s".formatted(type.label(), shape);
    }

    /** Whether an array may have this shape: its bytes can be counted in an int, even were no axis empty. */
    static boolean isShape(NpyType type, List<Integer> shape) {
        if (shape.size() > MAX_AXES) {
            return false;
        }
        long extent = type.bytes();
        for (int length : shape) {
            extent *= Math.max(1, length);
            if (length < 0 || extent > MAX_BYTES) {
                return false;
            }
        }
        return true;
    }

    /** How many numbers a shape has. */
    private static int product(List<Integer> shape) {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof NpyArray other
                && type == other.type
                && shape.equals(other.shape)
                && bytes.equals(other.bytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, shape, bytes);
    }

    @Override
    public String toString() {
        return describe();
    }
}
