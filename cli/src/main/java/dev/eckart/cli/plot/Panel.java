package dev.eckart.cli.plot;

/**
 * One diagram of a picture: a frame at a place on the page, with its axes.
 *
 * @param x of the left side, in pixels
 * @param y of the upper side
 */
record Panel(double x, double y, double width, double height, Axis horizontal, Axis vertical) {
    private static final double TICK = 4;
    private static final double DIGIT_WIDTH = 7;

    /** The place on the page of a value on the horizontal axis. */
    double px(double value) {
        return x + width * horizontal.position(value);
    }

    /** The place on the page of a value on the vertical axis. */
    double py(double value) {
        return bottom() - height * vertical.position(value);
    }

    double right() {
        return x + width;
    }

    double bottom() {
        return y + height;
    }

    /** A heading of two lines above the frame. */
    void drawTitle(Svg svg, String title, String subtitle) {
        svg.text(x, y - 36, title, "font-size", "15", "font-weight", "bold");
        svg.text(x, y - 15, subtitle);
    }

    /** The frame, with a grid through the ticks and their labels outside. */
    void drawFrame(Svg svg) {
        svg.open("g", "stroke", Colours.GRID);
        for (Axis.Tick tick : horizontal.ticks()) {
            double at = x + width * tick.position();
            svg.line(at, y, at, bottom());
        }
        for (Axis.Tick tick : vertical.ticks()) {
            double at = bottom() - height * tick.position();
            svg.line(x, at, right(), at);
        }
        svg.close();
        svg.open("g", "stroke", Colours.FRAME, "fill", "none");
        svg.rectangle(x, y, width, height);
        for (Axis.Tick tick : horizontal.ticks()) {
            double at = x + width * tick.position();
            svg.line(at, bottom(), at, bottom() + TICK);
        }
        for (Axis.Tick tick : vertical.ticks()) {
            double at = bottom() - height * tick.position();
            svg.line(x - TICK, at, x, at);
        }
        svg.close();
        svg.open("g", "font-size", "12", "text-anchor", "middle");
        for (Axis.Tick tick : horizontal.ticks()) {
            svg.text(x + width * tick.position(), bottom() + 18, tick.label());
        }
        svg.close();
        svg.open("g", "font-size", "12", "text-anchor", "end");
        for (Axis.Tick tick : vertical.ticks()) {
            svg.text(x - 8, bottom() - height * tick.position() + 4, tick.label());
        }
        svg.close();
    }

    /** What the axes count: below the frame, and to the left of the tick labels, read from below. */
    void drawAxisTitles(Svg svg, String below, String beside) {
        int longest = vertical.ticks().stream()
                .mapToInt(tick -> tick.label().length())
                .max()
                .orElse(0);
        double left = Math.max(14, x - 8 - longest * DIGIT_WIDTH - 14);
        svg.text(x + width / 2, bottom() + 40, below, "text-anchor", "middle");
        svg.text(
                0,
                0,
                beside,
                "text-anchor",
                "middle",
                "transform",
                "translate(%s %s) rotate(-90)".formatted(Svg.number(left), Svg.number(y + height / 2)));
    }
}
