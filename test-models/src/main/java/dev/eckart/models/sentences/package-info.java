/** What a sentence encoder makes of sentences, to measure how far compression moves it. */
@NullMarked
package dev.eckart.models.sentences;

import org.jspecify.annotations.NullMarked;
