package dev.eckart.onnx.job;

import dev.eckart.core.Progress;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.onnx.calibrate.Calibrator;
import dev.eckart.onnx.calibrate.CostMeter;
import dev.eckart.onnx.calibrate.SensitivityMeter;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * What does the work.
 *
 * @param version of this tool, as it goes into models and reports
 * @param backend asked for where something is decomposed, and not before: it may take a while to load
 * @param threads how many weights, and operators of ONNX Runtime, are worked on at a time
 * @param temporary a folder for files that are needed while a run lasts
 */
public record Engine(String version, Supplier<Decomposer> backend, int threads, Path temporary, Progress progress) {

    /** The same, with what is decomposed kept. */
    Engine with(Decomposer cached) {
        return new Engine(version, () -> cached, threads, temporary, progress);
    }

    /** The same, hearing of no progress. */
    Engine quietly() {
        return new Engine(version, backend, threads, temporary, Progress.NONE);
    }

    Compressor compressor() {
        return new Compressor(backend.get(), threads, memory(), progress);
    }

    /** As {@link #compressor()}, for encodings that decompose nothing. */
    Compressor encoder() {
        return new Compressor(new EjmlDecomposer(), threads, memory(), progress);
    }

    Calibrator calibrator() {
        return new Calibrator(backend.get(), threads, memory(), temporary, progress);
    }

    CostMeter costMeter() {
        return new CostMeter(threads, temporary, progress);
    }

    SensitivityMeter sensitivityMeter() {
        return new SensitivityMeter(threads, temporary, progress);
    }

    /** Beside what is under way there is what was found out, and the garbage of both. */
    private static long memory() {
        return Runtime.getRuntime().maxMemory() / 4 * 3;
    }
}
