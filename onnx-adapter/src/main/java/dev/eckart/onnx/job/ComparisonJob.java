package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.report.ComparisonReport;
import dev.eckart.core.report.ThinEvidence;
import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.core.verify.Limit;
import dev.eckart.core.verify.Memory;
import dev.eckart.core.verify.RunTime;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.run.LoadMeter;
import dev.eckart.onnx.run.MemoryMeter;
import dev.eckart.onnx.verify.ModelComparison;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Compares models of anybody's making with the one that they stand for. Writes nothing. */
public final class ComparisonJob {
    private final String version;
    private final int threads;
    private final Progress progress;

    /**
     * @param version of this tool
     * @param threads of a run
     */
    public ComparisonJob(String version, int threads, Progress progress) {
        this.version = version;
        this.threads = threads;
        this.progress = progress;
    }

    /** What a comparison found before the models were closed. */
    private record Found(
            ModelComparison.Losses losses,
            Optional<ModelComparison.Times> times,
            List<Map<String, NpyArray>> runs,
            EvaluationInputs inputs,
            long samples) {}

    /**
     * Compares models with an original.
     *
     * @param models one or more
     * @param evaluation what they are compared on, and whether memory is measured
     * @param timed whether to measure the time of a run
     * @throws InvalidInputException if one of them, or the inputs, cannot be worked with, or a limit cannot be judged
     */
    public ComparisonReport compare(
            Path original, List<Path> models, Evaluation evaluation, Limits limits, boolean timed) {
        requireMeasured(limits, evaluation, timed);
        Stopwatch stopwatch = new Stopwatch();
        List<Path> paths = Stream.concat(Stream.of(original), models.stream()).toList();
        List<OnnxNetwork> networks = paths.stream().map(OnnxNetwork::read).toList();
        Found found = run(original, networks.get(0), models, evaluation, limits, timed);
        List<Double> loads = LoadMeter.measure(paths, threads);
        List<Optional<Memory.Taken>> memory = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            memory.add(
                    evaluation.memory()
                            ? Optional.of(MemoryMeter.measure(paths.get(i), found.runs.get(i), threads))
                            : Optional.empty());
        }
        List<ComparisonReport.Measured> measured = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            OnnxNetwork network = networks.get(i);
            measured.add(new ComparisonReport.Measured(
                    paths.get(i).toString(),
                    CompressionJob.bytes(paths.get(i), network),
                    network.dataFiles().stream().map(Path::toString).toList(),
                    loads.get(i),
                    runTime(found, i),
                    memory.get(i)));
        }
        List<String> warnings = new ArrayList<>(found.losses.warnings());
        List<ComparisonReport.Compared> compared = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            Verification verification = verification(found, i, memory);
            List<Limit.Outcome> outcomes = limits.judge(
                    (double) measured.get(i + 1).bytes() / measured.get(0).bytes(), Optional.of(verification));
            compared.add(new ComparisonReport.Compared(measured.get(i + 1), verification, outcomes));
            warnings.addAll(ThinEvidence.of(verification, outcomes));
        }
        networks.forEach(OnnxNetwork::requireUnchanged);
        return new ComparisonReport(
                version,
                evaluation.seed(),
                threads,
                measured.get(0),
                compared,
                warnings.stream().distinct().toList(),
                stopwatch.total());
    }

    private static void requireMeasured(Limits limits, Evaluation evaluation, boolean timed) {
        limits.requireMeasurable(Optional.of(evaluation), "give --inputs INPUTS");
        if (!timed && limits.values().containsKey(Limit.MAX_LATENCY_RATIO)) {
            throw new InvalidInputException(
                    "--max-latency-ratio cannot be judged with --no-latency; leave one of them out");
        }
        if (!evaluation.memory() && limits.values().containsKey(Limit.MAX_MEMORY_RATIO)) {
            throw new InvalidInputException(
                    "--max-memory-ratio cannot be judged with --no-memory; leave one of them out");
        }
    }

    private Found run(
            Path original,
            OnnxNetwork network,
            List<Path> models,
            Evaluation evaluation,
            Limits limits,
            boolean timed) {
        try (ModelComparison comparison = ModelComparison.open(
                original,
                network,
                evaluation.inputs(),
                evaluation.labels(),
                evaluation.metrics(),
                evaluation.seed(),
                threads)) {
            if (limits.dependOnOutputs()) {
                limits.requireIn(comparison.rehearsal());
            }
            comparison.add(models, original, threads);
            return new Found(
                    comparison.losses(progress),
                    timed ? Optional.of(comparison.times()) : Optional.empty(),
                    comparison.runs(),
                    comparison.inputs(),
                    comparison.samples());
        }
    }

    /** @param model 0 for the original, and from 1 on the others */
    private static Optional<RunTime> runTime(Found found, int model) {
        return found.times.map(times ->
                model == 0 ? times.original() : times.models().get(model - 1).run());
    }

    /** @param memory of the original first */
    private static Verification verification(Found found, int model, List<Optional<Memory.Taken>> memory) {
        ModelComparison.Lost lost = found.losses.lost().get(model);
        return new Verification(
                found.inputs,
                found.samples,
                Optional.empty(),
                lost.loss().outputs(),
                lost.loss().accuracy(),
                found.times.map(times -> times.models().get(model).latency()),
                lost.metrics(),
                List.of(),
                List.of(),
                memory.get(0).flatMap(before -> memory.get(model + 1).map(after -> new Memory(before, after))));
    }
}
