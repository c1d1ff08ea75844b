/** What every stage shares: how bad input is reported, and how progress is. */
@NullMarked
package dev.eckart.core;

import org.jspecify.annotations.NullMarked;
