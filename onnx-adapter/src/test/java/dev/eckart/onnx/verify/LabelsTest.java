package dev.eckart.onnx.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyType;
import dev.eckart.onnx.run.Output;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelsTest {
    private static final Output SCORES = output("scores", true, List.of(3L, 2L), 0.9, 0.1, 0.2, 0.8, 0.6, 0.4);
    private static final Output CLASSES = output("classes", false, List.of(3L), 0, 1, 0);

    @Test
    void should_find_the_samples_whose_largest_score_is_that_of_their_class() {
        Labels labels = labels(List.of(5), 7, 7, 0, 1, 1);

        assertThat(labels.count()).isEqualTo(5);
        assertThat(correct(labels, SCORES, 2)).containsExactly(true, true, false);
        assertThat(correct(labels, SCORES, 1)).containsExactly(false, false, false);
    }

    @Test
    void should_take_class_numbers_as_they_are() {
        assertThat(correct(labels(List.of(4), 7, 0, 0, 0), CLASSES, 1)).containsExactly(true, false, true);
    }

    private static List<Boolean> correct(Labels labels, Output output, int from) {
        return IntStream.range(0, 3)
                .mapToObj(sample -> labels.isCorrect(output, sample, from))
                .toList();
    }

    @Test
    void should_take_a_column_of_labels() {
        assertThat(correct(labels(List.of(3, 1), 0, 1, 0), SCORES, 0)).containsExactly(true, true, true);
    }

    @Test
    void should_refuse_labels_that_are_not_one_for_each_sample() {
        assertThatThrownBy(labels(List.of(2, 2), 0, 1, 0, 1)::requireClasses)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the labels are uint8 [2, 2]; expected whole numbers, one for each sample");
        assertThatThrownBy(() -> labels(List.of(), 0)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void should_refuse_labels_that_are_not_whole_numbers() {
        NpyArray fractions = NpyArray.ofFloats(List.of(2), 0, 1);

        assertThatThrownBy(new Labels(fractions)::requireClasses)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the labels are float32 [2]; expected whole numbers, one for each sample");
    }

    @Test
    void should_tell_classes_of_samples_from_what_else_there_may_be() {
        assertThat(labels(List.of(2), 0, 1).areClasses()).isTrue();
        assertThat(labels(List.of(2, 1), 0, 1).areClasses()).isTrue();
        assertThat(labels(List.of(2, 2), 0, 1, 0, 1).areClasses()).isFalse();
        assertThat(labels(List.of(2, 2), 0, 1, 2, 3).of(1, 2))
                .isEqualTo(NpyArray.of(NpyType.UINT8, List.of(1, 2), ByteBuffer.wrap(new byte[] {2, 3})));
        assertThat(labels(List.of(2, 2), 0, 1, 0, 1).count()).isEqualTo(2);
    }

    @Test
    void should_prefer_scores_to_class_numbers() {
        assertThat(Labels.classifying(List.of(CLASSES, SCORES), 3)).isSameAs(SCORES);
        assertThat(Labels.classifying(List.of(CLASSES), 3)).isSameAs(CLASSES);
    }

    @Test
    void should_refuse_a_model_that_classifies_nothing() {
        Output states = output("states", true, List.of(3L, 1L, 1L), 1, 2, 3);
        Output whole = output("whole", true, List.of(1L, 3L), 1, 2, 3);
        Output tokens = output("tokens", false, List.of(3L, 2L), 1, 2, 3, 4, 5, 6);
        Output count = output("count", false, List.of(), 3);

        assertThatThrownBy(() -> Labels.classifying(List.of(states, whole, tokens, count), 3))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("--labels: the model has no output of scores");
    }

    private static Labels labels(List<Integer> shape, int... classes) {
        ByteBuffer bytes = ByteBuffer.allocate(classes.length);
        for (int number : classes) {
            bytes.put((byte) number);
        }
        return new Labels(NpyArray.of(NpyType.UINT8, shape, bytes.flip()));
    }

    private static Output output(String name, boolean floating, List<Long> shape, double... numbers) {
        return new Output(name, shape, floating, numbers.length, i -> numbers[i]);
    }
}
