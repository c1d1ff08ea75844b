package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.compress.ChosenForms;
import dev.eckart.core.compress.OfferedWeights;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.file.FileSize;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.file.Scratch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the forms of a network's weights that lose least in a file of a size. What a file has beside the forms, nodes, names and what is
 * said of them, depends on the forms: a model with these in it, but zeros for their numbers, is written and its bytes are counted.
 */
final class SizedPlan {
    /** Of how many budgets for forms the file is tried: the first is off by what its nodes and names differ from the smallest plan's. */
    private static final int TRIES = 6;

    /** What is not worth another try. */
    private static final long LITTLE = 64;

    private final Engine engine;
    private final OnnxNetwork network;
    private final long original;
    private final Provenance provenance;
    private final String name;
    private final ExternalData externalData;

    /**
     * For one network.
     *
     * @param original bytes of the network's files
     * @param name of the file to be written, which names its data file
     */
    SizedPlan(
            Engine engine,
            OnnxNetwork network,
            long original,
            Provenance provenance,
            String name,
            ExternalData externalData) {
        this.engine = engine;
        this.network = network;
        this.original = original;
        this.provenance = provenance;
        this.name = name;
        this.externalData = externalData;
    }

    /**
     * Finds the plan.
     *
     * @param encodings as the user wrote them
     * @throws InvalidInputException if the smallest forms take more
     */
    CompressionPlan find(Survey survey, SizeAim aim, String encodings) {
        long most = aim.of(original);
        return within(survey, most, requirePossible(survey.offered(), most, aim, encodings));
    }

    /**
     * Refuses a size that no plan keeps to.
     *
     * @param most bytes of the model's files together
     * @param encodings as the user wrote them
     * @return bytes of the smallest plan's files; 0 where nothing need be smaller than it is
     * @throws InvalidInputException if the smallest forms take more
     */
    private long requirePossible(OfferedWeights offered, long most, SizeAim aim, String encodings) {
        if (most >= original) {
            return 0;
        }
        long least = bytes(offered.smallest());
        if (least > most) {
            throw new InvalidInputException(
                    "--size %s: the smallest model that %s makes has %s (%d bytes); give more, or other encodings"
                            .formatted(aim.text(), encodings, new FileSize(least), least));
        }
        return least;
    }

    /**
     * The plan for a size.
     *
     * @param aim bytes of the model's files together
     * @param smallest those that {@link #requirePossible} found
     */
    private CompressionPlan within(Survey survey, long aim, long smallest) {
        if (aim >= original) {
            return survey.within(Long.MAX_VALUE).plan();
        }
        CompressionPlan best = survey.offered().smallest();
        long size = smallest;
        long budget = aim - (size - bytesOfForms(best));
        for (int i = 0; i < TRIES; i++) {
            ChosenForms chosen = survey.within(budget);
            long found = bytes(chosen.plan());
            if (found > aim) {
                // Less than what it takes, and not only than what it could.
                budget = chosen.bytes() - (found - aim);
                continue;
            }
            boolean gained = found > size;
            if (gained) {
                best = chosen.plan();
                size = found;
            }
            if (!gained || aim - found < LITTLE) {
                break;
            }
            budget += aim - found;
        }
        return best;
    }

    private static long bytesOfForms(CompressionPlan plan) {
        return plan.weights().stream().mapToLong(PlannedWeight::bytesAfter).sum();
    }

    /** Of the files that a plan makes. */
    private long bytes(CompressionPlan plan) {
        try (PendingFile file = PendingFile.temporary(engine.temporary(), name);
                Scratch scratch = Scratch.in(file.directory())) {
            OnnxNetwork outlined = network.withScratch(scratch)
                    .rewrite(plan.replaced().stream().map(SizedPlan::outline).toList(), provenance)
                    .recorded(network, engine.backend());
            Optional<Path> data = outlined.write(file.path(), externalData);
            return Files.size(file.path()) + (data.isPresent() ? Files.size(data.get()) : 0);
        } catch (IOException | UncheckedIOException e) {
            throw Unwritable.temporary("a model whose bytes are counted", engine.temporary(), e);
        }
    }

    /** What takes a weight's place, with zeros for its numbers. */
    private static Replacement outline(PlannedWeight planned) {
        // Forms with ranks are fitted about the inputs' mean, and a shift makes up for what is lost of it.
        boolean shifts = planned.calibrated() && planned.chosenRank().isPresent();
        return new Replacement(
                planned.weight(),
                planned.form().orElseThrow(),
                shifts ? Optional.of(MatrixSource.zeros(1, planned.weight().columns())) : Optional.empty());
    }
}
