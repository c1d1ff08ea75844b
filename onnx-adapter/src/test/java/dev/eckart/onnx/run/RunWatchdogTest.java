package dev.eckart.onnx.run;

import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.TextModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // A watchdog is there, and not asked anything.
class RunWatchdogTest {
    private static final TimeLimit SHORT = new TimeLimit(Optional.of(Duration.ofMillis(200)));
    private static final Map<String, NpyArray> ONE = Map.of("x", NpyArray.ofFloats(List.of(1), new float[] {1}));

    /** Adds 1, as good as for ever. */
    private static final String ENDLESS = input("x", FLOAT, 1)
            + "initializer { name: \"turns\" data_type: 7 int64_data: %d } ".formatted(1L << 62)
            + "node { op_type: \"Loop\" input: \"turns\" input: \"\" input: \"x\" output: \"y\" attribute { name: \"body\""
            + " type: GRAPH g { name: \"body\""
            + " input { name: \"turn\" type { tensor_type { elem_type: 7 shape { } } } }"
            + " input { name: \"go\" type { tensor_type { elem_type: 9 shape { } } } }"
            + input("s", FLOAT, 1)
            + node("Identity", "go", "on")
            + node("Add", "s s", "sum")
            + " output { name: \"on\" type { tensor_type { elem_type: 9 shape { } } } }"
            + output("sum", FLOAT, 1)
            + " } } } "
            + output("y", FLOAT, 1);

    @TempDir
    private Path folder;

    @Test
    void should_end_a_run_that_exceeds_the_limit() {
        Path file = TextModels.write(TextModels.withGraph(ENDLESS), folder.resolve("endless.onnx"));

        try (RunWatchdog watchdog = RunWatchdog.start(SHORT, RunWatchdog.Observer.NONE);
                Session session = Session.open(file, Session.Optimization.ALL, 1)) {
            assertThatThrownBy(() -> session.run(ONE))
                    .isInstanceOf(TimeLimitException.class)
                    .hasMessage(
                            "running `%s` on `x` [1] takes longer than 0 s; allow more with --time-limit, or change the model, which may never end"
                                    .formatted(file));
            assertThatThrownBy(() -> session.prepare(ONE).nanoseconds()).isInstanceOf(TimeLimitException.class);
        }
    }

    @Test
    void should_tell_of_what_cannot_be_interrupted_once() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger times = new AtomicInteger();
        RunWatchdog.Observer observer = new RunWatchdog.Observer() {
            @Override
            public void stuck(RunWatchdog.Underway stuck, Duration limit) {
                times.incrementAndGet();
                told.countDown();
            }
        };

        try (RunWatchdog watchdog = RunWatchdog.start(SHORT, Duration.ZERO, observer);
                RunWatchdog.Watched run = watchdog.begin(ModelWork.running(folder, ONE), asked::incrementAndGet)) {
            assertThat(told.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(run.exceeded()).isPresent();
        }

        assertThat(asked).hasValue(1);
        assertThat(times).hasValue(1);
    }

    @Test
    void should_tell_of_a_load_at_once() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(1);
        RunWatchdog.Observer observer = new RunWatchdog.Observer() {
            @Override
            public void stuck(RunWatchdog.Underway stuck, Duration limit) {
                told.countDown();
            }
        };

        try (RunWatchdog watchdog = RunWatchdog.start(SHORT, Duration.ofDays(1), observer);
                RunWatchdog.Watched load = watchdog.begin(ModelWork.loading(folder))) {
            assertThat(told.await(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    void should_leave_what_ended_in_time_alone() {
        AtomicInteger asked = new AtomicInteger();

        try (RunWatchdog watchdog = RunWatchdog.start(TimeLimit.DEFAULT, RunWatchdog.Observer.NONE)) {
            RunWatchdog.Watched load = watchdog.begin(ModelWork.loading(folder), asked::incrementAndGet);
            load.close();
            assertThat(load.exceeded()).isEmpty();
        }

        assertThat(asked).hasValue(0);
    }

    @Test
    void should_let_runs_take_as_long_as_they_do_without_a_watchdog() {
        RunWatchdog.Watched run = RunWatchdog.current().begin(ModelWork.running(folder, ONE), () -> {});

        assertThat(run.exceeded()).isEmpty();
    }

    @Test
    void should_watch_once_in_a_process() {
        try (RunWatchdog watchdog = RunWatchdog.start(TimeLimit.NONE, RunWatchdog.Observer.NONE)) {
            assertThatThrownBy(() -> RunWatchdog.start(TimeLimit.NONE, RunWatchdog.Observer.NONE))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
