/** Half a year of real flights: from record to rollback. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.samples.quickstart;
