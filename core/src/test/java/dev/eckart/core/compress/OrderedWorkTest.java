package dev.eckart.core.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderedWorkTest {
    /** Only so that a failing test ends. */
    private static final int PATIENCE_SECONDS = 30;

    /** An item that needs as many bytes as it says. */
    private record Item(int number, long bytes) {}

    private static List<Item> items(long... bytes) {
        List<Item> items = new ArrayList<>();
        for (long needed : bytes) {
            items.add(new Item(items.size(), needed));
        }
        return items;
    }

    /** What is begun and not yet handed over, and the most bytes that this ever came to for two items or more. */
    private static final class InFlight {
        private final List<Item> begun = new ArrayList<>();
        private final Set<Item> inFlight = ConcurrentHashMap.newKeySet();
        private long mostTogether;

        synchronized Item begin(Item item) {
            begun.add(item);
            inFlight.add(item);
            if (inFlight.size() > 1) {
                mostTogether = Math.max(
                        mostTogether, inFlight.stream().mapToLong(Item::bytes).sum());
            }
            return item;
        }

        synchronized void handOver(Item item) {
            assertThat(inFlight.remove(item)).isTrue();
        }

        synchronized List<Item> begun() {
            return List.copyOf(begun);
        }

        synchronized long mostTogether() {
            return mostTogether;
        }
    }

    @Test
    void should_hand_results_over_in_the_order_of_the_items_whatever_the_order_in_which_they_are_done() {
        CountDownLatch secondIsDone = new CountDownLatch(1);

        try (OrderedWork<Integer> work = OrderedWork.start(items(1, 1), 2, 2, Item::bytes, item -> {
            if (item.number == 0) {
                await(secondIsDone);
            } else {
                secondIsDone.countDown();
            }
            return item.number;
        })) {
            assertThat(work.toList()).containsExactly(0, 1);
        }
    }

    @Test
    void should_never_have_more_bytes_in_flight_than_allowed_for_any_sizes() {
        Random random = new Random(7);
        for (int round = 0; round < 100; round++) {
            long[] sizes = random.longs(1 + random.nextInt(20), 0, 12).toArray();
            int threads = 1 + random.nextInt(4);
            long memory = random.nextInt(25);
            List<Item> items = items(sizes);
            List<Item> handedOver = new ArrayList<>();
            InFlight inFlight = new InFlight();

            try (OrderedWork<Item> work = OrderedWork.start(items, threads, memory, Item::bytes, inFlight::begin)) {
                work.forEach(item -> {
                    inFlight.handOver(item);
                    handedOver.add(item);
                });
            }

            assertThat(handedOver).isEqualTo(items);
            assertThat(inFlight.mostTogether()).isLessThanOrEqualTo(memory);
        }
    }

    /** Two of them meet, so the memory is made use of; the third is not begun before one of these is handed over. */
    @Test
    void should_work_on_as_much_at_a_time_as_there_is_memory_for() {
        CyclicBarrier two = new CyclicBarrier(2);
        InFlight inFlight = new InFlight();
        List<Integer> begun = new ArrayList<>();

        try (OrderedWork<Item> work = OrderedWork.start(items(3, 3, 3, 3), 4, 7, Item::bytes, item -> {
            inFlight.begin(item);
            if (item.number < 2) {
                meet(two);
            }
            return item;
        })) {
            work.forEach(item -> {
                begun.add(inFlight.begun().size());
                inFlight.handOver(item);
            });
        }

        assertThat(begun.get(0)).isEqualTo(2);
        assertThat(inFlight.mostTogether()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5, 9})
    void should_work_on_an_item_alone_that_needs_more_than_there_is(long memory) {
        InFlight inFlight = new InFlight();
        List<Integer> begun = new ArrayList<>();

        try (OrderedWork<Item> work =
                OrderedWork.start(items(10, 10, 1, Long.MAX_VALUE, 0, 10), 3, memory, Item::bytes, inFlight::begin)) {
            work.forEach(item -> {
                begun.add(inFlight.begun().size());
                inFlight.handOver(item);
            });
        }

        assertThat(begun).hasSize(6).startsWith(1, 2, 3, 4);
        assertThat(inFlight.mostTogether()).isZero();
    }

    @Test
    void should_have_all_in_flight_that_threads_allow_where_memory_is_no_concern() {
        CyclicBarrier three = new CyclicBarrier(3);

        try (OrderedWork<Integer> work =
                OrderedWork.start(items(1L << 60, 1L << 60, 1L << 60), 3, Long.MAX_VALUE, Item::bytes, item -> {
                    meet(three);
                    return item.number;
                })) {
            assertThat(work.toList()).containsExactly(0, 1, 2);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("worked on side by side")
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("items were not worked on side by side", e);
        }
    }
}
