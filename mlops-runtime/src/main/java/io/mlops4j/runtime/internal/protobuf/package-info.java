/** Reads protobuf messages whose content may be gigabytes. Not part of the API. */
@NullMarked
package io.mlops4j.runtime.internal.protobuf;

import org.jspecify.annotations.NullMarked;
