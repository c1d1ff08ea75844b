/** A report as text, JSON and Markdown. */
@NullMarked
package dev.eckart.cli.render;

import org.jspecify.annotations.NullMarked;
