/** What the generators of made-up networks share: their arguments, and weights like those of trained layers. */
@NullMarked
package dev.eckart.models.synthetic;

import org.jspecify.annotations.NullMarked;
