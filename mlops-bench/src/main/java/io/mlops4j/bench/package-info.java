/** Where every claim is shown. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.bench;
