package dev.eckart.core.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A run beside an earlier one that it is held to.
 *
 * @param path of the file that the earlier one's numbers are in
 * @param moved what differs between the two
 */
public record BaselineEntry(String path, List<Moved> moved) {
    public BaselineEntry {
        moved = List.copyOf(moved);
    }

    /** Whether nothing is worse by more than it may be. */
    public boolean kept() {
        return moved.stream().allMatch(Moved::kept);
    }

    /**
     * A number that is not what it was.
     *
     * @param tolerance by how much it may be worse; empty for one that may be anything, such as a rank
     */
    public record Moved(String name, double before, double now, OptionalDouble tolerance, boolean kept) {}
}
