package dev.eckart.cli.plot;

import dev.eckart.core.linalg.Matrix;

/**
 * What an orthogonal matrix {@code [2 × 2]} does to the plane.
 *
 * @param reflection whether its determinant is −1, else it is 1
 * @param degrees the angle, counterclockwise, of the rotation, or from the first axis to the mirror line
 */
record PlaneIsometry(boolean reflection, double degrees) {

    static PlaneIsometry of(Matrix orthogonal) {
        double determinant = orthogonal.get(0, 0) * orthogonal.get(1, 1) - orthogonal.get(0, 1) * orthogonal.get(1, 0);
        double firstVector = Math.toDegrees(Math.atan2(orthogonal.get(1, 0), orthogonal.get(0, 0)));
        // A reflection turns the first axis by twice the angle to its mirror line.
        return determinant < 0 ? new PlaneIsometry(true, firstVector / 2) : new PlaneIsometry(false, firstVector);
    }

    /** For instance “rotation by 30.0°”. */
    String describe() {
        return (reflection ? "reflection in the line at " : "rotation by ") + NumberText.degrees(degrees);
    }
}
