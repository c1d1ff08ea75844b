/** What users add in jars of their own, and how one is found by name. */
@NullMarked
package dev.eckart.core.plugin;

import org.jspecify.annotations.NullMarked;
