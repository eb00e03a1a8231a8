/** A transformer that many use, against the raw calls of its engine. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.bench.minilm;
