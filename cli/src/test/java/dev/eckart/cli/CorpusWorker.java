package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;

import dev.eckart.cli.CorpusFinding.Verdict;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.scan.Inventory;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxWriter;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.rewrite.Reference;
import dev.eckart.onnx.run.InputFiles;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.MadeUpInputs;
import dev.eckart.onnx.run.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Works on the cases of a {@link CorpusRun}, in a JVM of its own, and judges each. */
final class CorpusWorker {
    static final String COPY = "read and write";
    static final String ORIGINAL = "run the original";
    /** Without a strategy for ranks. */
    private static final String AUTO = "auto";

    static final List<String> SETTINGS = List.of("energy:0.9", "ratio:0.5", "fixed:1", AUTO);

    /** As the command takes by default. */
    private static final long SEED = 0;

    private static final int THREADS = 1;
    private static final int LARGEST_BATCH = 256;

    /** What `compress` says to do about a model that the runtime does not know; running the original says nothing of the kind. */
    private static final String WITHOUT_RUNNING =
            "; `eckart compress --no-verify` compresses the model without running it";

    /** What is said of aims where none was given. */
    private static final String SMALLER_STILL = "smaller, at a loss that you name: ";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path findings;
    private final Path folder;
    private final int index;
    private final CorpusCase work;

    private CorpusWorker(Path findings, Path folder, int index, CorpusCase work) {
        this.findings = findings;
        this.folder = folder;
        this.index = index;
        this.work = work;
    }

    /** See {@link CorpusRun} for the arguments. */
    public static void main(String[] arguments) throws IOException {
        List<String> cases = Files.readAllLines(Path.of(arguments[0]));
        Path folder = Files.createDirectories(Path.of(arguments[3], "work"));
        for (int i = Integer.parseInt(arguments[2]); i < cases.size(); i++) {
            new CorpusWorker(Path.of(arguments[1]), folder, i, CorpusCase.parse(cases.get(i))).work();
        }
    }

    private void work() throws IOException {
        if (work.inputs().isEmpty()) {
            step(COPY, this::copy);
        }
        CorpusFinding original = step(ORIGINAL, this::runOriginal);
        for (String setting : SETTINGS) {
            step(setting, step -> compress(step, original));
        }
    }

    private interface Step {
        CorpusFinding take(String name) throws IOException;
    }

    private CorpusFinding step(String name, Step step) throws IOException {
        write(finding(name, Verdict.STARTED, ""));
        CorpusFinding finding;
        try {
            finding = step.take(name);
        } catch (RuntimeException e) {
            finding = finding(name, Verdict.WRONG, "the test met " + e);
        }
        write(finding);
        return finding;
    }

    /** In one piece: the next step may be the end of this JVM. */
    private void write(CorpusFinding finding) throws IOException {
        Files.writeString(findings, JSON.writeValueAsString(finding) + "\n", StandardOpenOption.APPEND);
    }

    private CorpusFinding finding(String step, Verdict verdict, String detail) {
        return finding(step, verdict, detail, Map.of());
    }

    private CorpusFinding finding(String step, Verdict verdict, String detail, Map<String, Long> weights) {
        return new CorpusFinding(index, step, verdict, detail, weights);
    }

    private CorpusFinding copy(String step) throws IOException {
        OnnxNetwork network;
        try {
            network = OnnxNetwork.read(work.model());
        } catch (InvalidInputException e) {
            return finding(step, Verdict.REFUSED, String.valueOf(e.getMessage()));
        }
        Path copy = folder.resolve("copy.onnx");
        network.write(copy);
        boolean same = ModelProto.parseFrom(Files.readAllBytes(copy))
                .equals(ModelProto.parseFrom(Files.readAllBytes(work.model())));
        return same
                ? finding(step, Verdict.SAME, "", scanned(network.inventory()))
                : finding(step, Verdict.WRONG, "what was written is not what was read");
    }

    private static Map<String, Long> scanned(Inventory inventory) {
        Map<String, Long> weights = new TreeMap<>();
        inventory.linear().forEach(weight -> weights.merge("linear", 1L, Long::sum));
        for (SkippedWeight weight : inventory.skipped()) {
            weights.merge("skipped: " + weight.reason().sentence(), 1L, Long::sum);
        }
        return weights;
    }

    private CorpusFinding runOriginal(String step) {
        try {
            OnnxModel model = OnnxNetwork.read(work.model()).model();
            List<InputSet> inputs = inputs(model);
            List<Boolean> finite = new ArrayList<>();
            for (Session.Optimization level : Session.Optimization.values()) {
                finite.addAll(finite(work.model(), level, inputs));
            }
            if (finite.isEmpty()) {
                return finding(step, Verdict.MUTE, "");
            }
            return finding(step, finite.contains(false) ? Verdict.NOT_FINITE : Verdict.RUNS, "");
        } catch (InvalidInputException e) {
            return finding(step, Verdict.REFUSED, String.valueOf(e.getMessage()));
        }
    }

    private List<InputSet> inputs(OnnxModel original) {
        try (Session session = Session.open(work.model(), Session.Optimization.ALL, THREADS)) {
            return work.inputs()
                    .map(path -> List.of(InputFiles.read(path, session, original)))
                    .orElseGet(() -> MadeUpInputs.forModel(session, original, SEED));
        }
    }

    /** For each output of each run, whether all of its numbers are finite. */
    private static List<Boolean> finite(Path model, Session.Optimization level, List<InputSet> inputs) {
        try (Session session = Session.open(model, level, THREADS)) {
            return inputs.stream()
                    .flatMap(CorpusWorker::batches)
                    .flatMap(batch -> session.run(batch).values().stream())
                    .map(output -> IntStream.range(0, output.size()).allMatch(i -> Double.isFinite(output.at(i))))
                    .toList();
        }
    }

    private static Stream<Map<String, NpyArray>> batches(InputSet set) {
        int batch = set.batchSize(LARGEST_BATCH);
        return IntStream.iterate(0, from -> from < set.samples(), from -> from + batch)
                .mapToObj(from -> set.batch(from, Math.min(set.samples(), from + batch)));
    }

    private CorpusFinding compress(String setting, CorpusFinding original) throws IOException {
        Path small = folder.resolve("small.onnx");
        Files.deleteIfExists(small);
        CommandLineRun run = eckart(command(small, setting).toArray());
        CorpusFinding finding = judge(setting, original, run, small);
        List<String> left = strayFiles(small);
        return left.isEmpty() ? finding : finding(setting, Verdict.WRONG, "files were left behind: " + left);
    }

    private List<Object> command(Path small, String setting, String... more) {
        List<Object> command = new ArrayList<>(List.of("compress", work.model(), "-o", small));
        if (!setting.equals(AUTO)) {
            command.addAll(List.of("--rank", setting));
        }
        // A model in which nothing is replaced must be as right as any other.
        command.addAll(List.of("--write-anyway", "--json", "--threads", THREADS));
        command.addAll(List.of(more));
        work.inputs().ifPresent(path -> command.addAll(List.of("--inputs", path)));
        return command;
    }

    private CorpusFinding judge(String setting, CorpusFinding original, CommandLineRun run, Path small)
            throws IOException {
        String said = run.err().strip();
        if (run.code() != ExitCode.DONE && Files.exists(small)) {
            return finding(setting, Verdict.WRONG, "status %d, but the model was written".formatted(run.code()));
        }
        return switch (run.code()) {
            case ExitCode.DONE -> judgeWritten(setting, original.verdict(), run, small);
            case ExitCode.BAD_INPUT, ExitCode.LIMIT_NOT_KEPT -> {
                if (!said.startsWith("eckart: ") || said.lines().count() != 1) {
                    yield finding(setting, Verdict.WRONG, "not one sentence: " + said);
                }
                yield run.code() == ExitCode.BAD_INPUT
                        ? judgeRefused(setting, original, said)
                        : judgeFailed(setting, original.verdict(), said, small);
            }
            default -> finding(setting, Verdict.WRONG, "status %d: %s".formatted(run.code(), said));
        };
    }

    /** Only what does not run may be refused, and for that reason; and what gives nothing to compare. */
    private CorpusFinding judgeRefused(String setting, CorpusFinding original, String said) {
        CorpusFinding refused = finding(setting, Verdict.REFUSED, said.replace(WITHOUT_RUNNING, ""));
        boolean rightly = switch (original.verdict()) {
            case REFUSED -> refused.detailClass().equals(original.detailClass());
            case MUTE -> said.contains("no output of numbers to compare");
            default -> false;
        };
        return rightly ? refused : finding(setting, Verdict.WRONG, said);
    }

    /** Only what is not finite may fail: the original, or, where it is, the original with each W set to its B·A. */
    private CorpusFinding judgeFailed(String setting, Verdict original, String said, Path small) throws IOException {
        boolean rightly = said.contains("NaN or infinity")
                && (original == Verdict.NOT_FINITE || (original == Verdict.RUNS && !isProductFinite(setting, small)));
        return finding(setting, rightly ? Verdict.UNPROVABLE : Verdict.WRONG, said);
    }

    private boolean isProductFinite(String setting, Path small) throws IOException {
        eckart(command(small, setting, "--keep-failed").toArray());
        OnnxNetwork original = OnnxNetwork.read(work.model());
        Reference reference = original.reference(OnnxNetwork.read(small), EjmlDecomposer::new, false);
        Files.delete(small);
        if (!(reference instanceof Reference.Products product)) {
            return true;
        }
        Path file = folder.resolve("product.onnx");
        OnnxWriter.write(product.model(), file);
        boolean finite = !finite(file, Session.Optimization.ALL, inputs(original.model()))
                .contains(false);
        Files.delete(file);
        return finite;
    }

    private CorpusFinding judgeWritten(String setting, Verdict original, CommandLineRun run, Path small) {
        if (original != Verdict.RUNS) {
            return finding(setting, Verdict.WRONG, "written, though the original is " + original);
        }
        String said = run.err().strip();
        if (!said.isEmpty()
                && !(setting.equals(AUTO)
                        && said.startsWith(SMALLER_STILL)
                        && said.lines().count() == 1)) {
            return finding(setting, Verdict.WRONG, "done, but it says: " + said);
        }
        try {
            for (Session.Optimization level : Session.Optimization.values()) {
                Session.open(small, level, THREADS).close();
            }
        } catch (InvalidInputException e) {
            return finding(setting, Verdict.WRONG, String.valueOf(e.getMessage()));
        }
        JsonNode report = run.json();
        Map<String, Long> weights = decided(report.get("weights"));
        if (!weights.containsKey("factored") && !weights.containsKey("encoded")) {
            return finding(setting, Verdict.NOTHING_FACTORED, "", weights);
        }
        JsonNode verification = report.get("verification");
        JsonNode unproved = verification.get("noProof");
        if (unproved != null && unproved.asString().startsWith("rounding hides mistakes")) {
            return finding(setting, Verdict.UNPROVABLE, unproved.asString(), weights);
        }
        JsonNode error = verification.get("rewriteError");
        JsonNode tolerance = verification.get("rewriteTolerance");
        boolean proved = error != null
                && error.isNumber()
                && tolerance.isNumber()
                && error.doubleValue() <= tolerance.doubleValue();
        return finding(
                setting,
                proved ? Verdict.COMPRESSED : Verdict.WRONG,
                proved ? "" : "no proof: error %s, tolerance %s".formatted(error, tolerance),
                weights);
    }

    private static Map<String, Long> decided(JsonNode weights) {
        Map<String, Long> decided = new TreeMap<>();
        for (JsonNode weight : weights) {
            String decision = weight.get("decision").asString();
            decided.merge(decision, 1L, Long::sum);
        }
        return decided;
    }

    private List<String> strayFiles(Path small) throws IOException {
        try (Stream<Path> work = Files.list(folder);
                Stream<Path> temporary = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            Collection<String> expected = List.of(small.getFileName().toString(), "copy.onnx");
            return Stream.concat(work, temporary)
                    .map(path -> path.getFileName().toString())
                    .filter(name -> !expected.contains(name) && !name.startsWith("onnxruntime-java"))
                    .collect(Collectors.toList());
        }
    }
}
