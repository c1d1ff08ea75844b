/** The {@code eckart} command: arguments in, a report out. */
@NullMarked
package dev.eckart.cli;

import org.jspecify.annotations.NullMarked;
