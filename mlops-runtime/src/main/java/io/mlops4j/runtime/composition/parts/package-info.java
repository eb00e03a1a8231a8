/** How the members of a composition are connected, and how their answers become one. */
@NullMarked
package io.mlops4j.runtime.composition.parts;

import org.jspecify.annotations.NullMarked;
