/** The drawing of a singular value decomposition as SVG. */
@NullMarked
package dev.eckart.cli.plot;

import org.jspecify.annotations.NullMarked;
