package dev.eckart.models.sentences;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sentences that figures for all-MiniLM-L6-v2 are measured on. */
class SentencesTest {
    private static final Path FOLDER = Path.of("data", "sentences");

    @ParameterizedTest
    @CsvSource({"calibration, 256, 16", "test, 384, 24"})
    void should_have_as_many_of_each_kind(String name, int all, int ofEachKind) throws IOException {
        SentenceFile file = SentenceFile.read(FOLDER.resolve(name + ".txt"));

        assertThat(file.texts())
                .hasSize(all)
                .doesNotHaveDuplicates()
                .allSatisfy(text -> assertThat(text.split(" ").length).isBetween(4, 60));
        assertThat(file.byKind())
                .hasSize(16)
                .allSatisfy((kind, texts) -> assertThat(texts).hasSize(ofEachKind));
    }

    @Test
    void should_measure_on_sentences_of_the_same_kinds_that_were_not_calibrated_on() throws IOException {
        SentenceFile calibration = SentenceFile.read(FOLDER.resolve("calibration.txt"));
        SentenceFile test = SentenceFile.read(FOLDER.resolve("test.txt"));
        Set<String> seen = new HashSet<>(calibration.texts());

        assertThat(test.byKind().keySet()).isEqualTo(calibration.byKind().keySet());
        assertThat(test.texts()).noneMatch(seen::contains);
    }

    @ParameterizedTest
    @ValueSource(strings = {"calibration", "test"})
    void should_be_stored_as_the_network_takes_them(String name) throws IOException {
        List<String> texts = SentenceFile.read(FOLDER.resolve(name + ".txt")).texts();

        assertThat(NpyFile.readAll(FOLDER.resolve(name + ".npz"))).isEqualTo(TokenizeSentences.tokens(texts));
    }

    @Test
    void should_pad_to_the_longest() throws IOException {
        Map<String, List<Long>> numbers = new HashMap<>();
        TokenizeSentences.tokens(List.of("Hello, world!", "Yes")).forEach((name, array) -> {
            assertThat(array.describe()).isEqualTo("int64 [2, 6]");
            numbers.put(name, numbers(array));
        });

        assertThat(numbers)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "input_ids", List.of(101L, 7592L, 1010L, 2088L, 999L, 102L, 101L, 2748L, 102L, 0L, 0L, 0L),
                        "attention_mask", List.of(1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 0L, 0L, 0L),
                        "token_type_ids", Collections.nCopies(12, 0L)));
    }

    private static List<Long> numbers(NpyArray array) {
        return IntStream.range(0, array.size()).mapToObj(array::longAt).toList();
    }
}
