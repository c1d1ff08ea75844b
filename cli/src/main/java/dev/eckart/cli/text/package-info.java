/** Texts as tokens: the only package that sees the tokenizers' library, an optional part of the distribution. */
@NullMarked
package dev.eckart.cli.text;

import org.jspecify.annotations.NullMarked;
