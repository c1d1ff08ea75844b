/** Commands in processes of their own, whose death is a sentence. */
@NullMarked
package dev.eckart.cli.isolate;

import org.jspecify.annotations.NullMarked;
