package dev.eckart.core.linalg;

class EjmlDecomposerTest extends DecomposerContract {

    @Override
    protected Decomposer decomposer() {
        return new EjmlDecomposer();
    }

    @Override
    protected int[] shapeOfSeveralParts() {
        return new int[] {650, 540};
    }
}
