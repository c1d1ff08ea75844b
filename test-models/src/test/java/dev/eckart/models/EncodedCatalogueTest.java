package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.Progress;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.encode.BitsEncoding;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Float16Encoding;
import dev.eckart.core.encode.Int8Encoding;
import dev.eckart.core.encode.Offer;
import dev.eckart.core.encode.PackedEncoding;
import dev.eckart.core.encode.WeightView;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.report.Report;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CostMeter;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.verify.ModelVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every constant of every network of the catalogue, stored as codes: whatever operator takes it, wherever it stands. */
class EncodedCatalogueTest {
    /** Operators that unpack codes, of which none may be left when a model runs. */
    private static final Set<String> UNPACKING = Set.of("BitShift", "QLinearMatMul", "DequantizeLinear");

    @TempDir
    private Path folder;

    /** Each model with two of the seven numbers of bits, so that each number meets operators of each kind. */
    static Stream<Arguments> models() {
        List<CatalogueModel> all = Catalogue.all();
        return IntStream.range(0, all.size())
                .boxed()
                .flatMap(i -> Stream.of(8, 2 + i % 6).map(bits -> Arguments.of(all.get(i), bits)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void should_compute_every_constant_back_from_its_codes(CatalogueModel entry, int bits) throws IOException {
        Path original =
                Files.write(folder.resolve("original.onnx"), entry.model().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(original, true);
        Path encoded = folder.resolve("encoded.onnx");

        if (!encode(network, new BitsEncoding(bits), encoded)) {
            return;
        }

        requireProof(original, encoded);
        assertThat(operators(encoded)).isEqualTo(operators(original));
    }

    /** Each third model. */
    static Stream<CatalogueModel> some() {
        List<CatalogueModel> all = Catalogue.all();
        return IntStream.range(0, all.size()).filter(i -> i % 3 == 0).mapToObj(all::get);
    }

    @ParameterizedTest
    @MethodSource("some")
    void should_compute_every_constant_back_from_float16_and_show_each_mistake(CatalogueModel entry)
            throws IOException {
        requireRightAndWrongToldApart(entry, new Float16Encoding());
    }

    /** Each model with one number of bits below 8. */
    static Stream<Arguments> portable() {
        List<CatalogueModel> all = Catalogue.all();
        return IntStream.range(0, all.size()).mapToObj(i -> Arguments.of(all.get(i), 2 + (i + 3) % 6));
    }

    @ParameterizedTest
    @MethodSource("portable")
    void should_compute_every_constant_back_by_what_all_runtimes_compute_alike(CatalogueModel entry, int bits)
            throws IOException {
        Path original =
                Files.write(folder.resolve("original.onnx"), entry.model().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(original, true).withPortableCodes();
        Path encoded = folder.resolve("encoded.onnx");

        if (!encode(network, new BitsEncoding(bits), encoded)) {
            return;
        }

        requireProof(original, encoded);
        assertThat(Files.readString(encoded, StandardCharsets.ISO_8859_1)).doesNotContain("BitShift", "QLinearMatMul");
        assertThat(operators(encoded)).isEqualTo(operators(original));
    }

    private void requireProof(Path original, Path encoded) {
        Report report = new CompressionJob(new Engine("test", EjmlDecomposer::new, 1, folder, Progress.NONE))
                .verify(original, encoded, Evaluation.onMadeUpInputs(1), Limits.NONE);
        assertThat(report.checks().verification().flatMap(Verification::noProof))
                .isEmpty();
        assertThat(report.checks().verification().flatMap(Verification::proof).map(RewriteProof::holds))
                .contains(true);
    }

    /** Each model with two of the four numbers of bits that products of integers may have. */
    static Stream<Arguments> integers() {
        List<CatalogueModel> all = Catalogue.all();
        return IntStream.range(0, all.size())
                .boxed()
                .flatMap(i -> Stream.of(7, 4 + i % 3).map(bits -> Arguments.of(all.get(i), bits)));
    }

    @ParameterizedTest
    @MethodSource("integers")
    void should_multiply_integers_and_show_each_mistake(CatalogueModel entry, int bits) throws IOException {
        requireRightAndWrongToldApart(entry, new Int8Encoding(bits));
    }

    /** Each model with both numbers of bits that codes may keep. */
    static Stream<Arguments> packed() {
        return Catalogue.all().stream().flatMap(entry -> Stream.of(4, 8).map(bits -> Arguments.of(entry, bits)));
    }

    @ParameterizedTest
    @MethodSource("packed")
    void should_compute_with_codes_that_stay_codes_and_show_each_mistake(CatalogueModel entry, int bits)
            throws IOException {
        requireRightAndWrongToldApart(entry, new PackedEncoding(bits, 16));
    }

    @ParameterizedTest
    @MethodSource("faulty")
    void should_measure_what_each_constant_costs(CatalogueModel entry, int bits) throws IOException {
        OnnxNetwork network = OnnxNetwork.read(
                Files.write(folder.resolve("original.onnx"), entry.model().toByteArray()), true);
        BitsEncoding encoding = new BitsEncoding(bits);
        OnnxNetwork encoded =
                network.rewrite(replacements(network, encoding), new Provenance("test", "", encoding.name()));

        CostMeter.Found found = new CostMeter(1, folder, Progress.NONE)
                .find(network, encoded, CompressionPlan.NONE, new EncodingOrder(List.of(encoding)), Optional.empty());

        assertThat(found.warnings()).isEmpty();
        assertThat(encoded.coded().keySet()).containsAll(found.costly());
    }

    /** Each model with one number of bits. */
    static Stream<Arguments> faulty() {
        List<CatalogueModel> all = Catalogue.all();
        // Zeros are zeros, whatever scales they have.
        return IntStream.range(0, all.size())
                .filter(i -> !all.get(i).name().equals("zero-weight"))
                .mapToObj(i -> Arguments.of(all.get(i), 2 + i % 7));
    }

    @ParameterizedTest
    @MethodSource("faulty")
    void should_refute_each_mistake_in_codes(CatalogueModel entry, int bits) throws IOException {
        Path original =
                Files.write(folder.resolve("original.onnx"), entry.model().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(original, true);
        Path encoded = folder.resolve("encoded.onnx");
        if (!encode(network, new BitsEncoding(bits), encoded)) {
            return;
        }
        requireRefuted(original, network, encoded);
    }

    private void requireRightAndWrongToldApart(CatalogueModel entry, Encoding encoding) throws IOException {
        Path original =
                Files.write(folder.resolve("original.onnx"), entry.model().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(original, true);
        Path encoded = folder.resolve("encoded.onnx");
        if (!encode(network, encoding, encoded)) {
            return;
        }

        requireProof(original, encoded);
        for (Session.Optimization level : Session.Optimization.values()) {
            Session.open(encoded, level, 1).close();
        }
        if (!entry.name().equals("zero-weight")) {
            requireRefuted(original, network, encoded);
        }
    }

    private void requireRefuted(Path original, OnnxNetwork network, Path encoded) throws IOException {
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(encoded));

        try (ModelVerifier verifier = ModelVerifier.open(
                original,
                network,
                new InputSource.MadeUp(),
                Optional.empty(),
                List.of(),
                1,
                1,
                folder,
                EjmlDecomposer::new)) {
            for (CodeFault fault : CodeFault.values()) {
                Optional<ModelProto> wrong = fault.plantedIn(model);
                if (wrong.isPresent()) {
                    Path file = Files.write(
                            folder.resolve("wrong.onnx"), wrong.get().toByteArray());
                    try (Session session = Session.open(file, Session.Optimization.ALL, 1)) {
                        assertThat(verifier.prove(session, OnnxNetwork.read(file))
                                        .get(0))
                                .as(fault.name())
                                .isInstanceOfSatisfying(
                                        RewriteProof.class,
                                        proof -> assertThat(proof.holds())
                                                .as("%s: %s", fault, proof)
                                                .isFalse());
                    }
                }
            }
        }
    }

    /** Writes a network with all constants as codes that it can compute from codes; whether there are any. */
    private static boolean encode(OnnxNetwork network, Encoding encoding, Path encoded) throws IOException {
        List<Replacement> replacements = replacements(network, encoding);
        if (!replacements.isEmpty()) {
            network.rewrite(replacements, new Provenance("test", "", encoding.name()))
                    .recorded(network, EjmlDecomposer::new)
                    .write(encoded);
        }
        return !replacements.isEmpty();
    }

    /** Those of all constants that the model can compute from codes. */
    private static List<Replacement> replacements(OnnxNetwork network, Encoding encoding) {
        List<Replacement> replacements = new ArrayList<>();
        for (LinearWeight constant : network.constants().linear()) {
            if (encoding.obstacle(constant).isPresent()) {
                continue;
            }
            List<Offer> offers;
            try {
                offers = encoding.draft(new WeightView(constant)).offers();
            } catch (NonFiniteValueException e) {
                continue;
            }
            offers.stream()
                    .filter(offer -> network.obstacle(constant, offer.outline()).isEmpty())
                    .findFirst()
                    .ifPresent(offer -> {
                        Stored form = offer.build();
                        assertThat(form.bytes()).isEqualTo(offer.bytes());
                        replacements.add(new Replacement(constant, form));
                    });
        }
        return replacements;
    }

    /** How often each operator is in the graph that runs, of which none unpacks codes. */
    private Map<String, Integer> operators(Path model) {
        Map<String, Integer> operators = RunOperators.of(model, folder);
        assertThat(operators).isNotEmpty();
        assertThat(operators.keySet()).doesNotContainAnyElementsOf(UNPACKING);
        return operators;
    }
}
