package dev.eckart.core.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.DecomposerContract;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.linalg.RowSums;
import dev.eckart.core.linalg.SampleMatrices;
import dev.eckart.core.linalg.SingularValueDecomposition;
import dev.eckart.core.linalg.Transposed;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No bit tells a backend with a cache from the backend alone, so that what is tested of the one holds for the other. */
class CachingDecomposerTest {
    private static final Matrix MATRIX = SampleMatrices.normal(40, 25, 3);

    /** Of MATRIX. */
    private static final int BREAK_EVEN = 15;

    /** Of all samples: an entry that belongs to another matrix would show. */
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private final AtomicInteger computed = new AtomicInteger();
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    private Decomposer cached(boolean vectors) {
        return CachingDecomposer.in(folder, vectors, new Counting(computed), warnings::add);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.eckart.core.linalg.DecomposerContract#samplesAtEachAccuracy")
    void should_give_the_bits_of_the_backend_when_it_computes_and_when_it_reads(
            DecomposerContract.Sample sample, Accuracy accuracy) {
        Matrix matrix = sample.matrix();
        Matrix before = Matrix.copyOf(matrix);
        int k = sample.smallerSide();
        Decomposer cached = CachingDecomposer.in(shared, true, new EjmlDecomposer(), warnings::add);
        try (Decomposition expected = new EjmlDecomposer().decompose(matrix, accuracy)) {
            for (MatrixSource same : List.of(matrix, matrix, new Transposed(matrix.transpose()))) {
                try (Decomposition decomposition = cached.decompose(same, accuracy)) {
                    assertThat(decomposition.moments()).isEqualTo(expected.moments());
                    assertThat(decomposition.scale()).isEqualTo(expected.scale());
                    assertThat(decomposition.singularValues()).isEqualTo(expected.singularValues());
                    assertThat(decomposition.moments()).isEqualTo(expected.moments());
                    for (int count : new int[] {1, k, (k + 1) / 2}) {
                        assertThat(decomposition.vectors(count)).isEqualTo(expected.vectors(count));
                    }
                }
            }
        }
        assertThat(matrix).isEqualTo(before);
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void should_refuse_what_the_backend_refuses_and_keep_nothing_of_it(double bad) throws IOException {
        Matrix damaged = SampleMatrices.with(MATRIX, 39, 24, bad);
        Matrix gram = SampleMatrices.with(MATRIX.transpose().times(MATRIX), 3, 4, bad);
        for (int run = 0; run < 2; run++) {
            for (Accuracy accuracy : Accuracy.values()) {
                assertThatExceptionOfType(NonFiniteValueException.class)
                        .isThrownBy(() -> cached(true).decompose(damaged, accuracy))
                        .withMessage("%s at [39, 24]", bad);
            }
            assertThatExceptionOfType(NonFiniteValueException.class)
                    .isThrownBy(() -> cached(true).decomposeGram(gram))
                    .withMessage("%s at [3, 4]", bad);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> cached(true).decomposeGram(MATRIX))
                    .withMessage("Expected a square matrix but was: [40×25]");
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> cached(true).truncated(MATRIX, 26, Accuracy.ENERGY))
                    .withMessage("Expected a rank from 1 to 25 but was: 26");
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void should_multiply_and_sum_as_the_backend_does() {
        Matrix other = SampleMatrices.normal(6, 25, 4);
        Decomposer backend = new EjmlDecomposer();

        assertThat(cached(true).timesTransposed(MATRIX, other)).isEqualTo(backend.timesTransposed(MATRIX, other));
        assertThat(cached(true).times(other, new Transposed(MATRIX)))
                .isEqualTo(backend.times(other, new Transposed(MATRIX)));
        try (RowSums sums = cached(true).rowSums(25);
                RowSums expected = backend.rowSums(25)) {
            sums.add(MATRIX.toArray(), 40);
            expected.add(MATRIX.toArray(), 40);
            assertThat(sums.mean()).isEqualTo(expected.mean());
            assertThat(sums.covariance()).isEqualTo(expected.covariance());
        }
    }

    @ParameterizedTest
    @EnumSource
    void should_decompose_once_and_give_the_same_bits_ever_after(Accuracy accuracy) {
        SingularValueDecomposition expected = new EjmlDecomposer().truncated(MATRIX, 7, accuracy);
        for (int run = 0; run < 3; run++) {
            SingularValueDecomposition svd = cached(true).truncated(MATRIX, 7, accuracy);

            assertThat(svd.singularValues()).isEqualTo(expected.singularValues());
            assertThat(svd.u()).isEqualTo(expected.u());
            assertThat(svd.vTransposed()).isEqualTo(expected.vTransposed());
        }
        // Another rank below break-even is there too.
        assertThat(cached(true).truncated(MATRIX, BREAK_EVEN, accuracy).u())
                .isEqualTo(new EjmlDecomposer()
                        .truncated(MATRIX, BREAK_EVEN, accuracy)
                        .u());
        assertThat(computed).hasValue(1);
        assertThat(warnings).isEmpty();
    }

    @Test
    void should_keep_more_vectors_where_more_are_asked_for() {
        cached(true).truncated(MATRIX, 3, Accuracy.ENERGY);
        cached(true).truncated(MATRIX, 25, Accuracy.ENERGY);
        assertThat(computed).hasValue(2);

        cached(true).truncated(MATRIX, 25, Accuracy.ENERGY);
        assertThat(computed).hasValue(2);
    }

    @Test
    void should_keep_values_alone_unless_vectors_are_asked_for() throws IOException {
        cached(false).truncated(MATRIX, 3, Accuracy.ENERGY);
        cached(false).singularValues(MATRIX, Accuracy.ENERGY);
        assertThat(computed).hasValue(1);
        assertThat(files()).hasSize(1);

        cached(false).truncated(MATRIX, 3, Accuracy.ENERGY);
        assertThat(computed).hasValue(2);
    }

    @Test
    void should_tell_matrices_accuracies_and_shapes_apart() {
        Decomposer decomposer = cached(false);
        decomposer.singularValues(MATRIX, Accuracy.ENERGY);
        decomposer.singularValues(MATRIX, Accuracy.FULL);
        decomposer.singularValues(MATRIX.transpose(), Accuracy.ENERGY);
        decomposer.singularValues(Matrix.of(20, 50, MATRIX.toArray()), Accuracy.ENERGY);
        decomposer.singularValues(SampleMatrices.with(MATRIX, 39, 24, 0.5), Accuracy.ENERGY);

        assertThat(computed).hasValue(5);
    }

    @Test
    void should_keep_what_a_gram_matrix_decomposes_into_apart_from_a_decomposition_of_its_own() {
        Matrix gram = MATRIX.transpose().times(MATRIX);
        try (Decomposition expected = new EjmlDecomposer().decomposeGram(gram)) {
            for (int run = 0; run < 3; run++) {
                try (Decomposition decomposition = cached(true).decomposeGram(gram)) {
                    assertThat(decomposition.singularValues()).isEqualTo(expected.singularValues());
                    assertThat(decomposition.vectors(25)).isEqualTo(expected.vectors(25));
                }
            }
        }
        assertThat(computed).hasValue(1);

        cached(true).singularValues(gram, Accuracy.ENERGY);
        assertThat(computed).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 30, -1})
    void should_compute_a_damaged_entry_anew_and_say_so(int at) throws IOException {
        double[] expected = cached(true).singularValues(MATRIX, Accuracy.ENERGY);
        cached(true).truncated(MATRIX, 3, Accuracy.ENERGY);
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[at < 0 ? bytes.length + at : at] ^= 4;
            Files.write(file, bytes);
        }
        computed.set(0);

        assertThat(cached(true).singularValues(MATRIX, Accuracy.ENERGY)).isEqualTo(expected);
        cached(true).truncated(MATRIX, 3, Accuracy.ENERGY);
        assertThat(computed).hasValue(2);
        assertThat(warnings)
                .hasSize(2)
                .allMatch(warning -> warning.endsWith("is damaged; its numbers are computed again"));

        // And what was written in its place is whole.
        cached(true).truncated(MATRIX, 3, Accuracy.ENERGY);
        assertThat(computed).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 19, 40})
    void should_compute_an_entry_anew_that_was_cut_off(int length) throws IOException {
        cached(false).singularValues(MATRIX, Accuracy.ENERGY);
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, length));

        cached(false).singularValues(MATRIX, Accuracy.ENERGY);

        assertThat(computed).hasValue(2);
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    /** Two decompositions, of which one is then found under the other's name. */
    private record Exchange(String what, Matrix one, Accuracy ofOne, Matrix other, Accuracy ofOther) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Stream<Exchange> exchanges() {
        return Stream.of(
                new Exchange("numbers", MATRIX, Accuracy.ENERGY, SampleMatrices.normal(40, 25, 4), Accuracy.ENERGY),
                new Exchange("shapes", MATRIX, Accuracy.ENERGY, MATRIX.transpose(), Accuracy.ENERGY),
                new Exchange("accuracies", MATRIX, Accuracy.ENERGY, MATRIX, Accuracy.FULL));
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void should_compute_anew_what_is_under_the_name_of_another_decomposition(Exchange exchange) throws IOException {
        Path second = Files.createDirectory(folder.resolve("second"));
        cached(true).truncated(exchange.one, 7, exchange.ofOne);
        List<Path> ofOne = entries();
        CachingDecomposer.in(second, true, new EjmlDecomposer(), warnings::add)
                .truncated(exchange.other, 7, exchange.ofOther);
        // Values and vectors, in this order, of both.
        for (int i = 0; i < ofOne.size(); i++) {
            Files.copy(entries(second).get(i), ofOne.get(i), StandardCopyOption.REPLACE_EXISTING);
        }
        computed.set(0);

        SingularValueDecomposition expected = new EjmlDecomposer().truncated(exchange.one, 7, exchange.ofOne);
        for (int run = 0; run < 2; run++) {
            assertThat(cached(true).truncated(exchange.one, 7, exchange.ofOne))
                    .usingRecursiveComparison()
                    .isEqualTo(expected);
        }

        assertThat(computed).hasValue(1);
        assertThat(warnings)
                .hasSize(2)
                .allMatch(warning ->
                        warning.endsWith("holds the numbers of another matrix; its numbers are computed again"));
    }

    @Test
    void should_compute_anew_what_another_backend_computed() throws IOException {
        cached(false).singularValues(MATRIX, Accuracy.ENERGY);
        Path entry = entries().get(0);
        byte[] bytes = Files.readAllBytes(entry);
        Decomposer other = new Counting(computed) {
            @Override
            public String name() {
                return "other";
            }
        };
        CachingDecomposer.in(folder, false, other, warnings::add).singularValues(MATRIX, Accuracy.ENERGY);
        assertThat(entries()).hasSize(2);
        for (Path each : entries()) {
            Files.write(each, bytes);
        }
        computed.set(0);

        CachingDecomposer.in(folder, false, other, warnings::add).singularValues(MATRIX, Accuracy.ENERGY);
        assertThat(computed).hasValue(1);
        cached(false).singularValues(MATRIX, Accuracy.ENERGY);
        assertThat(computed).hasValue(1);
        assertThat(warnings).hasSize(1);
    }

    @Test
    void should_compute_anew_vectors_in_the_place_of_values_and_the_reverse() throws IOException {
        Matrix square = SampleMatrices.normal(3, 4, 5);
        SingularValueDecomposition expected = cached(true).truncated(square, 1, Accuracy.FULL);
        Path values = entries().get(0);
        Path vectors = entries().get(1);
        assertThat(values).hasFileName(vectors.getFileName().toString().replace(".vectors", ".values"));
        byte[] kept = Files.readAllBytes(values);
        Files.copy(vectors, values, StandardCopyOption.REPLACE_EXISTING);
        Files.write(vectors, kept);

        assertThat(cached(true).truncated(square, 1, Accuracy.FULL))
                .usingRecursiveComparison()
                .isEqualTo(expected);
        assertThat(computed).hasValue(2);
        assertThat(warnings).hasSize(2);
    }

    /** What may be in the place of an entry, and is none. */
    private enum Irregular {
        LINK {
            @Override
            void replace(Path entry) throws IOException {
                Path moved = Files.move(entry, entry.resolveSibling("moved"));
                Files.createSymbolicLink(entry, moved);
            }
        },
        LINK_TO_A_DEVICE {
            @Override
            void replace(Path entry) throws IOException {
                Files.delete(entry);
                Files.createSymbolicLink(entry, Path.of("/dev/zero"));
            }
        },
        PIPE {
            @Override
            void replace(Path entry) throws IOException {
                Files.delete(entry);
                assumeThat(ran("mkfifo", entry.toString())).isTrue();
            }
        },
        DEVICE {
            @Override
            void replace(Path entry) throws IOException {
                Files.delete(entry);
                // Which only a privileged user may make.
                assumeThat(ran("mknod", entry.toString(), "c", "1", "5")).isTrue();
            }
        };

        abstract void replace(Path entry) throws IOException;

        private static boolean ran(String... command) throws IOException {
            try {
                return new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisabledOnOs(OS.WINDOWS)
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void should_compute_anew_what_is_no_regular_file_and_put_one_in_its_place(Irregular irregular) throws IOException {
        double[] expected = cached(false).singularValues(MATRIX, Accuracy.ENERGY);
        Path entry = entries().get(0);
        byte[] bytes = Files.readAllBytes(entry);
        irregular.replace(entry);
        computed.set(0);

        assertThat(cached(false).singularValues(MATRIX, Accuracy.ENERGY)).isEqualTo(expected);

        assertThat(computed).hasValue(1);
        assertThat(warnings)
                .containsExactly(
                        "cache file `%s` is not a regular file; its numbers are computed again".formatted(entry));
        assertThat(Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(entry).hasBinaryContent(bytes);
    }

    @Test
    void should_go_on_where_a_folder_has_the_name_of_an_entry() throws IOException {
        double[] expected = cached(false).singularValues(MATRIX, Accuracy.ENERGY);
        Path entry = entries().get(0);
        Files.delete(entry);
        Files.createDirectory(entry);

        assertThat(cached(false).singularValues(MATRIX, Accuracy.ENERGY)).isEqualTo(expected);

        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0)).contains("is not a regular file");
        assertThat(warnings.get(1)).contains("cannot be written");
    }

    @Test
    @Timeout(30)
    void should_not_read_an_entry_that_is_larger_than_any() throws IOException {
        cached(false).singularValues(MATRIX, Accuracy.ENERGY);
        Path entry = entries().get(0);
        long size = Files.size(entry);
        long more = 1L << 33;
        try (RandomAccessFile file = new RandomAccessFile(entry.toFile(), "rw")) {
            file.seek(8);
            file.writeLong(Long.reverseBytes(28 + more));
            file.setLength(size + more * Double.BYTES);
        }

        cached(false).singularValues(MATRIX, Accuracy.ENERGY);

        assertThat(computed).hasValue(2);
        assertThat(entry).hasSize(size);
        assertThat(warnings).hasSize(1).allMatch(warning -> warning.contains("is damaged"));
    }

    @Test
    void should_say_nothing_of_an_entry_in_another_version_of_the_format() throws IOException {
        cached(false).singularValues(MATRIX, Accuracy.ENERGY);
        Path entry = entries().get(0);
        byte[] bytes = Files.readAllBytes(entry);
        byte[] older = bytes.clone();
        older["ECKART-".length()] = '1';
        Files.write(entry, older);

        cached(false).singularValues(MATRIX, Accuracy.ENERGY);

        assertThat(computed).hasValue(2);
        assertThat(warnings).isEmpty();
        assertThat(entry).hasBinaryContent(bytes);
    }

    @Test
    void should_remove_what_a_killed_run_was_writing() throws IOException {
        Path left = Files.createDirectory(folder.resolve(".0a1b.values.0123456789abcdef-0123456789abcdef.eckart-tmp"));
        Files.createFile(left.resolve(".lock"));
        Files.createFile(left.resolve("0a1b.values"));

        cached(false);

        assertThat(files()).isEmpty();
    }

    private List<Path> entries() throws IOException {
        return entries(folder);
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void should_serve_several_at_once() throws Exception {
        SingularValueDecomposition expected = new EjmlDecomposer().truncated(MATRIX, 5, Accuracy.ENERGY);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<SingularValueDecomposition>> results = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            results.add(pool.submit(() -> cached(true).truncated(MATRIX, 5, Accuracy.ENERGY)));
        }
        for (Future<SingularValueDecomposition> result : results) {
            assertThat(result.get().u()).isEqualTo(expected.u());
        }
        pool.shutdown();
        assertThat(warnings).isEmpty();
        assertThat(files())
                .as("values and vectors, and nothing that is not whole")
                .hasSize(2);
    }

    @Test
    void should_say_what_is_wrong_with_the_folder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(
                        () -> CachingDecomposer.in(file.resolve("cache"), false, new EjmlDecomposer(), warnings::add))
                .withMessageStartingWith("--cache: folder `%s` cannot be created", file.resolve("cache"));
    }

    @Test
    void should_go_on_where_an_entry_cannot_be_kept() throws IOException {
        Decomposer decomposer = cached(false);
        Files.delete(folder);

        assertThat(decomposer.singularValues(MATRIX, Accuracy.ENERGY)).hasSize(25);
        // Once, however many entries there are.
        assertThat(decomposer.singularValues(MATRIX, Accuracy.FULL)).hasSize(25);

        assertThat(warnings).hasSize(1).allMatch(warning -> warning.contains("cannot be written"));
        Files.createDirectory(folder);
    }

    /** Counts decompositions that are begun. */
    private static class Counting implements Decomposer {
        private static final Decomposer WORKER = new EjmlDecomposer();

        private final AtomicInteger begun;

        Counting(AtomicInteger begun) {
            this.begun = begun;
        }

        @Override
        public String name() {
            return WORKER.name();
        }

        @Override
        public Decomposition decompose(MatrixSource matrix, Accuracy accuracy) {
            begun.incrementAndGet();
            return WORKER.decompose(matrix, accuracy);
        }

        @Override
        public Decomposition decomposeGram(Matrix gram) {
            begun.incrementAndGet();
            return WORKER.decomposeGram(gram);
        }

        @Override
        public Matrix inverseRoot(Matrix matrix) {
            return WORKER.inverseRoot(matrix);
        }

        @Override
        public Matrix timesTransposed(MatrixSource left, Matrix right) {
            return WORKER.timesTransposed(left, right);
        }

        @Override
        public Matrix times(Matrix left, MatrixSource right) {
            return WORKER.times(left, right);
        }

        @Override
        public RowSums rowSums(int columns) {
            return WORKER.rowSums(columns);
        }

        @Override
        public long bytes(int rows, int columns, Accuracy accuracy) {
            return WORKER.bytes(rows, columns, accuracy);
        }
    }
}
