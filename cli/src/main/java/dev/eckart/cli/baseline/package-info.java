/** The numbers of a run that later runs are held to. */
@NullMarked
package dev.eckart.cli.baseline;

import org.jspecify.annotations.NullMarked;
