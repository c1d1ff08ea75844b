package dev.eckart.benchmarks;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.SingularValueDecomposition;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What a backend needs for one weight, in one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class DecompositionBenchmark {

    /** All of them, unless {@code -p backend=} names some. */
    @Param
    private Backend backend = Backend.EJML;

    private Decomposer decomposer = new EjmlDecomposer();

    /** Takes the backend in hand. */
    @Setup
    public void choose() {
        decomposer = backend.decomposer();
    }

    /** The decision on a weight: its singular values. */
    @Benchmark
    public double[] values(Weight weight) {
        return decomposer.singularValues(weight.matrix(), Accuracy.ENERGY);
    }

    /** The decision, and then the pair for half of the break-even rank. */
    @Benchmark
    public SingularValueDecomposition factors(Weight weight, Blackhole blackhole) {
        try (Decomposition decomposition = decomposer.decompose(weight.matrix(), Accuracy.ENERGY)) {
            blackhole.consume(decomposition.singularValues());
            return decomposer.truncated(weight.matrix(), decomposition, weight.rank());
        }
    }
}
