package dev.eckart.cli;

import dev.eckart.core.factor.IfSlower;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.TimedPairs;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.verify.Labels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What two models are compared on. */
final class EvaluationOptions {
    @Option(
            names = "--inputs",
            paramLabel = "INPUTS",
            description =
                    "Inputs to compare outputs on: an .npz keyed by input name, a directory of NAME.npy, or an ONNX"
                            + " test_data_set directory (default: made up, which shows whether the rewrite is right, not"
                            + " what is lost).")
    private @Nullable Path inputs;

    /** Which inputs are meant by those that the user names. */
    private UnaryOperator<Path> meant = UnaryOperator.identity();

    @Option(
            names = "--labels",
            paramLabel = "FILE.npy|FILE.npz:NAME",
            description = "Class labels of the inputs, to measure accuracy with; or what a metric takes.")
    private @Nullable String labels;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of made-up inputs (default: 0).")
    private long seed;

    /** Has other inputs taken than those that the user names. */
    void meaning(UnaryOperator<Path> others) {
        meant = others;
    }

    /** Pairs that are timed on the same inputs. */
    TimedPairs timed(IfSlower ifSlower) {
        return new TimedPairs(ifSlower, Optional.ofNullable(inputs).map(meant), seed);
    }

    /** The files that these options name, among those of a run. */
    RunFiles addTo(RunFiles run) {
        return run.reads("the inputs", Optional.ofNullable(inputs))
                .reads("the labels", Optional.ofNullable(labels).map(NpyFile::file));
    }

    Evaluation evaluation() {
        return evaluation(List.of());
    }

    Evaluation evaluation(List<RequestedMetric> metrics) {
        return new Evaluation(
                InputSource.of(Optional.ofNullable(inputs).map(meant)),
                Optional.ofNullable(labels).map(NpyFile::read).map(Labels::new),
                seed,
                metrics);
    }
}
