/** Holds what the documentation shows to what the library offers. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.bench.docs;
