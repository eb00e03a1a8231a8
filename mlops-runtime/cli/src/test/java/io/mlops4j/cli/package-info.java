/** Tests of the folder that this module lays out. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.cli;
