package dev.eckart.cli.plot;

/**
 * The colours of all pictures: those of M. Okabe and K. Ito (2008), which people with any common colour blindness tell
 * apart, and greys.
 */
final class Colours {
    static final String BLUE = "#0072b2";
    static final String ORANGE = "#e69f00";
    static final String GREEN = "#009e73";
    static final String PURPLE = "#cc79a7";
    static final String VERMILION = "#d55e00";
    static final String BLACK = "#000000";

    static final String BACKGROUND = "#ffffff";
    static final String TEXT = "#222222";
    static final String FRAME = "#888888";
    static final String GRID = "#e4e4e4";

    private Colours() {}
}
