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

/**
 * Puts the layers on one input together, such as the query, key and value projections of attention: they are factored
 * as one weight, with one first factor for all of them, which costs fewer numbers and one product less for each.
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
        return new Inventory(inOrder.stream().map(JointLayers::join).toList(), inventory.skipped());
    }

    private static LinearWeight join(List<LinearWeight> group) {
        if (group.size() == 1) {
            return group.get(0);
        }
        return new LinearWeight(
                group.stream().map(LinearWeight::name).collect(Collectors.joining("+")),
                group.stream().map(LinearWeight::operator).distinct().collect(Collectors.joining(", ")),
                "",
                group.get(0).type(),
                group.stream().mapToLong(LinearWeight::bytes).sum(),
                JointBlocks.of(group),
                Optional.empty(),
                List.of());
    }
}
