package dev.eckart.onnx.job;

import dev.eckart.core.Progress;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.linalg.Decomposer;
import java.nio.file.Path;

/**
 * What does the work.
 *
 * @param version of this tool, as it goes into models and reports
 * @param threads how many weights, and operators of ONNX Runtime, are worked on at a time
 * @param temporary a folder for files that are needed while a run lasts
 */
public record Engine(String version, Decomposer decomposer, int threads, Path temporary, Progress progress) {

    Compressor compressor() {
        // Beside what is under way there is what was found out, and the garbage of both.
        long memory = Runtime.getRuntime().maxMemory() / 4 * 3;
        return new Compressor(decomposer, threads, memory, progress);
    }
}
