/** What only shows when runtime and monitor work together. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.bench.together;
