package dev.eckart.cli.plot;

/**
 * An arrow on the page from ({@code x1}, {@code y1}) to its tip at ({@code x2}, {@code y2}).
 *
 * @param thickness of its shaft
 */
record Arrow(double x1, double y1, double x2, double y2, double thickness) {
    /** Below that many pixels there is no direction to see. */
    private static final double DOT = 1;

    private static final double CHARACTER_WIDTH = 8.5;
    private static final double LABEL_HALF_HEIGHT = 9;

    private double length() {
        return Math.hypot(x2 - x1, y2 - y1);
    }

    /** To the right on the page, from −1 to 1; an arrow that is only a dot points up. */
    private double directionX() {
        return length() < DOT ? 0 : (x2 - x1) / length();
    }

    /** Down the page, from −1 to 1. */
    private double directionY() {
        return length() < DOT ? -1 : (y2 - y1) / length();
    }

    private double headLength() {
        return Math.min(5 + 3 * thickness, length());
    }

    /** The tip and the two corners behind it, x and y in turn. */
    private double[] head() {
        double halfWidth = 0.42 * headLength();
        return new double[] {
            x2,
            y2,
            neckX() - halfWidth * directionY(),
            neckY() + halfWidth * directionX(),
            neckX() + halfWidth * directionY(),
            neckY() - halfWidth * directionX()
        };
    }

    private double neckX() {
        return x2 - headLength() * directionX();
    }

    private double neckY() {
        return y2 - headLength() * directionY();
    }

    /** A white edge, to be drawn first, that sets the arrow off from what is below. */
    void drawEdge(Svg svg) {
        if (length() >= DOT) {
            svg.open("g", "stroke", Colours.BACKGROUND, "stroke-linejoin", "round");
            svg.line(x1, y1, neckX(), neckY(), "stroke-width", Svg.number(thickness + 3));
            svg.polygon(head(), "stroke-width", "3");
            svg.close();
        }
    }

    void draw(Svg svg, String colour) {
        if (length() < DOT) {
            svg.circle(x2, y2, thickness, "fill", colour);
            return;
        }
        svg.line(x1, y1, neckX(), neckY(), "stroke", colour, "stroke-width", Svg.number(thickness));
        svg.polygon(head(), "fill", colour);
    }

    /**
     * A name near the tip, inside the panel, on the side away from the other arrow: the more to the side, the closer
     * their directions are.
     */
    void drawLabel(Svg svg, Panel panel, String label, String colour, Arrow other) {
        double cross = directionX() * other.directionY() - directionY() * other.directionX();
        double dot = directionX() * other.directionX() + directionY() * other.directionY();
        // Two arrows of one direction are told apart by their thickness.
        boolean otherOnLeft = cross == 0 ? thickness < other.thickness : cross < 0;
        double side = otherOnLeft ? -1 : 1;
        double along = 1 - Math.max(0, dot);
        double awayX = along * directionX() + side * directionY();
        double awayY = along * directionY() - side * directionX();
        double norm = Math.hypot(awayX, awayY);
        double halfWidth = label.length() * CHARACTER_WIDTH / 2 + 2;
        double distance = 4 + (halfWidth * Math.abs(awayX) + LABEL_HALF_HEIGHT * Math.abs(awayY)) / norm;
        double x = within(x2 + distance * awayX / norm, panel.x() + halfWidth, panel.right() - halfWidth);
        double y =
                within(y2 + distance * awayY / norm, panel.y() + LABEL_HALF_HEIGHT, panel.bottom() - LABEL_HALF_HEIGHT);
        svg.rectangle(
                x - halfWidth,
                y - LABEL_HALF_HEIGHT,
                2 * halfWidth,
                2 * LABEL_HALF_HEIGHT,
                "fill",
                Colours.BACKGROUND,
                "fill-opacity",
                "0.8",
                "rx",
                "3");
        svg.text(x, y + 5, label, "text-anchor", "middle", "font-size", "14", "font-weight", "bold", "fill", colour);
    }

    private static double within(double value, double low, double high) {
        return Math.max(low, Math.min(high, value));
    }
}
