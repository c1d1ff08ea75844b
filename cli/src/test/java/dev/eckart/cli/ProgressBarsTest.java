package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.Progress;
import dev.eckart.onnx.run.ModelWork;
import dev.eckart.onnx.run.RunWatchdog.Underway;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressBarsTest {
    private static final Underway LONG =
            new Underway(new ModelWork("running `small.onnx` on `x` [8×128]"), Duration.ofSeconds(192));

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(terminal, true, StandardCharsets.UTF_8);
    private final ProgressBars bars = new ProgressBars(stream);

    @Test
    void should_name_what_takes_long_on_a_line_of_its_own_and_clear_it() {
        try (RunObserver observer = observer(bars)) {
            observer.looked(List.of(LONG));
            assertThat(shown()).matches("\rrunning `small.onnx` on `x` \\[8×128\\], 3 min 12 s +");
        }

        assertThat(shown()).matches("\rrunning .* s +\r +\r");
    }

    @Test
    void should_cut_what_is_longer_than_a_line_and_say_it_once() {
        Underway wordy = new Underway(new ModelWork("loading `" + "x".repeat(100) + "`"), LONG.elapsed());
        try (RunObserver observer = observer(bars)) {
            observer.looked(List.of(wordy));
            observer.looked(List.of(wordy));
        }

        assertThat(shown()).matches("\rloading `x{70}…\r {80}\r");
    }

    @Test
    void should_show_names_as_text() {
        Underway hostile = new Underway(new ModelWork("loading `\u001B[2J\n\u202E`"), LONG.elapsed());
        try (RunObserver observer = observer(bars)) {
            observer.looked(List.of(hostile));
        }
        try (Progress.Task task = bars.start("\u001B[2J\n\u202E", 1)) {
            task.step(1);
        }

        assertThat(shown()).contains("loading `\\u{001B}[2J\\u{000A}\\u{202E}`").doesNotContain("\u001B[2J", "\u202E");
    }

    @Test
    void should_say_nothing_of_what_is_quick_or_where_nobody_looks() {
        try (RunObserver quick = observer(bars);
                RunObserver unseen = observer(Progress.NONE)) {
            quick.looked(List.of(new Underway(LONG.work(), Duration.ofSeconds(2))));
            unseen.looked(List.of(LONG));
        }

        assertThat(shown()).isEmpty();
    }

    private RunObserver observer(Progress progress) {
        return new RunObserver(new Console(stream, stream, true), progress, Optional.empty());
    }

    private String shown() {
        return terminal.toString(StandardCharsets.UTF_8);
    }
}
