package dev.eckart.core.linalg;

/** The native backend; its libraries are on the class path of the tests for every platform that it is made for. */
class OpenBlasDecomposerTest extends DecomposerContract {

    private static final Decomposer OPENBLAS =
            OpenBlasDecomposer.load().decomposer().orElseThrow();

    @Override
    protected Decomposer decomposer() {
        return OPENBLAS;
    }

    @Override
    protected int[] shapeOfSeveralParts() {
        return new int[] {1300, 1100};
    }
}
