package dev.eckart.onnx.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What a trial's result depends on is part of the name that it is kept under. A further component of these records has to be added
 * to {@link Fingerprint#of(Engine, java.nio.file.Path, dev.eckart.onnx.OnnxNetwork, Selection, Evaluation)}, or to those here that
 * trials do not depend on.
 */
class FingerprintTest {
    private static Stream<String> components(Class<? extends Record> type) {
        return Stream.of(type.getRecordComponents()).map(RecordComponent::getName);
    }

    @Test
    void should_know_of_every_option_that_weights_are_selected_by() {
        assertThat(components(Selection.class))
                .containsExactlyInAnyOrder(
                        // Below.
                        "pairs",
                        "scope",
                        // Part of it.
                        "calibration",
                        // Part of it where there is an aim: a search for pairs measures these alone.
                        "encodings",
                        "aim");
        assertThat(components(Selection.Scope.class))
                .containsExactlyInAnyOrder(
                        // Part of it.
                        "filter", "freezeDefaults", "fastGelu", "portable");
        assertThat(components(Selection.Pairs.class))
                .containsExactlyInAnyOrder(
                        // Part of it.
                        "balance",
                        "joint",
                        // Of each trial by itself.
                        "rank",
                        "selector",
                        // A search measures pairs alone, as they are planned: what it found is refitted and timed.
                        "refit",
                        "timed");
    }

    @Test
    void should_know_of_all_that_a_loss_is_measured_on() {
        assertThat(components(Evaluation.class))
                .containsExactlyInAnyOrder(
                        // Part of it.
                        "inputs",
                        "labels",
                        "seed",
                        // Part of it where there is an aim.
                        "metrics",
                        // Of what is verified in the end.
                        "shapes",
                        "memory");
    }

    @Test
    void should_know_of_all_that_does_the_work() {
        assertThat(components(Engine.class))
                .containsExactlyInAnyOrder(
                        // Part of it.
                        "version",
                        "backend",
                        // No bit depends on these.
                        "threads",
                        "temporary",
                        "progress");
    }
}
