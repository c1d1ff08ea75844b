@NullMarked
package dev.eckart.models.sentences;

import org.jspecify.annotations.NullMarked;
