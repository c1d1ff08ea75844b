package dev.eckart.benchmarks;

import java.util.concurrent.TimeUnit;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.svd.SvdImplicitQrDecompose_DDRM;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** The peer: EJML's own singular value decomposition, which answers both questions at once. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class EjmlSvdBenchmark {

    /** Singular values, and the vectors of both sides. */
    @Benchmark
    public SvdImplicitQrDecompose_DDRM ejmlSvd(Weight weight) {
        var svd = new SvdImplicitQrDecompose_DDRM(true, true, true, false);
        // A copy, since it may overwrite what it decomposes.
        svd.decompose(DMatrixRMaj.wrap(
                weight.matrix().rows(),
                weight.matrix().columns(),
                weight.matrix().toArray()));
        return svd;
    }
}
