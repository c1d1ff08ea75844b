package dev.eckart.core.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFileTest {
    @TempDir
    Path folder;

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private Path numpy(String name, String fixture) throws IOException {
        return file(name, NumpyFixtures.bytes(fixture));
    }

    /** A file of version 1.0 with any header and any data. */
    private static byte[] npy(String header, byte... data) {
        ByteBuffer file = ByteBuffer.allocate(10 + header.length() + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) header.length());
        return file.put(header.getBytes(StandardCharsets.ISO_8859_1)).put(data).array();
    }

    private static String header(String descr, String shape) {
        return "{'descr': %s, 'fortran_order': False, 'shape': %s, }\n".formatted(descr, shape);
    }

    private static byte[] zip(Map<String, byte[]> members) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                zip.putNextEntry(new ZipEntry(member.getKey()));
                zip.write(member.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static NpyArray random(NpyType type, Integer... shape) {
        byte[] bytes = new byte[List.of(shape).stream().reduce(type.bytes(), Math::multiplyExact)];
        new Random(type.bytes()).nextBytes(bytes);
        return NpyArray.of(type, List.of(shape), ByteBuffer.wrap(bytes));
    }

    private static long[] longs(NpyArray array) {
        return IntStream.range(0, array.size()).mapToLong(array::longAt).toArray();
    }

    private static double[] doubles(NpyArray array) {
        return IntStream.range(0, array.size()).mapToDouble(array::doubleAt).toArray();
    }

    private static void assertRefused(Path npy, String... parts) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> NpyFile.read(npy))
                .satisfies(e ->
                        assertThat(e.getMessage()).startsWith("`" + npy + "` ").contains(parts));
    }

    private static void assertArrayRefused(Path npz, String name, String... parts) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> NpyFile.read(npz + ":" + name))
                .satisfies(e -> assertThat(e.getMessage())
                        .startsWith("array `%s` of `%s` ".formatted(name, npz))
                        .contains(parts));
    }

    @Nested
    class OfNumpy {
        @Test
        void should_read_version_1() throws IOException {
            NpyArray array = NpyFile.read(numpy("a.npy", NumpyFixtures.FLOATS));

            assertThat(array).isEqualTo(NpyArray.ofFloats(List.of(2, 3), 1.5f, -2, 3.25f, 4, 5, -6.5f));
        }

        @Test
        void should_read_version_2_in_fortran_order() throws IOException {
            NpyArray array = NpyFile.read(numpy("a.npy", NumpyFixtures.FORTRAN_V2));

            assertThat(array.describe()).isEqualTo("int16 [2, 3]");
            assertThat(longs(array)).containsExactly(1, 2, 3, 4, 5, 6);
        }

        @Test
        void should_read_version_3_in_fortran_order_and_big_endian() throws IOException {
            NpyArray array = NpyFile.read(numpy("a.npy", NumpyFixtures.BIG_ENDIAN_FORTRAN_V3));

            assertThat(array.describe()).isEqualTo("uint16 [2, 3, 4]");
            assertThat(longs(array))
                    .containsExactly(IntStream.range(0, 24).asLongStream().toArray());
        }

        @Test
        void should_read_halves() throws IOException {
            assertThat(doubles(NpyFile.read(numpy("a.npy", NumpyFixtures.HALVES))))
                    .containsExactly(
                            0,
                            -0.0,
                            1,
                            -2,
                            65504,
                            0x1p-24,
                            Double.POSITIVE_INFINITY,
                            Double.NEGATIVE_INFINITY,
                            Double.NaN,
                            0.333251953125);
        }

        @Test
        void should_read_a_single_number() throws IOException {
            NpyArray array = NpyFile.read(numpy("a.npy", NumpyFixtures.SCALAR));

            assertThat(array.shape()).isEmpty();
            assertThat(longs(array)).containsExactly(7);
        }

        @Test
        void should_read_savez() throws IOException {
            Map<String, NpyArray> arrays = NpyFile.readAll(numpy("a.npz", NumpyFixtures.SAVEZ));

            assertThat(arrays).containsOnlyKeys("x", "layer:0/k");
            assertThat(arrays.get("x")).hasToString("uint8 [2, 2]");
            assertThat(arrays.get("layer:0/k")).hasToString("bool [2]");
        }

        @Test
        void should_read_savez_compressed() throws IOException {
            Path npz = numpy("a.npz", NumpyFixtures.SAVEZ_COMPRESSED);

            assertThat(longs(NpyFile.read(npz + ":x"))).containsExactly(1, 2, 3, 4);
            assertThat(doubles(NpyFile.read(npz + ":y"))).containsExactly(0x1p64, 1);
        }

        @Test
        void should_be_written_alike() throws IOException {
            Path written = folder.resolve("b.npy");
            NpyFile.write(written, NpyFile.read(numpy("a.npy", NumpyFixtures.FLOATS)));

            assertThat(written).hasBinaryContent(NumpyFixtures.bytes(NumpyFixtures.FLOATS));
        }
    }

    @Nested
    class Written {
        @ParameterizedTest
        @EnumSource
        void should_read_back_every_type(NpyType type) {
            Path npy = folder.resolve("a.npy");
            NpyArray array = random(type, 3, 2, 5);
            NpyFile.write(npy, array);

            assertThat(NpyFile.read(npy)).isEqualTo(array);
        }

        @Test
        void should_read_back_any_shape() {
            Path npy = folder.resolve("a.npy");
            for (List<Integer> shape : List.of(
                    List.<Integer>of(),
                    List.of(1),
                    List.of(0),
                    List.of(0, 3),
                    List.of(4, 0, 3),
                    List.of(2, 1, 3, 1, 2))) {
                NpyArray array = random(NpyType.INT32, shape.toArray(Integer[]::new));
                NpyFile.write(npy, array);

                assertThat(NpyFile.read(npy)).isEqualTo(array);
            }
            NpyArray array = random(NpyType.INT8, Collections.nCopies(64, 1).toArray(Integer[]::new));
            NpyFile.write(npy, array);

            assertThat(NpyFile.read(npy)).isEqualTo(array);
        }

        @Test
        void should_have_the_header_of_numpy() throws IOException {
            assertThat(headerOf(NpyType.BOOL, 1))
                    .isEqualTo("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }");
            assertThat(headerOf(NpyType.INT8)).isEqualTo("{'descr': '|i1', 'fortran_order': False, 'shape': (), }");
            assertThat(headerOf(NpyType.UINT8, 2, 3))
                    .isEqualTo("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }");
            assertThat(headerOf(NpyType.INT64, 1, 2, 3))
                    .isEqualTo("{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2, 3), }");
            assertThat(headerOf(NpyType.FLOAT16, 0))
                    .isEqualTo("{'descr': '<f2', 'fortran_order': False, 'shape': (0,), }");
        }

        private String headerOf(NpyType type, Integer... shape) throws IOException {
            Path npy = folder.resolve("a.npy");
            NpyFile.write(npy, random(type, shape));
            byte[] bytes = Files.readAllBytes(npy);
            assertThat(Arrays.copyOf(bytes, 10))
                    .isEqualTo(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
            return new String(bytes, 10, 118, StandardCharsets.US_ASCII).strip();
        }

        @Test
        void should_begin_the_numbers_at_a_multiple_of_64_bytes() throws IOException {
            Path npy = folder.resolve("a.npy");
            for (int axes = 0; axes <= 64; axes++) {
                NpyFile.write(
                        npy, random(NpyType.INT8, Collections.nCopies(axes, 1).toArray(Integer[]::new)));

                byte[] bytes = Files.readAllBytes(npy);
                assertThat(bytes.length % 64).isEqualTo(1);
                assertThat(bytes[bytes.length - 2]).isEqualTo((byte) '\n');
            }
        }

        @Test
        void should_keep_the_names_and_their_order() {
            Path npz = folder.resolve("a.npz");
            Map<String, NpyArray> arrays = new LinkedHashMap<>();
            for (String name : List.of("z", "a", "layer:0/weight", "größe", "x.npy")) {
                arrays.put(name, random(NpyType.FLOAT64, 2, arrays.size()));
            }
            NpyFile.writeAll(npz, arrays);

            assertThat(NpyFile.readAll(npz)).containsExactlyEntriesOf(arrays);
        }

        @Test
        void should_have_the_same_bytes_at_any_time_and_place() throws IOException {
            Map<String, NpyArray> arrays = Map.of("x", random(NpyType.UINT16, 100));
            TimeZone zone = TimeZone.getDefault();
            try {
                TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Honolulu"));
                NpyFile.writeAll(folder.resolve("a.npz"), arrays);
                TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
                NpyFile.writeAll(folder.resolve("b.npz"), arrays);
            } finally {
                TimeZone.setDefault(zone);
            }

            assertThat(folder.resolve("a.npz")).hasSameBinaryContentAs(folder.resolve("b.npz"));
        }

        @Test
        void should_replace_a_file_and_leave_nothing_beside_it() throws IOException {
            Path npy = file("a.npy", new byte[1000]);
            NpyArray array = random(NpyType.INT8, 3);
            NpyFile.write(npy, array);

            assertThat(NpyFile.read(npy)).isEqualTo(array);
            try (var files = Files.list(folder)) {
                assertThat(files).containsExactly(npy);
            }
        }

        @Test
        void should_refuse_a_folder_that_is_not_there() {
            Path npy = folder.resolve("none").resolve("a.npy");

            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.write(npy, random(NpyType.INT8, 1)))
                    .withMessage("`%s` cannot be written: directory `%s` does not exist; create it first"
                            .formatted(npy, npy.getParent()));
        }

        @Test
        void should_refuse_a_directory() {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.writeAll(folder, Map.of()))
                    .withMessage("`%s` is a directory; expected the name of a file to write".formatted(folder));
        }
    }

    @Nested
    class Refused {
        @Test
        void should_refuse_a_file_that_is_not_there() {
            Path npy = folder.resolve("a.npy");
            assertRefused(npy, "does not exist");
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.readAll(folder.resolve("a.npz")))
                    .withMessageContaining("does not exist");
        }

        @Test
        void should_refuse_a_directory() {
            assertRefused(folder, "is a directory");
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.readAll(folder))
                    .withMessageContaining("is a directory");
        }

        @Test
        void should_refuse_what_is_no_array() throws IOException {
            assertRefused(file("a.npy", new byte[0]), "is no NumPy array");
            assertRefused(file("a.npy", "1,2,3".getBytes(StandardCharsets.US_ASCII)), "is no NumPy array");
            assertRefused(numpy("a.npy", NumpyFixtures.SAVEZ), "is a zip archive", "FILE.npz:NAME");
        }

        @Test
        void should_refuse_every_truncation() throws IOException {
            for (String fixture : List.of(NumpyFixtures.FLOATS, NumpyFixtures.FORTRAN_V2)) {
                byte[] whole = NumpyFixtures.bytes(fixture);
                for (int length = 0; length < whole.length; length++) {
                    assertRefused(file("a.npy", Arrays.copyOf(whole, length)), length < 6 ? "is no" : "is damaged");
                }
            }
        }

        @Test
        void should_refuse_data_that_does_not_match_the_shape() throws IOException {
            assertRefused(
                    file("a.npy", npy(header("'<f4'", "(2, 3)"), new byte[25])),
                    "its header says float32 [2, 3], which takes 24 bytes, but 25 follow");
            assertRefused(
                    file("a.npy", npy(header("'|u1'", "(4000000000000, 2)"), new byte[8])),
                    "which takes 8000000000000 bytes, but 8 follow");
        }

        @Test
        void should_refuse_a_shape_that_overflows() throws IOException {
            assertRefused(
                    file("a.npy", npy(header("'<f8'", "(4294967296, 4294967296)"))),
                    "takes too many bytes, but 0 follow");
            assertRefused(file("a.npy", npy(header("'<f8'", "(2147483648, 1073741824, 8)"))), "takes too many bytes");
            assertRefused(file("a.npy", npy(header("'<f8'", "(999999999999999999999,)"))), "malformed header");
            assertRefused(file("a.npy", npy(header("'|i1'", "(0, 4294967296)"))), "expected at most 2147483639 bytes");
            assertRefused(
                    file("a.npy", npy(header("'|i1'", "(" + "1, ".repeat(65) + ")"), new byte[1])), "malformed header");
        }

        @Test
        void should_refuse_a_header_longer_than_the_file() throws IOException {
            byte[] first = NumpyFixtures.bytes(NumpyFixtures.FLOATS);
            first[9] = (byte) 0xff;
            assertRefused(file("a.npy", first), "expected a header of 65398 bytes but 142 are left");
            byte[] second = NumpyFixtures.bytes(NumpyFixtures.FORTRAN_V2);
            second[11] = (byte) 0xff;
            assertRefused(file("a.npy", second), "expected a header of 4278190196 bytes but 128 are left");
        }

        @Test
        void should_refuse_an_unknown_version() throws IOException {
            byte[] bytes = NumpyFixtures.bytes(NumpyFixtures.FLOATS);
            bytes[6] = (byte) 0x84;
            assertRefused(file("a.npy", bytes), "has format version 132.0", "expected 1.0, 2.0 or 3.0");
        }

        @ParameterizedTest
        @CsvSource(
                quoteCharacter = '"',
                delimiter = '=',
                value = {
                    "'|O'=Python objects",
                    "'<U1'=text",
                    "'|S1'=byte strings",
                    "'|V2'=raw bytes",
                    "'<M8[s]'=dates",
                    "'<m8[s]'=time spans",
                    "'<c8'=complex numbers",
                    "'<f16'=numbers of another size",
                    "'|f4'=numbers of another size",
                    "'f4'=values of an unknown type",
                    "'<x4'=values of an unknown type",
                    "''=values of an unknown type",
                })
        void should_refuse_other_types_by_name(String descr, String content) throws IOException {
            assertRefused(
                    file("a.npy", npy(header(descr, "(1,)"), new byte[8])),
                    "holds %s (descr %s)".formatted(content, descr),
                    "expected one of bool, int8");
        }

        @Test
        void should_refuse_records() throws IOException {
            assertRefused(
                    file("a.npy", npy(header("[('a', '<i4'), ('b', '<f4')]", "(1,)"), new byte[8])),
                    "holds records with fields");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "{",
                    "}",
                    "{}",
                    "[1]",
                    "{'descr': '<f4', 'shape': (1,), }",
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 'y'}",
                    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
                    "{'descr': '<f4', 'fortran_order': 'False', 'shape': (1,)}",
                    "{'descr': True, 'fortran_order': False, 'shape': (1,)}",
                    "{'descr': '<f4', 'fortran_order': False, 'shape': '1'}",
                    "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,,1)}",
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}",
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (L,)}",
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + x",
                    "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
                    "{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': (1,)}",
                })
        void should_refuse_a_malformed_header(String header) throws IOException {
            assertRefused(file("a.npy", npy(header, new byte[4])), "has a malformed header", "numpy.save");
        }

        @Test
        void should_show_a_malformed_header_short_and_printable() throws IOException {
            String header = "\u001b[31m\n" + "x".repeat(10_000);

            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.read(file("a.npy", npy(header))))
                    .satisfies(e -> assertThat(e.getMessage())
                            .contains("?[31m?xxx", "x...;")
                            .doesNotContain("\u001b", "\n")
                            .hasSizeLessThan(500));
        }

        @Test
        void should_refuse_more_than_an_array_can_hold() throws IOException {
            Path npy = file("a.npy", npy(header("'|u1'", "(3000000000,)")));
            try (RandomAccessFile sparse = new RandomAccessFile(npy.toFile(), "rw")) {
                sparse.setLength(sparse.length() + 3_000_000_000L);
            }
            assertRefused(npy, "is uint8 [3000000000]; expected at most 2147483639 bytes of numbers: save it in parts");
        }

        @Test
        void should_survive_any_single_damaged_byte() throws IOException {
            Random random = new Random(1);
            for (String fixture :
                    List.of(NumpyFixtures.BIG_ENDIAN_FORTRAN_V3, NumpyFixtures.SAVEZ, NumpyFixtures.SAVEZ_COMPRESSED)) {
                byte[] whole = NumpyFixtures.bytes(fixture);
                for (int i = 0; i < whole.length; i++) {
                    byte[] damaged = whole.clone();
                    damaged[i] ^= (byte) (1 << random.nextInt(8));
                    Path path = file("a", damaged);
                    try {
                        if (whole[0] == 'P') {
                            NpyFile.readAll(path);
                        } else {
                            NpyFile.read(path);
                        }
                    } catch (InvalidInputException e) {
                        assertThat(e.getMessage()).contains("`" + path + "`");
                    }
                }
            }
        }
    }

    @Nested
    class References {
        @Test
        void should_name_an_array_of_an_archive() throws IOException {
            Path npz = numpy("a.npz", NumpyFixtures.SAVEZ);

            assertThat(longs(NpyFile.read(npz + ":x"))).containsExactly(1, 2, 3, 4);
            assertThat(longs(NpyFile.read(npz + ":layer:0/k"))).containsExactly(1, 0);
        }

        @Test
        void should_split_after_the_last_ending() throws IOException {
            Path inner = Files.createDirectory(folder.resolve("b.npz:c"));
            Path npz = Files.write(inner.resolve("a.npz"), NumpyFixtures.bytes(NumpyFixtures.SAVEZ));

            assertThat(longs(NpyFile.read(npz + ":x"))).containsExactly(1, 2, 3, 4);
        }

        @Test
        void should_name_a_single_array() throws IOException {
            Path npy = numpy("a.npy", NumpyFixtures.SCALAR);

            assertThat(longs(NpyFile.read(npy.toString()))).containsExactly(7);
        }

        @Test
        void should_not_take_the_colon_of_a_drive_for_one_of_a_name() {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.read("C:\\data\\none.npz:x"))
                    .withMessageStartingWith("`C:\\data\\none.npz` does not exist");
        }

        @Test
        void should_ask_for_a_name_in_an_archive() throws IOException {
            Path npz = numpy("a.npz", NumpyFixtures.SAVEZ);

            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.read(npz.toString()))
                    .withMessage("`%s` is a zip archive: name one array in it, as FILE.npz:NAME".formatted(npz));
        }

        @Test
        void should_list_the_arrays_where_one_is_missing() throws IOException {
            Path npz = numpy("a.npz", NumpyFixtures.SAVEZ);

            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.read(npz + ":labels"))
                    .withMessage("`%s` holds no array `labels`; expected one of: x, layer:0/k".formatted(npz));
        }

        @Test
        void should_refuse_what_is_no_path() {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.read("a\u0000.npy"))
                    .withMessageContaining("names no file")
                    .withMessageContaining("FILE.npz:NAME");
        }
    }

    @Nested
    class Archives {
        private final byte[] one = npy(header("'|u1'", "(1,)"), (byte) 1);

        private Path archive(String name, byte[] member) throws IOException {
            return file("a.npz", zip(Map.of(name, member)));
        }

        @Test
        void should_refuse_what_is_no_archive() throws IOException {
            for (byte[] content :
                    List.of(new byte[0], one, Arrays.copyOf(NumpyFixtures.bytes(NumpyFixtures.SAVEZ), 480))) {
                Path npz = file("a.npz", content);
                assertThatExceptionOfType(InvalidInputException.class)
                        .isThrownBy(() -> NpyFile.readAll(npz))
                        .withMessageStartingWith("`%s` is no zip archive".formatted(npz));
            }
        }

        @Test
        void should_leave_members_that_are_no_arrays() throws IOException {
            Map<String, byte[]> members = new LinkedHashMap<>();
            members.put("README.txt", new byte[] {1});
            members.put("x.npy", one);
            assertThat(NpyFile.readAll(file("a.npz", zip(members)))).containsOnlyKeys("x");

            Path none = archive("README.txt", new byte[] {1});
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.readAll(none))
                    .withMessageStartingWith("`%s` holds no arrays".formatted(none));
        }

        @Test
        void should_name_the_array_that_is_refused() throws IOException {
            assertArrayRefused(archive("x.npy", npy(header("'|O'", "(1,)"))), "x", "holds Python objects");
            assertArrayRefused(archive("x.npy", new byte[3]), "x", "is no NumPy array");
            assertArrayRefused(archive("x.npy", npy(header("'<f4'", "(1000, 1000, 1000)"))), "x", "but 0 follow");
        }

        @Test
        void should_refuse_two_arrays_of_one_name() throws IOException {
            byte[] bytes = zip(new TreeMap<>(Map.of("x.npy", one, "y.npy", one)));
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = bytes[i] == 'y' && bytes[i + 1] == '.' ? (byte) 'x' : bytes[i];
            }
            Path npz = file("a.npz", bytes);

            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.readAll(npz))
                    .withMessageStartingWith("`%s` holds two arrays named `x`".formatted(npz));
        }

        @Test
        void should_refuse_a_text_that_is_not_utf_8() throws IOException {
            ByteArrayOutputStream archive = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(archive)) {
                ZipEntry entry = new ZipEntry("größe.npy");
                entry.setComment("@@");
                zip.putNextEntry(entry);
                zip.write(one);
            }
            byte[] bytes = archive.toByteArray();
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = bytes[i] == '@' ? (byte) 0xff : bytes[i];
            }
            Path npz = file("a.npz", bytes);

            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> NpyFile.readAll(npz))
                    // The rest is said by the JDK, in other words from version to version.
                    .withMessageStartingWith("`%s` ".formatted(npz));
        }

        @Test
        void should_refuse_a_wrong_checksum() throws IOException {
            byte[] bytes = NumpyFixtures.bytes(NumpyFixtures.SAVEZ);
            int number = 10 + 30 + 5 + 20 + 128 - 10;
            bytes[number]++;

            assertArrayRefused(file("a.npz", bytes), "x", "its checksum does not match");
        }

        @Test
        void should_refuse_a_length_that_its_packed_bytes_cannot_have() throws IOException {
            byte[] bytes = zip(Map.of("x.npy", npy(header("'|u1'", "(1000000000,)"))));
            directory(bytes).putInt(24, 1_000_000_000 + bytes.length);

            assertArrayRefused(file("a.npz", bytes), "x", "is damaged", "cannot unpack to");
        }

        @Test
        void should_refuse_an_entry_shorter_than_its_length() throws IOException {
            byte[] bytes = zip(Map.of("x.npy", npy(header("'|u1'", "(1000,)"))));
            ByteBuffer directory = directory(bytes);
            directory.putInt(24, directory.getInt(24) + 1000);

            assertArrayRefused(file("a.npz", bytes), "x", "is damaged: it ends early");
        }

        @Test
        void should_refuse_an_entry_longer_than_its_length() throws IOException {
            byte[] bytes = zip(Map.of("x.npy", npy(header("'|u1'", "(1,)"), new byte[1000])));
            ByteBuffer directory = directory(bytes);
            directory.putInt(24, directory.getInt(24) - 999);

            assertArrayRefused(file("a.npz", bytes), "x", "is damaged");
        }

        @Test
        void should_refuse_more_than_an_array_can_hold() throws IOException {
            byte[] start = npy(header("'|u1'", "(3000000000,)"));
            ByteArrayOutputStream stored = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(stored)) {
                CRC32 checksum = new CRC32();
                checksum.update(start);
                ZipEntry entry = new ZipEntry("x.npy");
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(start.length);
                entry.setCrc(checksum.getValue());
                zip.putNextEntry(entry);
                zip.write(start);
            }
            byte[] bytes = stored.toByteArray();
            int length = (int) (start.length + 3_000_000_000L);
            ByteBuffer directory = directory(bytes).putInt(20, length).putInt(24, length);
            int at = bytes.length - directory.capacity();
            directory.putInt(directory.capacity() - 6, (int) (at + 3_000_000_000L));
            Path npz = file("a.npz", Arrays.copyOf(bytes, at));
            try (RandomAccessFile sparse = new RandomAccessFile(npz.toFile(), "rw")) {
                sparse.seek(at + 3_000_000_000L);
                sparse.write(bytes, at, directory.capacity());
            }

            assertArrayRefused(npz, "x", "is uint8 [3000000000]; expected at most");
        }

        /** From the first entry of an archive's central directory on: lengths at 20, packed, and 24, unpacked. */
        private ByteBuffer directory(byte[] zip) {
            for (int i = 0; ; i++) {
                if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
                    return ByteBuffer.wrap(zip).slice(i, zip.length - i).order(ByteOrder.LITTLE_ENDIAN);
                }
            }
        }
    }
}
