package dev.eckart.onnx.run;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Holds each load and each run of a model in this process to a time limit. A run that exceeds it is asked to end. What does
 * not end for some seconds after that is native code that cannot be interrupted, such as a load: an observer is told.
 *
 * <p>ONNX Runtime is there once for a process, and so is what watches over it.
 */
public final class RunWatchdog implements AutoCloseable {
    /** Told of loads and runs. Its methods are called from several threads. */
    public interface Observer {
        /** Hears nothing. */
        Observer NONE = new Observer() {};

        /** Loads or runs began or ended. Called on their threads: it must be quick. */
        default void changed(List<Underway> underway) {}

        /** Some times a second. */
        default void looked(List<Underway> underway) {}

        /** Something exceeded the limit and cannot be interrupted: only the process's end ends it. */
        default void stuck(Underway stuck, Duration limit) {}
    }

    /** A load or a run that has not ended yet, and for how long. */
    public record Underway(ModelWork work, Duration elapsed) {}

    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration INTERVAL = Duration.ofMillis(100);

    private static final RunWatchdog ABSENT = new RunWatchdog(TimeLimit.NONE, GRACE, Observer.NONE);
    private static final AtomicReference<RunWatchdog> CURRENT = new AtomicReference<>(ABSENT);

    private final TimeLimit limit;
    private final Duration grace;
    private final Observer observer;
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    private RunWatchdog(TimeLimit limit, Duration grace, Observer observer) {
        this.limit = limit;
        this.grace = grace;
        this.observer = observer;
        this.thread = new Thread(this::look, "run watchdog");
        thread.setDaemon(true);
    }

    /**
     * Watches over this process's loads and runs that begin from now on, until it is closed.
     *
     * @throws IllegalStateException if another one does so
     */
    public static RunWatchdog start(TimeLimit limit, Observer observer) {
        return start(limit, GRACE, observer);
    }

    /**
     * As the other.
     *
     * @param grace for what was asked to end
     */
    static RunWatchdog start(TimeLimit limit, Duration grace, Observer observer) {
        RunWatchdog watchdog = new RunWatchdog(limit, grace, observer);
        if (!CURRENT.compareAndSet(ABSENT, watchdog)) {
            throw new IllegalStateException("Expected one watchdog at a time");
        }
        watchdog.thread.start();
        return watchdog;
    }

    /** The one of this process, or one that does nothing. */
    static RunWatchdog current() {
        return Objects.requireNonNull(CURRENT.get());
    }

    /** Begins to watch what cannot be interrupted. */
    Watched begin(ModelWork work) {
        return begin(work, Optional.empty());
    }

    /**
     * Begins to watch.
     *
     * @param interrupt asks what was begun to end, on another thread, once at most and not after it ended
     */
    Watched begin(ModelWork work, Runnable interrupt) {
        return begin(work, Optional.of(interrupt));
    }

    private Watched begin(ModelWork work, Optional<Runnable> interrupt) {
        Watched begun = new Watched(work, interrupt);
        if (this != ABSENT) {
            watched.add(begun);
            observer.changed(underway());
        }
        return begun;
    }

    private List<Underway> underway() {
        return watched.stream()
                .sorted(Comparator.comparing(Watched::elapsed).reversed())
                .map(each -> new Underway(each.work, each.elapsed()))
                .toList();
    }

    private void look() {
        try {
            do {
                limit.duration().ifPresent(duration -> watched.forEach(each -> each.hold(duration)));
                observer.looked(underway());
            } while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts this thread", e);
        }
    }

    /** Ends the watch; what was begun under it goes on without. The observer is not called any more. */
    @Override
    public void close() {
        CURRENT.compareAndSet(this, ABSENT);
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A load or a run under watch, which ends when it is closed. */
    final class Watched implements AutoCloseable {
        private final ModelWork work;
        private final Optional<Runnable> interrupt;
        private final long start = System.nanoTime();
        private boolean ended;
        private boolean interrupted;
        private boolean reported;

        private Watched(ModelWork work, Optional<Runnable> interrupt) {
            this.work = work;
            this.interrupt = interrupt;
        }

        private Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - start);
        }

        private void hold(Duration most) {
            if (isStuck(most)) {
                observer.stuck(new Underway(work, elapsed()), most);
            }
        }

        private synchronized boolean isStuck(Duration most) {
            if (ended || reported || elapsed().compareTo(most) < 0) {
                return false;
            }
            if (!interrupted) {
                interrupted = true;
                interrupt.ifPresent(Runnable::run);
            }
            reported = interrupt.isEmpty() || elapsed().compareTo(most.plus(grace)) >= 0;
            return reported;
        }

        /** Why it was asked to end, if it was. */
        synchronized Optional<TimeLimitException> exceeded() {
            return limit.duration().filter(any -> interrupted).map(duration -> new TimeLimitException(work, duration));
        }

        @Override
        public synchronized void close() {
            ended = true;
            if (watched.remove(this)) {
                observer.changed(underway());
            }
        }
    }
}
