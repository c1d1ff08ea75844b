package dev.eckart.core.scan;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.JointBlocks;
import dev.eckart.core.model.LinearWeight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Puts the layers on one input together, such as the query, key and value projections of attention: they are factored
 * as one weight, with one first factor for all of them, which costs fewer numbers and one product less for each. A layer
 * whose weight holds a NaN or an infinity stays by itself, so that the others can be factored.
 */
public final class JointLayers {
    private record Key(String input, int rows, ElementType type) {}

    private JointLayers() {}

    /** The inventory with each such group as one weight, in the place of its first member. */
    public static Inventory group(Inventory inventory) {
        Map<Key, List<LinearWeight>> groups = new LinkedHashMap<>();
        List<List<LinearWeight>> inOrder = new ArrayList<>();
        for (LinearWeight weight : inventory.linear()) {
            List<LinearWeight> group = weight.input()
                    .map(input -> groups.computeIfAbsent(
                            new Key(input, weight.rows(), weight.type()), key -> new ArrayList<>()))
                    .orElseGet(ArrayList::new);
            if (group.isEmpty()) {
                inOrder.add(group);
            }
            group.add(weight);
        }
        return new Inventory(inOrder.stream().flatMap(JointLayers::join).toList(), inventory.skipped());
    }

    /** One weight for all that hold finite numbers only, and after it the others, each by itself. */
    private static Stream<LinearWeight> join(List<LinearWeight> group) {
        if (group.size() < 2) {
            return group.stream();
        }
        JointBlocks blocks = JointBlocks.of(group);
        List<LinearWeight> finite = blocks.finiteMembers();
        if (finite.size() == group.size()) {
            return Stream.of(joint(group, blocks));
        }
        return Stream.concat(join(finite), group.stream().filter(member -> !finite.contains(member)));
    }

    private static LinearWeight joint(List<LinearWeight> group, JointBlocks blocks) {
        return new LinearWeight(
                group.stream().map(LinearWeight::name).collect(Collectors.joining("+")),
                group.stream().map(LinearWeight::operator).distinct().collect(Collectors.joining(", ")),
                "",
                group.get(0).type(),
                group.stream().mapToLong(LinearWeight::bytes).sum(),
                blocks,
                Optional.empty(),
                List.of());
    }
}
