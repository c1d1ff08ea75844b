package dev.eckart.onnx.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which nodes of a graph wait for which. */
final class WaitingNodes {
    private final List<List<Integer>> awaited;
    private final List<List<Integer>> waiting;

    WaitingNodes(int nodes) {
        this.awaited =
                Stream.<List<Integer>>generate(ArrayList::new).limit(nodes).toList();
        this.waiting =
                Stream.<List<Integer>>generate(ArrayList::new).limit(nodes).toList();
    }

    /** Says that {@code node} waits for {@code other}. */
    void add(int node, int other) {
        awaited.get(node).add(other);
        waiting.get(other).add(node);
    }

    /** Nodes of which each waits for the next, and the last for the first; empty if there are none. */
    List<Integer> cycle() {
        int[] missing = awaited.stream().mapToInt(List::size).toArray();
        Deque<Integer> ready = new ArrayDeque<>();
        IntStream.range(0, missing.length).filter(node -> missing[node] == 0).forEach(ready::add);
        while (!ready.isEmpty()) {
            for (int next : waiting.get(ready.remove())) {
                if (--missing[next] == 0) {
                    ready.add(next);
                }
            }
        }
        return IntStream.range(0, missing.length)
                .filter(node -> missing[node] > 0)
                .mapToObj(node -> cycle(node, missing))
                .findFirst()
                .orElse(List.of());
    }

    /** From a node that was never ready: one that it waits for was not either, and so on until one comes again. */
    private List<Integer> cycle(int start, int[] missing) {
        Set<Integer> visited = new LinkedHashSet<>();
        int node = start;
        while (visited.add(node)) {
            node = awaited.get(node).stream()
                    .filter(other -> missing[other] > 0)
                    .findFirst()
                    .orElseThrow();
        }
        List<Integer> path = List.copyOf(visited);
        return path.subList(path.indexOf(node), path.size());
    }
}
