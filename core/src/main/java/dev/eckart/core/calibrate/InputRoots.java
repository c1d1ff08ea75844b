package dev.eckart.core.calibrate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.NonFiniteValueException;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The roots Lᵀ of covariances C = L·Lᵀ: Lᵀ = √Λ·Qᵀ {@code [in × in]} out of C = Q·Λ·Qᵀ. A singular C has one as any other.
 *
 * <p>A root is computed when it is first asked for, by the thread that asks, while others that want the same one wait.
 * It is kept for further layers on the same input, as long as those that were asked for since leave room.
 */
public final class InputRoots {
    private final Decomposer decomposer;
    private final long memory;
    /** By object: to compare covariances number by number would take longer than it saves. */
    private final IdentityHashMap<InputStatistics, Root> roots = new IdentityHashMap<>();

    private long asked;

    /**
     * None yet.
     *
     * @param memory bytes that kept roots may take; the last one is kept in any case
     */
    public InputRoots(Decomposer decomposer, long memory) {
        this.decomposer = decomposer;
        this.memory = memory;
    }

    /** Bytes that it takes to compute one for inputs of a size, and to have it. */
    public static long bytes(Decomposer decomposer, int size) {
        // The eigenvectors, and the same scaled.
        return decomposer.bytes(size, size, Accuracy.ENERGY) + 2 * rootBytes(size);
    }

    private static long rootBytes(int size) {
        return Double.BYTES * (long) size * size;
    }

    /**
     * Lᵀ, {@code [in × in]}: for a weight W {@code [in × out]} on these inputs, ‖Lᵀ·W‖² is the mean of ‖(x−μ)·W‖².
     *
     * @throws InvalidInputException if the covariance holds a NaN or an infinity
     */
    public Matrix of(InputStatistics inputs) {
        return root(inputs).value();
    }

    private synchronized Root root(InputStatistics inputs) {
        Root root = roots.computeIfAbsent(inputs, Root::new);
        root.lastAsked = ++asked;
        long bytes = roots.values().stream().mapToLong(Root::bytes).sum();
        while (bytes > memory && roots.size() > 1) {
            Root oldest = Collections.min(roots.values(), Comparator.comparingLong(other -> other.lastAsked));
            bytes -= oldest.bytes();
            roots.remove(oldest.inputs);
        }
        return root;
    }

    private final class Root {
        private final InputStatistics inputs;
        private long lastAsked;
        private @Nullable Matrix value;

        Root(InputStatistics inputs) {
            this.inputs = inputs;
        }

        long bytes() {
            return rootBytes(inputs.size());
        }

        synchronized Matrix value() {
            if (value == null) {
                value = compute();
            }
            return value;
        }

        private Matrix compute() {
            try (Decomposition decomposition = decomposer.decomposeGram(inputs.covariance())) {
                return decomposition.vectors(inputs.size()).scaleRows(decomposition.singularValues());
            } catch (NonFiniteValueException e) {
                throw new InvalidInputException(
                        "--calibration: the covariance of a layer's %d inputs holds %s; expected finite numbers: calibrate on other inputs"
                                .formatted(inputs.size(), e.getMessage()),
                        e);
            }
        }
    }
}
