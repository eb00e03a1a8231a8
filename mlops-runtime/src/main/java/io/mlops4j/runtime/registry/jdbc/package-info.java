/**
 * The storage of a registry in a database, the only package that uses JDBC. Not part of the API.
 */
@NullMarked
package io.mlops4j.runtime.registry.jdbc;

import org.jspecify.annotations.NullMarked;
