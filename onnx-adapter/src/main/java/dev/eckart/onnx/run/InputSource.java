package dev.eckart.onnx.run;

import dev.eckart.core.verify.EvaluationInputs;
import dev.eckart.onnx.file.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the inputs come from that models are compared on: inputs that are made up judge a rewrite, and never a loss. */
public sealed interface InputSource {

    /** Inputs of the user's, in a form that {@link InputFiles} reads. */
    record Given(Path location) implements InputSource {

        @Override
        public EvaluationInputs.Kind kind() {
            return EvaluationInputs.Kind.GIVEN;
        }

        @Override
        public Optional<Path> files() {
            return Optional.of(location);
        }

        @Override
        public Inputs read(Session session, OnnxModel model, long seed) {
            return new Inputs(
                    List.of(InputFiles.read(location, session, model)), EvaluationInputs.given(location.toString()));
        }
    }

    /** A third of the inputs of a calibration, which does without it: see {@link InputSet#heldBack}. */
    record HeldBack(Path calibration) implements InputSource {

        @Override
        public EvaluationInputs.Kind kind() {
            return EvaluationInputs.Kind.HELD_BACK;
        }

        @Override
        public Optional<Path> files() {
            return Optional.of(calibration);
        }

        @Override
        public Inputs read(Session session, OnnxModel model, long seed) {
            InputSet all = InputFiles.read(calibration, session, model);
            InputSet part = all.heldBack(calibration);
            return new Inputs(
                    List.of(part), EvaluationInputs.heldBack(part.samples(), all.samples(), calibration.toString()));
        }
    }

    /** Valid for the model, but like no data that it was made for: see {@link MadeUpInputs}. */
    record MadeUp() implements InputSource {

        @Override
        public EvaluationInputs.Kind kind() {
            return EvaluationInputs.Kind.MADE_UP;
        }

        @Override
        public Optional<Path> files() {
            return Optional.empty();
        }

        @Override
        public Inputs read(Session session, OnnxModel model, long seed) {
            return new Inputs(MadeUpInputs.forModel(session, model, seed), EvaluationInputs.MADE_UP);
        }
    }

    /** What is read from a source: one set or more, and what reports call it. */
    record Inputs(List<InputSet> sets, EvaluationInputs description) {
        public Inputs {
            sets = List.copyOf(sets);
        }
    }

    /** Inputs of the user's, or made-up ones where there are none. */
    static InputSource of(Optional<Path> given) {
        return given.<InputSource>map(Given::new).orElseGet(MadeUp::new);
    }

    EvaluationInputs.Kind kind();

    /** The file or the folder that they are read from; empty where they are made up. */
    Optional<Path> files();

    /**
     * The inputs.
     *
     * @param session the model that they are for, loaded
     * @param model the same model
     * @param seed of inputs that are made up
     * @throws dev.eckart.core.InvalidInputException if they do not fit the model, or are too few to hold a third back
     */
    Inputs read(Session session, OnnxModel model, long seed);
}
