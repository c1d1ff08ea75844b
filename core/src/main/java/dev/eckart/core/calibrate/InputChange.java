package dev.eckart.core.calibrate;

/** What became of a layer's inputs after weights before it were replaced. */
public sealed interface InputChange {

    /** This was measured. */
    record Measured(ChangedInputs inputs) implements InputChange {}

    /** It could not be. */
    record Unknown(UnrefittedReason reason) implements InputChange {}
}
