/** The account of a run, ready to be rendered. */
@NullMarked
package dev.eckart.core.report;

import org.jspecify.annotations.NullMarked;
