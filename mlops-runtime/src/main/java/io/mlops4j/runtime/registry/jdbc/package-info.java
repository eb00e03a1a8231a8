/** A registry's storage in a database; the only package that sees JDBC. Not part of the API. */
@NullMarked
package io.mlops4j.runtime.registry.jdbc;

import org.jspecify.annotations.NullMarked;
