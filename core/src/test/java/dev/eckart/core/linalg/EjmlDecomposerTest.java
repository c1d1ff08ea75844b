package dev.eckart.core.linalg;

class EjmlDecomposerTest extends DecomposerContract {

    @Override
    protected Decomposer decomposer() {
        return new EjmlDecomposer();
    }
}
