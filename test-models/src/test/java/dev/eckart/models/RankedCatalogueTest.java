package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.compress.OpenedView;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.encode.BitsEncoding;
import dev.eckart.core.encode.CorrectedEncoding;
import dev.eckart.core.encode.PackedEncoding;
import dev.eckart.core.encode.PairBitsEncoding;
import dev.eckart.core.encode.RankedEncoding;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.stored.Stored;
import dev.eckart.core.verify.RewriteProof;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.run.InputSource;
import dev.eckart.onnx.run.Session;
import dev.eckart.onnx.verify.ModelVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every weight of every network of the catalogue, in codes with a rank: pairs of codes, and codes that a pair corrects. */
class RankedCatalogueTest {
    private static final List<RankedEncoding> ENCODINGS = List.of(
            new PairBitsEncoding(8),
            new CorrectedEncoding(new BitsEncoding(4)),
            new PairBitsEncoding(5),
            new CorrectedEncoding(new BitsEncoding(8)),
            new PairBitsEncoding(3),
            new CorrectedEncoding(new BitsEncoding(2)),
            new CorrectedEncoding(new PackedEncoding(4, 16)),
            new CorrectedEncoding(new PackedEncoding(8, 16)));

    /** Operators that unpack codes, of which none may be left when a model runs. */
    private static final Set<String> UNPACKING = Set.of("BitShift", "QLinearMatMul", "DequantizeLinear");

    /** So low that codes have to hold something, too. */
    private static final int RANK = 1;

    @TempDir
    private Path folder;

    /** Each model with three encodings, so that each of them meets operators of each kind. */
    static Stream<Arguments> models() {
        List<CatalogueModel> all = Catalogue.all();
        return IntStream.range(0, all.size())
                .boxed()
                .flatMap(i -> Stream.of(
                                ENCODINGS.get(2 * (i % 3)), ENCODINGS.get(1 + 2 * (i % 3)), ENCODINGS.get(6 + i % 2))
                        .map(encoding -> Arguments.of(all.get(i), encoding)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void should_compute_what_was_decided_and_show_each_mistake(CatalogueModel entry, RankedEncoding encoding)
            throws IOException {
        Path original =
                Files.write(folder.resolve("original.onnx"), entry.model().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(original, true);
        List<Replacement> replacements = replacements(network, encoding);
        if (replacements.isEmpty()) {
            return;
        }
        Path encoded = folder.resolve("encoded.onnx");
        network.rewrite(replacements, new Provenance("test", "fixed:1", encoding.name()))
                .recorded(network, EjmlDecomposer::new)
                .write(encoded);

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
            requireProof(verifier, encoded, true, "as it was written");
            ModelProto model = ModelProto.parseFrom(Files.readAllBytes(encoded));
            for (CodeFault fault : CodeFault.values()) {
                // Zeros are zeros, whatever scales they have.
                Optional<ModelProto> wrong =
                        entry.name().equals("zero-weight") ? Optional.empty() : fault.plantedIn(model);
                if (wrong.isPresent()) {
                    Path file = Files.write(
                            folder.resolve("wrong.onnx"), wrong.get().toByteArray());
                    requireProof(verifier, file, false, fault.name());
                }
            }
        }
        assertThat(RunOperators.of(encoded, folder).keySet()).isNotEmpty().doesNotContainAnyElementsOf(UNPACKING);
    }

    private static void requireProof(ModelVerifier verifier, Path file, boolean holds, String description) {
        try (Session session = Session.open(file, Session.Optimization.ALL, 1)) {
            assertThat(verifier.prove(session, OnnxNetwork.read(file)).get(0))
                    .as(description)
                    .isInstanceOfSatisfying(
                            RewriteProof.class,
                            proof -> assertThat(proof.holds())
                                    .as("%s: %s", description, proof)
                                    .isEqualTo(holds));
        }
    }

    private static List<Replacement> replacements(OnnxNetwork network, RankedEncoding encoding) {
        Inventory weights = encoding.isOfProducts() ? network.inventory() : network.constants();
        List<Replacement> replacements = new ArrayList<>();
        for (LinearWeight weight : weights.linear()) {
            boolean suits = weight.smallerSide() > RANK
                    && weight.isFinite()
                    && encoding.obstacle(weight).isEmpty()
                    && network.obstacle(weight, encoding.outline(weight, RANK)).isEmpty();
            if (suits) {
                replacements.add(new Replacement(weight, built(encoding, weight)));
            }
        }
        return replacements;
    }

    private static Stored built(RankedEncoding encoding, LinearWeight weight) {
        try (OpenedView open = OpenedView.of(weight, Optional.empty(), new EjmlDecomposer())) {
            return encoding.draft(open.view()).offer(RANK).build();
        }
    }
}
