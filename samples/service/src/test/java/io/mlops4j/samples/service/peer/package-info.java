/** A service written by hand, without the library, to compare with. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.samples.service.peer;
